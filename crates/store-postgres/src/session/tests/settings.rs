//! What a session has set, whatever its role and database say.

use jumun_test_cluster::Cluster;

use super::answers::variant;
use super::{connect, refusal, value};

#[tokio::test]
async fn settings_of_a_database_do_not_weaken_a_session() {
    for (name, of_database, of_session) in [
        ("statement_timeout", "1s", "0"),
        ("lock_timeout", "0", "10s"),
        ("idle_in_transaction_session_timeout", "0", "5s"),
        ("standard_conforming_strings", "off", "on"),
        ("idle_session_timeout", "1s", "0"),
        ("client_min_messages", "error", "notice"),
        ("synchronous_commit", "off", "on"),
        ("synchronous_commit", "local", "on"),
        ("synchronous_commit", "remote_write", "on"),
        ("synchronous_commit", "on", "on"),
        ("synchronous_commit", "remote_apply", "remote_apply"),
        (
            "default_transaction_isolation",
            "serializable",
            "serializable",
        ),
        ("search_path", "shop", "shop"),
    ] {
        let database = Cluster::shared().create_database();
        set(&database, name, of_database);
        let session = connect(&database.url()).await;
        let found = value(&session, &format!("SHOW {name}")).await;
        assert_eq!(found, of_session, "{name} = {of_database}");
    }
}

#[tokio::test]
async fn settings_of_a_role_do_not_weaken_a_session() {
    let database = Cluster::shared().create_database();
    let role = format!("role_of_{}", database.name());
    database.sql(&format!("CREATE ROLE {role} LOGIN"));
    database.sql(&format!("ALTER ROLE {role} SET synchronous_commit = off"));
    database.sql(&format!("ALTER ROLE {role} SET statement_timeout = 1000"));
    let url = database.url().replace("//postgres@", &format!("//{role}@"));
    let session = connect(&url).await;
    assert_eq!(value(&session, "SHOW synchronous_commit").await, "on");
    assert_eq!(value(&session, "SHOW statement_timeout").await, "0");
    drop(session);
    // Roles outlive the database.
    database.sql(&format!("DROP ROLE {role}"));
}

#[tokio::test]
async fn a_read_only_default_is_told() {
    let database = Cluster::shared().create_database();
    set(&database, "default_transaction_read_only", "on");
    let url = database.url();
    assert_eq!(variant(&refusal(&url).await), "ReadOnly");
    connect(&format!("{url}?target_session_attrs=any")).await;
    connect(&format!("{url}?target_session_attrs=read-only")).await;
}

#[tokio::test]
async fn the_url_names_the_program_and_the_schema() {
    let database = Cluster::shared().create_database();
    let url = database.url();
    let session = connect(&url).await;
    assert_eq!(value(&session, "SHOW application_name").await, "jumun");
    let session = connect(&format!(
        "{url}?application_name=till&options=-csearch_path%3Dshop"
    ))
    .await;
    assert_eq!(value(&session, "SHOW application_name").await, "till");
    assert_eq!(value(&session, "SHOW search_path").await, "shop");
}

fn set(database: &jumun_test_cluster::Database, name: &str, value: &str) {
    database.sql(&format!(
        r#"ALTER DATABASE "{}" SET {name} = '{value}'"#,
        database.name()
    ));
}
