//! Which of several servers a session is opened at.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use jumun_test_cluster::{Cluster, Settings};

use super::answers::variant;
use super::{connect, refusal, value};
use crate::error::OpenError;

#[tokio::test]
async fn a_standby_is_passed_over_for_the_primary() {
    let primary = Cluster::start(Settings::default());
    let standby = primary.standby();
    let (first, second) = (standby.host_port(), primary.host_port());

    let error = refusal(&format!("postgres://postgres@{first}/postgres")).await;
    assert_eq!(variant(&error), "Standby", "{error}");
    assert!(
        error.is_transient() && error.to_string().contains("all hosts"),
        "{error}"
    );

    let both = format!("postgres://postgres@{first},{second}/postgres");
    let session = connect(&both).await;
    assert_eq!(
        value(&session, "SHOW port").await,
        primary.port().to_string()
    );

    let url = format!("{both}?target_session_attrs=read-only");
    let session = connect(&url).await;
    assert_eq!(
        value(&session, "SHOW port").await,
        standby.port().to_string()
    );
    let error = refusal(&format!(
        "postgres://postgres@{second}/postgres?target_session_attrs=read-only"
    ))
    .await;
    assert_eq!(variant(&error), "NotReadOnly", "{error}");

    primary.kill();
    let error = refusal(&both).await;
    let OpenError::NoServer { failures } = &error else {
        panic!("{error}");
    };
    let names = failures.iter().map(variant).collect::<Vec<_>>();
    assert_eq!(names, ["Standby", "Refused"]);
    assert!(error.is_transient(), "{error}");

    standby.promote();
    let session = connect(&both).await;
    assert_eq!(
        value(&session, "SHOW port").await,
        standby.port().to_string()
    );
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_in_time() {
    let cluster = Cluster::start(Settings::default());
    let url = format!(
        "postgres://postgres@{},{}/postgres?connect_timeout=1",
        cluster.host_port(),
        Cluster::shared().host_port()
    );
    cluster.pause();
    let session = connect(&url).await;
    let port = Cluster::shared().port().to_string();
    assert_eq!(value(&session, "SHOW port").await, port);
    let url = format!(
        "postgres://postgres@{}/postgres?connect_timeout=1",
        cluster.host_port()
    );
    let error = refusal(&url).await;
    assert_eq!(variant(&error), "TimedOut", "{error}");
}

#[tokio::test]
async fn a_name_with_several_addresses_is_tried_at_each() {
    // `localhost` is often ::1 first, where the cluster does not listen.
    let port = Cluster::shared().port();
    connect(&format!("postgres://postgres@localhost:{port}/postgres")).await;
}

#[tokio::test]
async fn a_socket_is_reached_by_its_folder_and_never_encrypted() {
    let folder = tempfile::tempdir().unwrap();
    // The server runs as another user.
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    let path = folder.path().display().to_string();
    let cluster = Cluster::start(Settings {
        extra: vec![("unix_socket_directories".to_owned(), path.clone())],
        ..Settings::default()
    });
    let port = cluster.port();
    for query in ["", "&sslmode=disable", "&sslmode=require"] {
        let url = format!("postgres://postgres@/postgres?host={path}&port={port}{query}");
        let session = connect(&url).await;
        let address = value(&session, "SELECT inet_client_addr() IS NULL").await;
        assert_eq!(address, "t", "{query}");
    }
}
