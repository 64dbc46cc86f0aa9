//! Which files are opened, and what is said of the others.

use std::path::Path;

use jumun_store::{Currency, Readiness, Store};
use jumun_store_sqlite::{OpenError, Options, SqliteStore, migrate};

use crate::support::Shop;

fn open_error(path: &Path) -> OpenError {
    match SqliteStore::open(path, &Options::default()) {
        Err(error) => error,
        Ok(_) => panic!("{} was opened", path.display()),
    }
}

#[tokio::test]
async fn a_second_server_on_the_file_is_refused_also_through_a_link() {
    let shop = Shop::open().await;
    let link = shop.folder().join("link.db");
    std::os::unix::fs::symlink(shop.path(), &link).unwrap();
    for path in [shop.path(), link] {
        let error = open_error(&path);
        let own = Some(std::process::id());
        assert!(
            matches!(&error, OpenError::InUse { holder, .. } if *holder == own),
            "{error}"
        );
    }
    shop.order(1, false).await;
}

#[tokio::test]
async fn a_file_with_a_second_name_is_refused_since_locks_go_by_name() {
    let shop = Shop::open().await;
    shop.store.close().await;
    let second = shop.folder().join("second.db");
    std::fs::hard_link(shop.path(), &second).unwrap();
    for path in [shop.path(), second.clone()] {
        let error = open_error(&path);
        assert!(error.to_string().contains("hard links"), "{error}");
    }
    std::fs::remove_file(second).unwrap();
    SqliteStore::open(&shop.path(), &Options::default()).unwrap();
}

#[tokio::test]
async fn a_closed_store_lets_go_of_the_file_and_refuses_what_comes_after() {
    let shop = Shop::open().await;
    shop.order(1, true).await;
    shop.store.close().await;
    shop.store.close().await;
    assert!(matches!(
        shop.store.readiness().await,
        Readiness::NotReady(_)
    ));
    let log = shop.folder().join("shop.db-wal");
    assert!(!log.exists() || std::fs::metadata(log).unwrap().len() == 0);
    let again = SqliteStore::open(&shop.path(), &Options::default()).unwrap();
    assert_eq!(again.readiness().await, Readiness::Ready);
}

#[tokio::test]
async fn a_file_that_is_something_else_is_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(
        &text,
        "a text that is longer than the header of a database file, twice over: \
        a text that is longer than the header of a database file",
    )
    .unwrap();
    let before = std::fs::read(&text).unwrap();
    assert!(matches!(open_error(&text), OpenError::NotOurs { .. }));
    assert_eq!(std::fs::read(&text).unwrap(), before);

    let other = folder.path().join("other.db");
    let connection = rusqlite::Connection::open(&other).unwrap();
    connection
        .execute_batch("CREATE TABLE theirs (id INTEGER)")
        .unwrap();
    drop(connection);
    assert!(matches!(open_error(&other), OpenError::NotOurs { .. }));

    assert!(matches!(
        open_error(folder.path()),
        OpenError::Unusable { .. }
    ));
    let nowhere = folder.path().join("no/such/folder/shop.db");
    assert!(matches!(open_error(&nowhere), OpenError::Unusable { .. }));
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".lock"))
        .collect();
    assert_eq!(
        names,
        Vec::<String>::new(),
        "no lock file beside what is not ours"
    );
}

#[tokio::test]
async fn a_newer_schema_is_refused_with_both_versions() {
    let shop = Shop::open().await;
    shop.store.close().await;
    let connection = rusqlite::Connection::open(shop.path()).unwrap();
    connection
        .execute(
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
             VALUES (999, 'future', '2030-01-01T00:00:00Z', '0')",
            [],
        )
        .unwrap();
    drop(connection);
    let error = open_error(&shop.path());
    assert!(
        matches!(error, OpenError::Newer { found: 999, .. }),
        "{error}"
    );
}

#[test]
fn the_currency_is_pinned_when_the_database_is_created() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    let with = |currency: Option<&str>| Options {
        currency: currency.map(|code| code.parse::<Currency>().unwrap()),
        ..Options::default()
    };
    let first = migrate(&path, &with(Some("USD"))).unwrap();
    assert_eq!(first.from, 0);
    let second = migrate(&path, &with(None)).unwrap();
    assert_eq!(second.from, first.to);
    let error = migrate(&path, &with(Some("KRW"))).unwrap_err();
    assert!(matches!(error, OpenError::OtherCurrency { .. }), "{error}");
}

#[test]
fn several_processes_may_migrate_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| migrate(&path, &Options::default())))
            .collect();
        for run in runs {
            run.join().unwrap().unwrap();
        }
    });
}

#[test]
fn a_database_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = jumun_store_sqlite::audit(&folder.path().join("none.db"), &mut |_| {}).unwrap_err();
    assert!(matches!(error, OpenError::Missing { .. }), "{error}");
}
