//! Indexes, where the extension amcheck is there.

use jumun_store::Law;

use crate::shop::Shop;

/// A copy of the shop with the extension, in a schema of its own.
fn shop() -> Shop {
    let shop = Shop::copy();
    shop.database
        .sql("CREATE SCHEMA \"Tools\"; CREATE EXTENSION amcheck SCHEMA \"Tools\"");
    shop
}

#[tokio::test]
async fn every_index_of_the_shop_is_checked() {
    let shop = shop();
    let report = shop.audit().await;
    assert!(report.is_clean(), "{report:#?}");
    let indexes = shop.database.sql(
        "SELECT count(*) FROM pg_indexes
         WHERE schemaname = 'public'
           AND tablename NOT IN ('refinery_schema_history', 'jumun_migration_turn')",
    );
    let law = report.laws.iter().find(|it| it.law == Law::Storage);
    let (law, users) = (law.unwrap(), 3);
    assert_eq!((law.checked - users).to_string(), indexes);
}

#[tokio::test]
async fn an_index_that_lacks_a_row_is_found() {
    let shop = shop();
    // The row is written anew while the server takes the index for one that is
    // still being made.
    shop.database.sql(
        "SET allow_system_table_mods = on;
         UPDATE pg_index SET indisready = false WHERE indexrelid = 'coupons_pkey'::regclass",
    );
    shop.database.sql(
        "WITH gone AS (DELETE FROM coupons WHERE user_id = 1 RETURNING *)
         INSERT INTO coupons SELECT * FROM gone",
    );
    shop.database.sql(
        "SET allow_system_table_mods = on;
         UPDATE pg_index SET indisready = true WHERE indexrelid = 'coupons_pkey'::regclass",
    );
    let report = shop.audit().await;
    let told: Vec<_> = report
        .laws
        .iter()
        .flat_map(|law| law.findings.iter().map(|it| (law.law, it.subject.as_str())))
        .collect();
    assert_eq!(told, [(Law::Storage, "index coupons_pkey")], "{report:#?}");
}
