//! Leases that end with their server, and operators who are another process.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jumun_domain::Timestamp;
use jumun_store::delivery::{
    Attempt, AttemptResult, Lease, Outbox, Platforms, Progress, Recorded, ReplayRange,
};
use jumun_store::{Fault, Reads, Store};
use jumun_store_sqlite::{Options, SqlitePlatforms, SqliteStore, backup};
use uuid::Uuid;

use crate::support::Shop;

const NAME: &str = "warehouse";
const TERM: Duration = Duration::from_secs(10);

async fn take(store: &SqliteStore) -> Lease {
    let taken = store.take_lease(NAME, Uuid::from_u128(1), TERM).await;
    taken.unwrap().unwrap()
}

async fn is_leased(platforms: &SqlitePlatforms) -> bool {
    let found = platforms.platform(NAME).await.unwrap().unwrap();
    found.leased_until.is_some()
}

fn beside(path: &Path) -> SqlitePlatforms {
    SqlitePlatforms::open(path).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_ends_with_the_server_that_did_not_give_it_back() {
    let shop = Shop::open().await;
    let lease = take(&shop.store).await;
    let operator = beside(&shop.path());
    assert!(is_leased(&operator).await);
    assert!(is_leased(&shop.store.platforms()).await);
    assert_eq!(
        operator
            .forget(NAME, &jumun_domain::Actor::local())
            .await
            .unwrap(),
        Some(false)
    );
    shop.store.close().await;
    assert!(!is_leased(&operator).await, "no server runs");

    // The next server need not deliver to that platform.
    let next = SqliteStore::open(&shop.path(), &Options::default()).unwrap();
    assert!(!is_leased(&operator).await, "nobody has taken it up");
    assert!(!is_leased(&next.platforms()).await);
    assert_eq!(next.keep_lease(&lease).await.unwrap(), None);
    let late = Progress {
        number: 1,
        ..Progress::default()
    };
    let late = next.record(&lease, late).await.unwrap();
    assert_eq!(late, Recorded::Fenced);
    let again = take(&next).await;
    assert!(again.epoch > lease.epoch);
    assert!(is_leased(&operator).await);
    next.close().await;
    assert_eq!(
        operator
            .forget(NAME, &jumun_domain::Actor::local())
            .await
            .unwrap(),
        Some(true)
    );
    assert_eq!(operator.platform(NAME).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_need_no_server_and_leave_no_log_behind() {
    let shop = Shop::open().await;
    take(&shop.store).await;
    shop.order(1, false).await;
    shop.store.close().await;
    let operator = beside(&shop.path());
    assert!(
        operator
            .pause(NAME, &jumun_domain::Actor::local())
            .await
            .unwrap()
    );
    let range = ReplayRange::Sequences { first: 1, last: 9 };
    let replay = operator
        .replay(NAME, range, &jumun_domain::Actor::local())
        .await
        .unwrap()
        .unwrap();
    drop(operator);
    let log = shop.folder().join("shop.db-wal");
    assert!(!log.exists() || std::fs::metadata(log).unwrap().len() == 0);
    let next = SqliteStore::open(&shop.path(), &Options::default()).unwrap();
    let lease = take(&next).await;
    let standing = next.keep_lease(&lease).await.unwrap().unwrap();
    assert_eq!(standing.replays, [replay]);
    assert!(standing.pause.is_some());
    next.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_for_a_server_does_not_keep_one_from_starting() {
    const STARTS: usize = 20;
    let shop = Shop::open().await;
    take(&shop.store).await;
    shop.store.close().await;
    let operator = beside(&shop.path());
    let stop = std::sync::Arc::new(AtomicBool::new(false));
    let looking = tokio::spawn({
        let stop = stop.clone();
        async move {
            let mut looks = 0;
            while !stop.load(Ordering::Relaxed) {
                operator.platforms().await.unwrap();
                looks += 1;
            }
            looks
        }
    });
    for start in 0..STARTS {
        let opened = SqliteStore::open(&shop.path(), &Options::default());
        let store = opened.unwrap_or_else(|error| panic!("start {start}: {error}"));
        store.close().await;
    }
    stop.store(true, Ordering::Relaxed);
    assert!(looking.await.unwrap() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_store_refuses_what_dispatchers_and_operators_want() {
    let shop = Shop::open().await;
    let lease = take(&shop.store).await;
    let operator = shop.store.platforms();
    shop.store.close().await;
    let refused = [
        shop.store.release_lease(&lease).await.unwrap_err(),
        shop.store.keep_lease(&lease).await.unwrap_err(),
        operator
            .pause(NAME, &jumun_domain::Actor::local())
            .await
            .unwrap_err(),
        operator.platforms().await.unwrap_err(),
    ];
    for fault in refused {
        assert!(matches!(fault, Fault::Determinate(_)), "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_is_forgotten_beside_orders() {
    const ATTEMPTS: usize = 5_000;
    let shop = Shop::open().await;
    let lease = take(&shop.store).await;
    let attempt = Attempt {
        sequence: 1,
        at: Timestamp::from_micros(1),
        result: AttemptResult::Other,
        status: None,
        latency: Duration::ZERO,
        excerpt: "a full disk".to_owned(),
    };
    let record = Progress {
        number: 1,
        attempts: vec![attempt; ATTEMPTS],
        ..Progress::default()
    };
    shop.store.record(&lease, record).await.unwrap();
    shop.store.release_lease(&lease).await.unwrap();
    let operator = beside(&shop.path());
    let forgetting =
        tokio::spawn(async move { operator.forget(NAME, &jumun_domain::Actor::local()).await });
    for user in 1..=3 {
        shop.order(user, false).await;
    }
    assert_eq!(forgetting.await.unwrap().unwrap(), Some(true));
    let connection = rusqlite::Connection::open(shop.path()).unwrap();
    for table in ["delivery_attempts", "forgotten_platforms", "platforms"] {
        let count: i64 = connection
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(count, 0, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_forgotten_platform_has_left_goes_when_another_is_pruned() {
    let shop = Shop::open().await;
    let connection = rusqlite::Connection::open(shop.path()).unwrap();
    // As a process leaves it that ends in the middle.
    connection
        .execute_batch(
            "INSERT INTO forgotten_platforms VALUES (77), (78);
             INSERT INTO delivery_log VALUES (77, 1, 1, 1, 0, x'0000'), (99, 1, 1, 1, 0, x'0000');
             INSERT INTO delivery_attempts
             VALUES (78, 1, 1, 0, 0, NULL, 0, ''), (78, 2, 1, 0, 0, NULL, 0, '');",
        )
        .unwrap();
    let lease = take(&shop.store).await;
    let long_ago = Timestamp::from_micros(-1);
    const MOST_LOTS: usize = 100;
    let mut lots = 0;
    while shop.store.prune(&lease, long_ago).await.unwrap() {
        lots += 1;
        assert!(lots < MOST_LOTS, "there is always more");
    }
    let count = |sql: &str| -> i64 { connection.query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(count("SELECT count(*) FROM forgotten_platforms"), 0);
    assert_eq!(count("SELECT count(*) FROM delivery_attempts"), 0);
    assert_eq!(count("SELECT sum(platform) FROM delivery_log"), 99);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_has_the_platforms_and_nobody_delivers_to_them_there() {
    let shop = Shop::open().await;
    let lease = take(&shop.store).await;
    shop.order(1, false).await;
    let record = Progress {
        number: 1,
        position: 1,
        ..Progress::default()
    };
    shop.store.record(&lease, record).await.unwrap();
    let target = shop.folder().join("copy.db");
    backup(&shop.path(), &target, &mut |_, _| {}).unwrap();
    let found = beside(&target).platform(NAME).await.unwrap().unwrap();
    assert_eq!((found.position, found.leased_until), (1, None));
    let copy = SqliteStore::open(&target, &Options::default()).unwrap();
    assert!(!is_leased(&copy.platforms()).await);
    copy.close().await;
}

#[tokio::test]
async fn an_event_whose_order_is_gone_is_not_passed_over() {
    let shop = Shop::open().await;
    for user_id in 1..=3 {
        shop.order(user_id, false).await;
    }
    let connection = rusqlite::Connection::open(shop.path()).unwrap();
    let deleted = connection.execute("DELETE FROM orders WHERE user_id = 2", []);
    assert_eq!(deleted.unwrap(), 1);
    let fault = Reads::events(&shop.store, 0, 10).await.unwrap_err();
    assert!(fault.to_string().contains("no order of event 2"), "{fault}");
    // The rest can be had around it.
    for (after, limit) in [(0, 1), (2, 10)] {
        let events = Reads::events(&shop.store, after, limit).await.unwrap();
        assert_eq!(events.len(), 1);
    }
    shop.store.close().await;
}
