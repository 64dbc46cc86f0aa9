//! A file of an earlier version is brought up to date with all that is in it.

use std::path::Path;

use jumun_store::delivery::Outbox;
use jumun_store::{Page, Reads, Store};
use jumun_store_sqlite::{OpenError, Options, SqlitePlatforms, SqliteStore, audit, migrate};
use rusqlite::Connection;

use crate::support::Shop;

/// The schema in SQLite's words, its own tables and the history apart.
fn schema(connection: &Connection) -> Vec<(String, String)> {
    let mut statement = connection
        .prepare(
            "SELECT name, sql FROM sqlite_schema
             WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'refinery_%'
             ORDER BY name",
        )
        .unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.unwrap().collect::<rusqlite::Result<_>>().unwrap()
}

/// Takes away what later versions have added: a file as version 1 left it.
fn take_back_to_version_1(path: &Path) {
    let original = Connection::open_in_memory().unwrap();
    original
        .execute_batch(include_str!("../../migrations/V1__shop.sql"))
        .unwrap();
    let original = schema(&original);
    let connection = Connection::open(path).unwrap();
    for (name, sql) in schema(&connection) {
        if !original.iter().any(|it| it.0 == name) && sql.starts_with("CREATE TABLE") {
            connection
                .execute_batch(&format!("DROP TABLE {name}"))
                .unwrap();
        }
    }
    connection
        .execute("DELETE FROM refinery_schema_history WHERE version > 1", [])
        .unwrap();
    assert_eq!(schema(&connection), original);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_of_version_1_keeps_its_orders_and_gets_platforms() {
    const ALL: Page<jumun_domain::OrderId> = Page {
        after: None,
        limit: 100,
    };
    let shop = Shop::open().await;
    shop.order(1, true).await;
    let cancelled = shop.order(2, false).await;
    shop.cancel(cancelled).await;
    let orders = shop.store.all_orders(ALL).await.unwrap();
    let events = Reads::events(&shop.store, 0, 100).await.unwrap();
    assert_eq!((orders.items.len(), events.len()), (2, 3));
    shop.store.close().await;
    take_back_to_version_1(&shop.path());

    // Who only looks changes nothing.
    let refused = SqlitePlatforms::open(&shop.path()).map(|_| ()).unwrap_err();
    assert!(
        matches!(refused, OpenError::Older { found: 1, .. }),
        "{refused}"
    );
    let migration = migrate(&shop.path(), &Options::default()).unwrap();
    assert_eq!(migration.from, 1);
    assert!(migration.to > 1, "{migration:?}");

    let store = SqliteStore::open(&shop.path(), &Options::default()).unwrap();
    assert_eq!(store.all_orders(ALL).await.unwrap(), orders);
    assert_eq!(Reads::events(&store, 0, 100).await.unwrap(), events);
    let term = std::time::Duration::from_secs(10);
    let lease = store.take_lease("warehouse", uuid::Uuid::nil(), term).await;
    let lease = lease.unwrap().unwrap();
    let standing = store.keep_lease(&lease).await.unwrap().unwrap();
    assert_eq!((standing.position, standing.newest), (3, 3));
    let report = audit(&shop.path(), &mut |_| {}).unwrap();
    assert!(report.is_clean(), "{report:#?}");
    store.close().await;
}
