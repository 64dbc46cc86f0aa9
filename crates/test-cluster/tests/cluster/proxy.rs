//! A proxy cuts where it is told to.

use std::pin::pin;

use jumun_test_cluster::{Certificates, Cluster, Database, Point, Proxy, Settings};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio_postgres::Client;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::support::{connect, poll, runtime};

/// A database with an empty table, a proxy in front of it.
fn shop() -> (Database, Proxy) {
    let cluster = Cluster::shared();
    let database = cluster.create_database();
    database.sql("CREATE TABLE item (id int, name text)");
    (database, Proxy::start(&cluster.host_port()))
}

/// The rows that are seen once no session of a client is left, so that what
/// the server still has to do is done.
fn rows_in_the_end(database: &Database) -> String {
    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()";
    poll(|| database.sql(sessions) == "1");
    database.sql("SELECT coalesce(string_agg(id::text, ',' ORDER BY id), '') FROM item")
}

/// A transaction in simple queries.
async fn simple(client: &Client, id: i32) -> Result<(), tokio_postgres::Error> {
    client.batch_execute("BEGIN").await?;
    client
        .batch_execute(&format!("INSERT INTO item VALUES ({id}, 'name {id}')"))
        .await?;
    client.batch_execute("COMMIT").await
}

/// A transaction in prepared statements.
async fn prepared(client: &Client, id: i32) -> Result<(), tokio_postgres::Error> {
    let begin = client.prepare("BEGIN").await?;
    let insert = client.prepare("INSERT INTO item VALUES ($1, $2)").await?;
    let commit = client.prepare("COMMIT").await?;
    client.execute(&begin, &[]).await?;
    client
        .execute(&insert, &[&id, &format!("name {id}")])
        .await?;
    client.execute(&commit, &[]).await?;
    Ok(())
}

#[test]
fn a_cut_before_a_statement_undoes_it_and_one_after_it_does_not() {
    let table = [
        (Point::before("COMMIT"), ""),
        (Point::after("COMMIT"), "1"),
        (Point::after_answer("COMMIT"), "1"),
        (Point::before("INSERT"), ""),
        (Point::after("INSERT"), ""),
        (Point::after_answer("INSERT"), ""),
        (Point::before("name 1"), ""),
    ];
    for (point, rows) in table {
        for is_prepared in [false, true] {
            let (database, proxy) = shop();
            proxy.cut_when(point.clone());
            runtime().block_on(async {
                let client = connect(&database.url_through(&proxy))
                    .await
                    .expect("a session");
                let outcome = if is_prepared {
                    prepared(&client, 1).await
                } else {
                    simple(&client, 1).await
                };
                let error = outcome.expect_err("it is cut");
                assert!(
                    error.is_closed() || error.as_db_error().is_none(),
                    "{error}"
                );
            });
            assert_eq!(proxy.fired(), 1, "{point:?}");
            assert_eq!(rows_in_the_end(&database), rows, "{point:?} {is_prepared}");
        }
    }
}

#[test]
fn a_cut_fires_once_at_the_run_that_is_named() {
    let (database, proxy) = shop();
    let url = database.url_through(&proxy);
    proxy.cut_when(Point::before("COMMIT").nth(2));
    runtime().block_on(async {
        let client = connect(&url).await.expect("a session");
        prepared(&client, 1).await.expect("the first is not cut");
        prepared(&client, 2).await.expect_err("the second is");
        let client = connect(&url).await.expect("a session");
        prepared(&client, 3).await.expect("the third is not");
    });
    assert_eq!(proxy.fired(), 1);
    assert_eq!(rows_in_the_end(&database), "1,3");
}

#[test]
fn a_repeating_cut_fires_at_each_run() {
    let (database, proxy) = shop();
    proxy.cut_when(Point::after_answer("COMMIT").nth(2).repeating());
    runtime().block_on(async {
        for id in 1..=4 {
            let client = connect(&database.url_through(&proxy))
                .await
                .expect("a session");
            assert_eq!(simple(&client, id).await.is_ok(), id == 1);
        }
    });
    assert_eq!(proxy.fired(), 3);
    assert_eq!(rows_in_the_end(&database), "1,2,3,4");
}

#[test]
fn what_was_asked_before_in_one_go_is_answered_and_the_cut_answer_is_not() {
    let (database, proxy) = shop();
    proxy.cut_when(Point::after_answer("COMMIT"));
    runtime().block_on(async {
        let client = connect(&database.url_through(&proxy))
            .await
            .expect("a session");
        let (begin, insert, commit) = tokio::join!(
            client.batch_execute("BEGIN"),
            client.batch_execute("INSERT INTO item VALUES (1, '')"),
            client.batch_execute("COMMIT"),
        );
        begin.and(insert).expect("it is answered");
        commit.expect_err("the answer is withheld");
    });
    assert_eq!(rows_in_the_end(&database), "1");
}

#[test]
fn all_connections_are_cut_and_new_ones_are_not() {
    let (database, proxy) = shop();
    let url = database.url_through(&proxy);
    runtime().block_on(async {
        let (one, two) = (connect(&url).await, connect(&url).await);
        proxy.cut_all();
        for client in [one, two] {
            simple(&client.expect("a session"), 1)
                .await
                .expect_err("it is cut");
        }
        let client = connect(&url).await.expect("a new session");
        simple(&client, 2).await.expect("it is not cut");
    });
    assert_eq!(rows_in_the_end(&database), "2");
}

#[test]
fn a_proxy_that_refuses_keeps_what_is_open() {
    let (database, proxy) = shop();
    let url = database.url_through(&proxy);
    runtime().block_on(async {
        let client = connect(&url).await.expect("a session");
        proxy.refuse(true);
        assert!(connect(&url).await.is_err());
        simple(&client, 1).await.expect("it is open");
        proxy.refuse(false);
        connect(&url).await.expect("a session");
    });
    assert_eq!(rows_in_the_end(&database), "1");
}

#[test]
fn a_proxy_that_blocks_passes_on_later_what_it_held_back() {
    let (database, proxy) = shop();
    runtime().block_on(async {
        let client = connect(&database.url_through(&proxy))
            .await
            .expect("a session");
        // On one connection, so that the server is seen not to have got it.
        client
            .batch_execute("SELECT pg_advisory_lock(1)")
            .await
            .expect("it is locked");
        proxy.block(true);
        let unlock = client.batch_execute("SELECT pg_advisory_unlock(1)");
        let look = async {
            for _ in 0..10 {
                assert_eq!(database.sql("SELECT pg_try_advisory_lock(1)"), "f");
                tokio::task::yield_now().await;
            }
            proxy.block(false);
        };
        let (unlocked, ()) = tokio::join!(unlock, look);
        unlocked.expect("it is answered");
    });
    assert_eq!(database.sql("SELECT pg_try_advisory_lock(1)"), "t");
}

#[test]
fn a_server_behind_a_blocked_proxy_does_not_notice_that_the_client_has_gone() {
    let (database, proxy) = shop();
    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gone'";
    let url = database.url_through(&proxy);
    runtime().block_on(async {
        let client = connect(&format!("{url}?application_name=gone")).await;
        proxy.block(true);
        drop(client.expect("a session"));
    });
    // The runtime has ended, and with it the connection of the client.
    assert_eq!(database.sql(sessions), "1");
    proxy.block(false);
    poll(|| database.sql(sessions) == "0");
}

#[test]
fn a_cut_after_a_copy_comes_with_the_right_answer() {
    let (database, proxy) = shop();
    proxy.cut_when(Point::after_answer("COMMIT"));
    runtime().block_on(async {
        let client = connect(&database.url_through(&proxy))
            .await
            .expect("a session");
        let copy = client.copy_in::<_, &[u8]>("COPY item FROM STDIN").await;
        pin!(copy.expect("it begins"))
            .finish()
            .await
            .expect("it ends");
        simple(&client, 1).await.expect_err("the commit is cut");
    });
    assert_eq!((proxy.fired(), &*rows_in_the_end(&database)), (1, "1"));
}

#[test]
fn an_encrypted_session_is_passed_on_and_never_cut_at_a_point() {
    let certificates = Certificates::create();
    let cluster = Cluster::start(Settings {
        tls: Some(certificates.tls()),
        ..Settings::default()
    });
    let proxy = Proxy::start(&cluster.host_port());
    proxy.cut_when(Point::before("SELECT"));
    let url = cluster.url_through(&proxy, "postgres");
    runtime().block_on(async {
        let encrypted = format!("{url}?sslmode=require");
        let tls = trusting(&certificates);
        let (client, connection) = tokio_postgres::connect(&encrypted, tls).await.expect("TLS");
        tokio::spawn(connection);
        let query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
        let row = client.query_one(query, &[]).await.expect("an answer");
        assert!(row.get::<_, bool>(0));
        assert_eq!(proxy.fired(), 0);
        let client = connect(&url).await.expect("a session without TLS");
        client
            .batch_execute("SELECT 1")
            .await
            .expect_err("it is cut");
        assert_eq!(proxy.fired(), 1);
    });
}

/// What a client needs that trusts the authority alone.
fn trusting(certificates: &Certificates) -> MakeRustlsConnect {
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(certificates.authority()).expect("a file") {
        roots.add(certificate.expect("PEM")).expect("a certificate");
    }
    let config = rustls::ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    MakeRustlsConnect::new(config)
}
