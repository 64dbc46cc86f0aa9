//! How sessions end, alone and in a pool.

use std::sync::mpsc;

use jumun_test_cluster::Cluster;

use super::fake_server::{read_message, read_startup, send, settings, start, welcome};
use super::{DEADLINE, connect, connector, until, value};
use crate::session::pool;

const PROCESS: &str = "SELECT pg_backend_pid()";

#[tokio::test]
async fn a_dropped_session_ends_and_its_transaction_is_rolled_back() {
    let database = Cluster::shared().create_database();
    database.sql("CREATE TABLE t (n int)");
    let session = connect(&database.url()).await;
    session
        .batch_execute("BEGIN; INSERT INTO t VALUES (1)")
        .await
        .unwrap();
    let process = value(&session, PROCESS).await;
    drop(session);
    let count = format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {process}");
    until("the session ends", || database.sql(&count) == "0").await;
    assert_eq!(database.sql("SELECT count(*) FROM t"), "0");
}

#[tokio::test]
async fn a_session_that_the_server_ended_is_closed_and_leaves_its_pool() {
    let database = Cluster::shared().create_database();
    let pool = pool(connector(&database.url()), 1);
    let session = pool.get().await.unwrap();
    let first = value(&session, PROCESS).await;
    drop(session);
    let session = pool.get().await.unwrap();
    assert_eq!(
        value(&session, PROCESS).await,
        first,
        "a session is used again"
    );
    database.sql(&format!("SELECT pg_terminate_backend({first})"));
    until("the session is closed", || session.is_closed()).await;
    assert!(
        session
            .simple_query("SELECT 1")
            .await
            .unwrap_err()
            .is_closed()
    );
    drop(session);
    let session = pool.get().await.unwrap();
    assert_ne!(
        value(&session, PROCESS).await,
        first,
        "an ended session is not used"
    );
}

#[tokio::test]
async fn a_hanging_server_does_not_keep_the_connection_of_a_dropped_session() {
    let (ended, end) = mpsc::channel();
    let url = start(move |stream| {
        read_startup(stream);
        send(stream, &welcome());
        read_message(stream);
        send(
            stream,
            &settings(&[Some("150000"), Some("off"), None, None, None]),
        );
        // The query that never gets an answer, and then the end.
        while read_message(stream).is_some() {}
        ended.send(()).unwrap();
    });
    let session = connect(&format!("{url}?sslmode=disable")).await;
    let query = session.simple_query("SELECT 1");
    tokio::select! {
        biased;
        _ = query => panic!("nobody has answered"),
        () = tokio::task::yield_now() => {}
    }
    drop(session);
    let waiting = tokio::task::spawn_blocking(move || end.recv_timeout(DEADLINE));
    waiting.await.unwrap().unwrap();
}
