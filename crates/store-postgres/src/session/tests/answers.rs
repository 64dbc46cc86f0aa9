//! What each way of failing is called.

use std::net::{Ipv4Addr, TcpListener};

use jumun_test_cluster::{Cluster, Settings};

use super::fake_server::{
    fatal, message, read_message, read_startup, send, settings, start, welcome,
};
use super::{PASSWORD, PASSWORD_IN_URL, connect, refusal, value};
use crate::error::OpenError;

#[tokio::test]
async fn each_answer_of_a_server_becomes_a_sentence_with_a_remedy() {
    for (code, text, name, remedy, transient) in [
        ("28P01", "wrong", "WrongPassword", "PGPASSWORD", false),
        ("28000", "no role", "NotAdmitted", "createuser", false),
        (
            "28000",
            "no entry, no encryption",
            "TlsRequired",
            "sslmode=",
            false,
        ),
        (
            "28000",
            "no entry, SSL off",
            "TlsRequired",
            "sslmode=",
            false,
        ),
        (
            "08P01",
            "SSL connection required",
            "TlsRequired",
            "sslmode=",
            false,
        ),
        ("3D000", "no db", "NoDatabase", "createdb", false),
        (
            "53300",
            "too many",
            "TooManyConnections",
            "max_connections",
            true,
        ),
        ("57P03", "starting up", "NotReady", "try again", true),
        ("57P01", "shutting down", "NotReady", "try again", true),
        ("57P02", "crashed", "NotReady", "try again", true),
        ("42501", "no right", "Forbidden", "grant", false),
        (
            "25006",
            "read-only",
            "ReadOnly",
            "default_transaction_read_only",
            false,
        ),
        ("58030", "disk", "Server", "disk (58030)", false),
    ] {
        let url = start(move |stream| {
            read_startup(stream);
            send(stream, &fatal(code, text));
        });
        check(&format!("{url}?sslmode=disable"), name, remedy, transient).await;
    }
}

#[tokio::test]
async fn what_is_no_server_or_ends_at_once_is_told_apart() {
    let hang_up = start(read_startup);
    check(&format!("{hang_up}?sslmode=disable"), "Lost", "log", true).await;
    let web = start(|stream| {
        read_startup(stream);
        send(stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    check(
        &format!("{web}?sslmode=disable"),
        "Lost",
        "check host and port",
        true,
    )
    .await;
    let odd = start(|stream| {
        read_startup(stream);
        send(stream, &message(b'C', b"SELECT 1\0"));
    });
    check(
        &format!("{odd}?sslmode=disable"),
        "NotPostgres",
        "port",
        false,
    )
    .await;
    let mute = start(|stream| while read_message(stream).is_some() {});
    let url = format!("{mute}?sslmode=disable&connect_timeout=1");
    check(&url, "TimedOut", "connect_timeout", true).await;

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let url = format!("postgres://u:{PASSWORD_IN_URL}@127.0.0.1:{port}/db");
    check(&url, "Refused", "start the PostgreSQL server", true).await;
    let url = format!("postgres://u:{PASSWORD_IN_URL}@/db?host=/nowhere&port={port}");
    check(&url, "Refused", "%2Fnowhere", true).await;
    let url = format!("postgres://u:{PASSWORD_IN_URL}@host.invalid/db");
    check(&url, "HostNotFound", "DNS", true).await;
}

#[tokio::test]
async fn a_server_without_the_settings_of_postgresql_is_accepted_if_its_version_is() {
    for (values, name) in [
        ([Some("130000"), Some("off"), None, Some("on"), None], None),
        ([Some("130000"), Some("off"), None, None, None], None),
        (
            [Some("120022"), Some("off"), None, Some("on"), Some("on")],
            Some("ServerTooOld"),
        ),
        (
            [Some("130000"), Some("on"), None, Some("on"), None],
            Some("ReadOnly"),
        ),
        (
            [Some("180001"), Some("on"), Some("on"), Some("on"), None],
            Some("Standby"),
        ),
        ([None, Some("off"), None, None, None], Some("Server")),
    ] {
        let url = start(move |stream| {
            read_startup(stream);
            send(stream, &welcome());
            read_message(stream);
            send(stream, &settings(&values));
            while read_message(stream).is_some() {}
        });
        let url = format!("{url}?sslmode=disable");
        match name {
            None => drop(connect(&url).await),
            Some(name) => {
                let error = refusal(&url).await;
                assert_eq!(variant(&error), name, "{values:?}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn a_real_server_says_who_may_come_in() {
    let cluster = Cluster::start(Settings {
        password: Some(PASSWORD.to_owned()),
        ..Settings::default()
    });
    let at = cluster.host_port();
    let good = format!("postgres://postgres:{PASSWORD_IN_URL}@{at}/postgres");
    assert_eq!(
        value(&connect(&good).await, "SELECT current_user").await,
        "postgres"
    );
    cluster.sql(
        "postgres",
        &format!("CREATE ROLE full_up LOGIN PASSWORD '{PASSWORD}' CONNECTION LIMIT 0"),
    );
    for (user, database, name) in [
        ("postgres:wrong", "postgres", "WrongPassword"),
        ("postgres", "postgres", "PasswordMissing"),
        (
            &format!("nobody:{PASSWORD_IN_URL}"),
            "postgres",
            "WrongPassword",
        ),
        (
            &format!("postgres:{PASSWORD_IN_URL}"),
            "missing",
            "NoDatabase",
        ),
        (
            &format!("full_up:{PASSWORD_IN_URL}"),
            "postgres",
            "TooManyConnections",
        ),
    ] {
        let error = refusal(&format!("postgres://{user}@{at}/{database}")).await;
        assert_eq!(variant(&error), name, "{error}");
    }
    let error = refusal(&format!(
        "postgres://nobody@{}/postgres",
        Cluster::shared().host_port()
    ))
    .await;
    assert_eq!(variant(&error), "NotAdmitted", "{error}");
}

async fn check(url: &str, name: &str, remedy: &str, transient: bool) {
    let error = refusal(url).await;
    assert_eq!(variant(&error), name, "{error}");
    assert_eq!(error.is_transient(), transient, "{error}");
    let message = error.to_string();
    assert!(message.contains(remedy), "{message}");
    assert!(message.contains("postgres://u@"), "{message}");
}

/// The name of the error's kind.
pub(super) fn variant(error: &OpenError) -> String {
    let debug = format!("{error:?}");
    let end = debug.find(' ').unwrap_or(debug.len());
    debug[..end].to_owned()
}
