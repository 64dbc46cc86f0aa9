//! What an audit counts, keeps and refuses.

use jumun_domain::{Command, PlaceOrder, Request, UserId};
use jumun_store::{AuditProgress, Law, LawReport, Store as _};
use jumun_store_postgres::{OpenError, Options, PostgresStore, Target, audit};
use jumun_test_cluster::Cluster;

use crate::shop::Shop;

#[tokio::test]
async fn a_whole_shop_is_clean_and_every_law_was_checked() {
    let shop = Shop::copy();
    let report = shop.audit().await;
    assert!(report.is_clean(), "{report:#?}");
    let checked: Vec<_> = report
        .laws
        .iter()
        .map(|it| (it.law.name(), it.checked))
        .collect();
    let expected = [
        ("ledger", 3),
        // Two products, and one of them bought by three users.
        ("stock", 5),
        ("campaigns", 1),
        // Two coupons, and one of them used.
        ("coupons", 3),
        ("orders", 4),
        ("events", 4),
        // A platform, and one event that is pending there.
        ("deliveries", 2),
        ("storage", 3),
    ];
    assert_eq!(checked, expected);
}

#[tokio::test]
async fn a_shop_without_anything_is_clean() {
    let database = Cluster::shared().create_database();
    let target = Target::parse(&database.url()).unwrap();
    let options = Options::default();
    jumun_store_postgres::migrate(&target, &options)
        .await
        .unwrap();
    let report = audit(&target, &mut |_| {}).await.unwrap();
    assert!(report.is_clean(), "{report:#?}");
}

#[tokio::test]
async fn a_report_keeps_the_first_findings_and_counts_all() {
    let shop = Shop::copy();
    shop.database.sql(
        "INSERT INTO users (user_id, balance, paid, last_key, created_at)
         SELECT user_id, 7, 0, 0, 1 FROM generate_series(4, 153) AS made (user_id);
         UPDATE users SET paid = paid + 1 WHERE user_id < 3",
    );
    let report = shop.audit().await;
    let ledger = &report.laws[0];
    assert_eq!((ledger.law, ledger.broken), (Law::Ledger, 152));
    assert_eq!(ledger.findings.len(), LawReport::MAX_FINDINGS);
    let subjects = ledger.findings.iter().map(|it| it.subject.as_str());
    let expected = (4..).map(|id| format!("user {id}"));
    assert!(subjects.eq(expected.take(LawReport::MAX_FINDINGS)));
}

#[tokio::test]
async fn progress_is_told_step_by_step_to_the_end() {
    for damage in ["SELECT 1", "UPDATE orders SET lines = '[[1]]'"] {
        let shop = Shop::copy();
        shop.database.sql(damage);
        let mut told: Vec<AuditProgress> = Vec::new();
        let report = audit(&shop.target(), &mut |step| told.push(step)).await;
        report.unwrap();
        assert!(told.iter().map(|it| it.done).eq(1..=told.len() as u64));
        let last = told.last().unwrap();
        assert_eq!(last.done, last.total, "{damage}");
    }
}

#[tokio::test]
async fn what_is_no_shop_of_this_version_is_refused() {
    let database = Cluster::shared().create_database();
    let target = Target::parse(&database.url()).unwrap();
    let refused = audit(&target, &mut |_| {}).await;
    assert!(
        matches!(refused, Err(OpenError::NoShop { .. })),
        "{refused:?}"
    );

    let shop = Shop::copy();
    shop.database
        .sql("INSERT INTO refinery_schema_history (version, name) VALUES (99, 'later')");
    let refused = audit(&shop.target(), &mut |_| {}).await;
    assert!(
        matches!(refused, Err(OpenError::Newer { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_role_that_may_only_read_can_audit_all_but_the_indexes() {
    let extensions = [
        "CREATE EXTENSION amcheck",
        "CREATE SCHEMA tools; CREATE EXTENSION amcheck SCHEMA tools;
         GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA tools TO {role}",
    ];
    for extension in extensions {
        let shop = Shop::copy();
        let role = format!("auditor_of_{}", shop.database.name());
        shop.database.sql(&format!(
            "CREATE ROLE {role} LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
        ));
        shop.database.sql(&extension.replace("{role}", &role));
        let url = shop.database.url();
        let url = url.replace("//postgres@", &format!("//{role}@"));
        let report = audit(&Target::parse(&url).unwrap(), &mut |_| {}).await;
        let report = report.unwrap();
        assert!(report.is_clean(), "{report:#?}");
        let storage = report.laws.iter().find(|it| it.law == Law::Storage);
        let checked = storage.map(|it| it.checked);
        assert_eq!(checked, Some(3), "{extension}: the users alone");
    }
}

/// While others order, a snapshot is as whole as any.
#[tokio::test]
async fn an_audit_beside_orders_finds_nothing() {
    const ORDERS: u64 = 80;
    let shop = Shop::copy();
    let store = PostgresStore::open(&shop.target(), &Options::default())
        .await
        .unwrap();
    let before = shop.audit().await.laws[4].checked;
    let placing = async {
        for number in 0..ORDERS {
            let user_id = UserId::new(1 + i64::try_from(number % 3).unwrap()).unwrap();
            let order = PlaceOrder::new(user_id, [(2, 1)].into_iter(), None, None).unwrap();
            let request = Request::new(Command::PlaceOrder(order), None);
            store.execute(request).await.unwrap();
        }
    };
    let auditing = async {
        loop {
            let report = shop.audit().await;
            assert!(report.is_clean(), "{report:#?}");
            if report.laws[4].checked == before + ORDERS {
                break;
            }
        }
    };
    tokio::join!(placing, auditing);
    store.close().await;
}
