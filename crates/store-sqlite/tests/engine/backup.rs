//! A copy of a live database is whole and never overwrites a file.

use jumun_domain::{Command, Request};
use jumun_store::{Reads, Store};
use jumun_store_sqlite::{BackupError, Options, SqliteStore, backup};

use crate::support::{Shop, user};

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_live_shop_is_one_file_that_passes_the_audit() {
    let shop = Shop::open().await;
    shop.order(1, true).await;
    let target = shop.folder().join("copy.db");
    let mut told = Vec::new();
    backup(&shop.path(), &target, &mut |done, total| {
        told.push((done, total))
    })
    .unwrap();
    assert!(
        told.last()
            .is_some_and(|(done, total)| done == total && *total > 0),
        "{told:?}"
    );
    // What comes later is not in the copy.
    shop.order(2, true).await;
    assert!(!shop.folder().join("copy.db-wal").exists());

    let in_table = |user: i64| -> i64 {
        let copy = rusqlite::Connection::open(&target).unwrap();
        copy.query_row(
            "SELECT balance FROM users WHERE user_id = ?1",
            [user],
            |row| row.get(0),
        )
        .unwrap()
    };
    assert_eq!(in_table(1), 100_000 - 4_000 + 300);
    let report = jumun_store_sqlite::audit(&target, &mut |_| {}).unwrap();
    assert!(report.is_clean(), "{report:#?}");
    let copy = SqliteStore::open(&target, &Options::default()).unwrap();
    let balance = |found: Option<jumun_domain::User>| found.unwrap().balance.get();
    assert_eq!(
        balance(copy.user(user(1)).await.unwrap()),
        100_000 - 4_000 + 300
    );
    assert_eq!(balance(copy.user(user(2)).await.unwrap()), 100_000);
    let charge = jumun_domain::Charge::new(user(2), 5, None).unwrap();
    let charge = Request::new(Command::Charge(charge), None);
    copy.execute(charge).await.unwrap();
    copy.close().await;
    assert_eq!(in_table(2), 100_005, "a stopped shop's tables tell all");
}

#[tokio::test]
async fn a_file_in_the_way_is_left_as_it_was() {
    let shop = Shop::open().await;
    let target = shop.folder().join("precious.txt");
    std::fs::write(&target, "precious").unwrap();
    let error = backup(&shop.path(), &target, &mut |_, _| {}).unwrap_err();
    assert!(matches!(error, BackupError::Exists { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(&target).unwrap(), "precious");
    let nowhere = shop.folder().join("none/copy.db");
    let error = backup(&shop.path(), &nowhere, &mut |_, _| {}).unwrap_err();
    assert!(matches!(error, BackupError::Write { .. }), "{error}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_new_database_and_its_copies_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let shop = Shop::open().await;
    let copy = shop.folder().join("copy.db");
    backup(&shop.path(), &copy, &mut |_, _| {}).unwrap();
    for name in ["shop.db", "shop.db-wal", "shop.db-shm", "copy.db"] {
        let found = std::fs::metadata(shop.folder().join(name)).unwrap();
        assert_eq!(found.permissions().mode() & 0o777, 0o600, "{name}");
    }
    shop.store.close().await;
}
