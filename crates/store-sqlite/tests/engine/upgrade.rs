//! A file of an earlier version is brought up to date with all that is in it.

use std::path::Path;

use jumun_domain::{
    Actor, Answer, Charge, Command, Entry, EntryId, EntryKind, PlaceOrder, PutProduct,
    RegisterUser, Request,
};
use jumun_store::access::{Changes, Tokens};
use jumun_store::delivery::{Outbox, PlatformView, Platforms};
use jumun_store::{NumberedEvent, Page, Reads, Store};
use jumun_store_sqlite::{
    OpenError, Options, SqliteAccess, SqlitePlatforms, SqliteStore, audit, migrate,
};
use rusqlite::Connection;

use crate::support::{Shop, product, user};

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

/// What each version has added, oldest first.
const MIGRATIONS: [&str; 7] = [
    include_str!("../../migrations/V1__shop.sql"),
    include_str!("../../migrations/V2__platforms.sql"),
    include_str!("../../migrations/V3__access.sql"),
    include_str!("../../migrations/V4__room_in_users.sql"),
    include_str!("../../migrations/V5__state_log.sql"),
    include_str!("../../migrations/V6__sales_folding.sql"),
    include_str!("../../migrations/V7__packed_histories.sql"),
];

/// Takes away what later versions have added: a file as that version left it.
fn take_back_to(version: usize, path: &Path) {
    let original = Connection::open_in_memory().unwrap();
    for migration in &MIGRATIONS[..version] {
        original.execute_batch(migration).unwrap();
    }
    let original = schema(&original);
    let connection = Connection::open(path).unwrap();
    if version < 7 {
        unpack_histories(&connection);
    }
    for (name, sql) in schema(&connection) {
        let is_new = !original.iter().any(|it| it.0 == name);
        if is_new && let Some(kind) = ["TABLE", "VIEW"].iter().find(|it| is_a(&sql, it)) {
            connection
                .execute_batch(&format!("DROP {kind} {name}"))
                .unwrap();
        }
    }
    if version < 4 {
        connection
            .execute_batch("ALTER TABLE users DROP COLUMN room")
            .unwrap();
    }
    connection
        .execute(
            "DELETE FROM refinery_schema_history WHERE version > ?1",
            [i64::try_from(version).unwrap()],
        )
        .unwrap();
    assert_eq!(schema(&connection), original);
}

fn is_a(sql: &str, kind: &str) -> bool {
    sql.starts_with(&format!("CREATE {kind}"))
}

/// Gives each payment and each event a row of its own again.
fn unpack_histories(connection: &Connection) {
    let (entries, events) = (definition("entries"), definition("events"));
    let payments = items::<8>(connection, "payments");
    let numbered = items::<5>(connection, "events");
    connection
        .execute_batch(&format!(
            "DROP VIEW ledger; DROP TABLE events; {events};
             ALTER TABLE entries RENAME TO kept; {entries};
             INSERT INTO entries SELECT * FROM kept; DROP TABLE kept;"
        ))
        .unwrap();
    for [key, low, user, previous, amount, balance, order, at] in payments {
        connection
            .execute(
                "INSERT INTO entries VALUES
                 (?1, ?2, ?3, nullif(?4, 0), 2, ?5, ?6, ?7, NULL, NULL, ?8)",
                [key, low, user, previous, amount, balance, order, at],
            )
            .unwrap();
    }
    for event in numbered {
        connection
            .execute("INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5)", event)
            .unwrap();
    }
}

/// What creates this table in the first version.
fn definition(table: &str) -> String {
    let first = Connection::open_in_memory().unwrap();
    first.execute_batch(MIGRATIONS[0]).unwrap();
    let found = schema(&first).into_iter().find(|it| it.0 == table);
    found.unwrap().1
}

/// The items of a packed table, in order.
fn items<const N: usize>(connection: &Connection, table: &str) -> Vec<[i64; N]> {
    let mut statement = connection
        .prepare(&format!("SELECT items FROM {table} ORDER BY first"))
        .unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    let mut items = Vec::new();
    for row in rows.collect::<rusqlite::Result<Vec<Vec<u8>>>>().unwrap() {
        for item in row.chunks_exact(N * 8) {
            let word = |index: usize| item[index * 8..][..8].try_into().unwrap();
            items.push(std::array::from_fn(|index| i64::from_be_bytes(word(index))));
        }
    }
    items
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_of_version_6_keeps_its_ledgers_and_its_events() {
    let shop = Shop::open().await;
    for round in 0..60 {
        let lines = [(1, 1)].into_iter();
        let order = PlaceOrder::new(user(round % 3 + 1), lines, None, None).unwrap();
        match shop.done(Command::PlaceOrder(order)).await {
            Answer::OrderPlaced(order) if round % 7 == 0 => shop.cancel(order.id).await,
            _ => {}
        }
    }
    // Their first entry is a payment, of nothing.
    shop.done(Command::RegisterUser(
        RegisterUser::new(user(4), None).unwrap(),
    ))
    .await;
    let gift = PutProduct::new(product(3), "덤", 0, Some(9), true, None).unwrap();
    shop.done(Command::PutProduct(gift)).await;
    let order = PlaceOrder::new(user(4), [(3, 1)].into_iter(), None, None).unwrap();
    shop.done(Command::PlaceOrder(order)).await;
    let before = histories(&shop.store).await;
    assert_eq!(before.1.len(), 60 + 9 + 1);
    shop.store.close().await;
    let shown = ledger(&shop.path());
    assert_eq!(shown, before.0.iter().map(posting).collect::<Vec<_>>());
    take_back_to(6, &shop.path());
    let connection = Connection::open(shop.path()).unwrap();
    // Somebody's own view is not in the way.
    connection
        .execute_batch("CREATE VIEW mine AS SELECT sequence FROM events, entries")
        .unwrap();

    let migration = migrate(&shop.path(), &Options::default()).unwrap();
    assert_eq!((migration.from, migration.to), (6, 7));
    assert_eq!(ledger(&shop.path()), shown, "the view");
    for (table, rows) in [("payments", 2), ("events", 2)] {
        let count = connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
            row.get::<_, i64>(0)
        });
        assert_eq!(count.unwrap(), rows, "{table} are packed");
    }
    let store = SqliteStore::open(&shop.path(), &Options::default()).unwrap();
    assert_eq!(histories(&store).await, before);
    let report = audit(&shop.path(), &mut |_| {}).unwrap();
    assert!(report.is_clean(), "{report:#?}");
    store.close().await;
}

/// The ledgers of all users, oldest first, and the events.
async fn histories(store: &SqliteStore) -> (Vec<Entry>, Vec<NumberedEvent>) {
    const ALL: Page<EntryId> = Page {
        after: None,
        limit: 100,
    };
    let mut entries = Vec::new();
    for id in 1..=4 {
        let ledger = Reads::entries(store, user(id), ALL).await.unwrap().unwrap();
        entries.extend(ledger.items.into_iter().rev());
    }
    (entries, Reads::events(store, 0, 100).await.unwrap())
}

/// User, kind, amount, balance after, time.
fn posting(entry: &Entry) -> [i64; 5] {
    let kind = match entry.kind {
        EntryKind::Charge => 1,
        EntryKind::Payment => 2,
        EntryKind::Refund => 3,
        EntryKind::Adjustment => 4,
    };
    let (amount, balance) = (entry.amount.get(), entry.balance_after.get());
    let at = entry.created_at.as_micros();
    [entry.user_id.get(), kind, amount, balance, at]
}

/// The same of all entries in the view.
fn ledger(path: &Path) -> Vec<[i64; 5]> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection
        .prepare(
            "SELECT user_id, kind, amount, balance_after, created_at FROM ledger
             ORDER BY user_id, key",
        )
        .unwrap();
    let rows = statement.query_map([], |row| {
        Ok([
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
        ])
    });
    rows.unwrap().collect::<rusqlite::Result<_>>().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_not_migrated_while_an_older_server_runs_on_it() {
    let shop = Shop::open().await;
    take_back_to(6, &shop.path());
    let refused = migrate(&shop.path(), &Options::default()).unwrap_err();
    assert!(
        matches!(&refused, OpenError::OlderIsServed { found: 6, .. }),
        "{refused}"
    );
    assert!(refused.to_string().contains("stop"), "{refused}");
    shop.store.close().await;
    migrate(&shop.path(), &Options::default()).unwrap();
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
    take_back_to(1, &shop.path());

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

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_of_version_2_keeps_its_platforms_and_gets_tokens_and_a_history() {
    let shop = Shop::open().await;
    shop.order(1, true).await;
    let cancelled = shop.order(2, false).await;
    shop.cancel(cancelled).await;
    let lease = shop.platform().await;
    shop.fail_a_delivery(&lease).await;
    let before = shop.store.platforms().platforms().await.unwrap();
    assert_eq!(before.len(), 1);
    shop.store.close().await;
    take_back_to(2, &shop.path());

    // Who only looks changes nothing.
    let refused = SqliteAccess::open(&shop.path()).map(|_| ()).unwrap_err();
    assert!(
        matches!(refused, OpenError::Older { found: 2, .. }),
        "{refused}"
    );
    let migration = migrate(&shop.path(), &Options::default()).unwrap();
    assert_eq!((migration.from, migration.to), (2, MIGRATIONS.len() as i32));

    let store = SqliteStore::open(&shop.path(), &Options::default()).unwrap();
    let after = store.platforms().platforms().await.unwrap();
    let standing = |it: &PlatformView| (it.name.clone(), it.position, it.counts, it.pause);
    assert_eq!(
        after.iter().map(standing).collect::<Vec<_>>(),
        before.iter().map(standing).collect::<Vec<_>>()
    );
    let (doors, by) = (store.access(), Actor::local());
    assert_eq!(doors.newest_revocation().await.unwrap(), 0);
    let charge = Charge::new(user(1), 5, None).unwrap();
    let request = Request::new(Command::Charge(charge), None).by(by.clone());
    store.execute(request).await.unwrap();
    assert!(store.platforms().pause("창고", &by).await.unwrap());
    let page = Page {
        after: None,
        limit: 10,
    };
    let lines = doors.changes(page).await.unwrap().items;
    let actions: Vec<_> = lines.iter().map(|it| &*it.action).collect();
    assert_eq!(actions, ["platform.pause", "balance.charge"]);
    let report = audit(&shop.path(), &mut |_| {}).unwrap();
    assert!(report.is_clean(), "{report:#?}");
    store.close().await;
}
