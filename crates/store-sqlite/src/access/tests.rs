//! What a look at revocations does not wait for.

use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use crate::states::View;
use jumun_domain::{Actor, Timestamp};
use jumun_store::Store as _;
use jumun_store::access::{Grant, NewToken, Scopes, TokenHash, TokenId, Tokens as _};
use rusqlite::Connection;

use crate::{Options, SqliteAccess, SqliteStore};

/// Far less than what is waited for here ever ends by itself.
const AT_ONCE: Duration = Duration::from_secs(30);

fn token() -> NewToken {
    let now = Timestamp::from_micros(1_700_000_000_000_000);
    NewToken {
        id: TokenId::made_at(now, 1),
        hash: TokenHash::from_bytes([7; 32]),
        grant: Grant::Scopes(Scopes::default()),
        label: None,
        created_at: now,
        expires_at: None,
    }
}

/// Revokes a token and expects that a look shows it at once.
async fn is_seen(doors: &SqliteAccess) {
    let looked = tokio::time::timeout(AT_ONCE, doors.revocations(0)).await;
    let looked = looked.expect("a look does not wait").unwrap();
    assert_eq!(looked.len(), 1);
    let newest = tokio::time::timeout(AT_ONCE, doors.newest_revocation()).await;
    assert_eq!(newest.expect("nor does this").unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_waits_for_no_list_and_for_no_writer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    let options = Options::default();
    let store = Arc::new(SqliteStore::open(&path, &options).unwrap());
    let doors = store.access();
    let (token, by) = (token(), Actor::local());
    assert!(doors.create_token(&token, &by).await.unwrap());
    doors.revoke_token(token.id, &by).await.unwrap().unwrap();

    // Every reader is at work, and so is somebody who writes.
    let (ends, waits): (Vec<_>, Vec<_>) =
        (0..options.readers).map(|_| mpsc::channel::<()>()).unzip();
    let (began, begun) = mpsc::channel();
    let lists: Vec<_> = waits
        .into_iter()
        .map(|wait| {
            let (store, began) = (store.clone(), began.clone());
            tokio::spawn(async move {
                let list = move |_: &View<'_>| {
                    began.send(()).unwrap();
                    // Ends when the other side is dropped.
                    Ok(wait.recv().is_err())
                };
                store.read(list).await
            })
        })
        .collect();
    for _ in &lists {
        begun.recv_timeout(AT_ONCE).unwrap();
    }
    let writer = Connection::open(&path).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    is_seen(&doors).await;
    is_seen(&SqliteAccess::open(&path).unwrap()).await;
    drop(writer);
    drop(ends);
    for list in lists {
        assert!(list.await.unwrap().unwrap());
    }
    store.close().await;
    assert!(doors.revocations(0).await.is_err(), "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_finds_the_database_taken_is_done_by_a_way_that_waits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    crate::migrate(&path, &Options::default()).unwrap();
    let doors = SqliteAccess::open(&path).unwrap();
    let asked = std::cell::Cell::new(0);
    let looked = doors.glance.look(|_| {
        asked.set(asked.get() + 1);
        let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY_RECOVERY);
        Err::<(), _>(rusqlite::Error::SqliteFailure(busy, None).into())
    });
    assert!(looked.is_none());
    assert_eq!(asked.get(), 1);
    assert_eq!(doors.newest_revocation().await.unwrap(), 0);
}
