//! What the server remarks beside its answers.

use std::io;
use std::sync::{Arc, LazyLock, Mutex};

use jumun_test_cluster::{Cluster, Settings};

use super::{PASSWORD, PASSWORD_IN_URL, connect, connector, refusal, until, value};

#[tokio::test]
async fn the_first_warning_is_kept_until_it_is_forgotten() {
    let database = Cluster::shared().create_database();
    let session = connect(&database.url()).await;
    assert_eq!(session.warning(), None);
    raise(&session, "NOTICE", "by the way").await;
    assert_eq!(session.warning(), None);
    raise(&session, "WARNING", "look out").await;
    raise(&session, "WARNING", "again").await;
    assert!(session.warning().unwrap().contains("look out"));
    session.forget_warnings();
    assert_eq!(session.warning(), None);
    raise(&session, "WARNING", "again").await;
    assert!(session.warning().unwrap().contains("again"));
}

#[tokio::test]
async fn a_warning_is_kept_before_the_answer_behind_it_is_seen() {
    let database = Cluster::shared().create_database();
    let session = connect(&database.url()).await;
    for round in 0..500 {
        session.forget_warnings();
        raise(&session, "WARNING", "look out").await;
        assert!(session.warning().is_some(), "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_did_not_wait_for_its_standby_has_a_warning() {
    let cluster = Cluster::start(Settings {
        synchronous_standby_names: "nobody".to_owned(),
        ..Settings::default()
    });
    let session = connect(&cluster.url("postgres")).await;
    session
        .batch_execute("BEGIN; CREATE TABLE t ()")
        .await
        .unwrap();
    session.forget_warnings();
    let commit = tokio::spawn(async move { (session.batch_execute("COMMIT").await, session) });
    let cancel =
        "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    until("the commit waits", || {
        cluster.sql("postgres", cancel) == "1"
    })
    .await;
    let (committed, session) = commit.await.unwrap();
    committed.unwrap();
    let warning = session.warning().unwrap();
    assert!(warning.contains("synchronous replication"), "{warning}");
}

#[tokio::test]
async fn weak_settings_are_logged_once_and_no_password_ever() {
    let cluster = Cluster::start(Settings {
        password: Some(PASSWORD.to_owned()),
        extra: vec![("synchronous_commit".to_owned(), "off".to_owned())],
        ..Settings::default()
    });
    let log = Log::of_all_tests();
    let connector = connector(&cluster.url("postgres"));
    for _ in 0..2 {
        let session = connector.connect().await.unwrap();
        value(&session, "SELECT 1").await;
        raise(&session, "WARNING", "look out").await;
    }
    refusal(&format!(
        "postgres://nobody:{PASSWORD_IN_URL}@{}/postgres",
        cluster.host_port()
    ))
    .await;
    let text = log.text();
    let at = cluster.host_port();
    let ours = text.lines().filter(|line| line.contains(&at));
    let ours = ours.collect::<Vec<_>>().join("\n");
    for (part, count) in [
        ("synchronous_commit", 1),
        ("fsync = off", 1),
        ("look out", 2),
    ] {
        assert_eq!(ours.matches(part).count(), count, "{part}: {ours}");
    }
    for secret in [PASSWORD, PASSWORD_IN_URL] {
        assert!(!text.contains(secret), "{text}");
    }
}

async fn raise(session: &super::Session, level: &str, text: &str) {
    let statement = format!("DO $$ BEGIN RAISE {level} '{text}'; END $$");
    session.batch_execute(&statement).await.unwrap();
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// One for the process: a subscriber of one thread would miss events that
    /// another thread was the first to reach.
    fn of_all_tests() -> Self {
        static LOG: LazyLock<Log> = LazyLock::new(|| {
            let log = Log::default();
            let writer = log.clone();
            tracing_subscriber::fmt()
                .with_max_level(tracing::Level::TRACE)
                .with_ansi(false)
                .with_writer(move || writer.clone())
                .init();
            log
        });
        LOG.clone()
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
