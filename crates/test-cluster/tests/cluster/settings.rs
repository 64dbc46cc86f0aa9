//! Settings do what they say.

use jumun_test_cluster::{Certificates, Cluster, Isolation, Settings};

use crate::support::{connect, runtime};

#[test]
fn settings_are_those_of_the_server() {
    let certificates = Certificates::create();
    let cluster = Cluster::start(Settings {
        fsync: true,
        default_transaction_isolation: Isolation::Serializable,
        max_connections: 17,
        synchronous_standby_names: "ANY 1 (one, two)".to_owned(),
        shared_buffers: "16MB".to_owned(),
        tls: Some(certificates.tls()),
        password: Some("it's a \"secret\" / 100%".to_owned()),
        extra: vec![("search_path".to_owned(), "'$user', shop".to_owned())],
    });
    for (name, value) in [
        ("fsync", "on"),
        ("default_transaction_isolation", "serializable"),
        ("max_connections", "17"),
        ("synchronous_standby_names", "ANY 1 (one, two)"),
        ("shared_buffers", "16MB"),
        ("ssl", "on"),
        ("search_path", "'$user', shop"),
    ] {
        assert_eq!(cluster.sql("postgres", &format!("SHOW {name}")), value);
    }
    let tls = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    assert_eq!(cluster.sql("postgres", tls), "t");
    let hashed =
        "SELECT rolpassword LIKE 'SCRAM-SHA-256%' FROM pg_authid WHERE rolname = 'postgres'";
    assert_eq!(cluster.sql("postgres", hashed), "t");
}

#[test]
fn a_wrong_password_is_refused_and_that_of_the_url_is_not() {
    let cluster = Cluster::start(Settings {
        password: Some("it's a \"secret\" / 100%".to_owned()),
        ..Settings::default()
    });
    let url = cluster.url("postgres");
    runtime().block_on(async {
        connect(&url).await.expect("the password is right");
        let wrong = url.replace("secret", "guess");
        let error = connect(&wrong).await.expect_err("it is wrong");
        assert_eq!(error.code().map(|code| code.code()), Some("28P01"));
    });
}

#[test]
fn a_setting_is_changed_for_new_sessions_and_stays_so() {
    let cluster = Cluster::start(Settings::default());
    cluster.set("statement_timeout", "5min");
    assert_eq!(cluster.sql("postgres", "SHOW statement_timeout"), "5min");
    cluster.kill();
    cluster.start_again();
    assert_eq!(cluster.sql("postgres", "SHOW statement_timeout"), "5min");
}
