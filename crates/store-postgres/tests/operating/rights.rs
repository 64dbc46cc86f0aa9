//! The roles can do what the document says, and nothing else.

use jumun_store_postgres::{Options, migrate};
use tokio_postgres::error::SqlState;

use crate::deployment::{Deployment, OWNER, READER, SERVER};
use crate::requests;
use crate::sales::sell_until;

#[tokio::test]
async fn the_serving_role_carries_out_every_kind_of_request_and_of_read() {
    let deployment = Deployment::new().await;
    let target = deployment.target(SERVER);
    assert_eq!(requests::all(&target, 1).await, Ok(()));
}

#[tokio::test]
async fn the_serving_role_folds_the_figures_of_sales() {
    let deployment = Deployment::new().await;
    let folded = || deployment.sql("SELECT count(*) > 0 FROM sales") == "t";
    sell_until(&deployment.target(SERVER), folded).await;
}

/// Only folding needs these, and it is tried apart: it waits until there is
/// much to fold.
const OF_FOLDING: [&str; 7] = [
    "SELECT|sales",
    "INSERT|sales",
    "UPDATE|sales",
    "SELECT|sales_log",
    "DELETE|sales_log",
    "SELECT|sales_folder",
    "UPDATE|sales_folder",
];

#[tokio::test]
async fn none_of_the_serving_role_s_rights_can_be_spared() {
    let deployment = Deployment::new().await;
    let rights = deployment.sql(&format!(
        "SELECT privilege_type, table_name FROM information_schema.role_table_grants \
         WHERE grantee = '{SERVER}' ORDER BY 2, 1"
    ));
    let target = deployment.target(SERVER);
    let mut round = 0;
    for right in rights.lines().filter(|right| !OF_FOLDING.contains(right)) {
        round += 1;
        let (privilege, table) = right.split_once('|').expect("two columns");
        deployment.sql(&format!("REVOKE {privilege} ON {table} FROM {SERVER}"));
        let asked = requests::all(&target, round).await;
        deployment.sql(&format!("GRANT {privilege} ON {table} TO {SERVER}"));
        assert!(asked.is_err(), "{privilege} on {table} is of no use");
    }
    assert_eq!(requests::all(&target, round + 1).await, Ok(()));
}

#[tokio::test]
async fn what_a_role_must_not_do_the_server_refuses() {
    let deployment = Deployment::new().await;
    requests::all(&deployment.target(SERVER), 1).await.unwrap();
    let denied = SqlState::INSUFFICIENT_PRIVILEGE;
    let read_only = SqlState::READ_ONLY_SQL_TRANSACTION;
    let kept = SqlState::RESTRICT_VIOLATION;
    let table = [
        (SERVER, "DROP TABLE orders", &denied),
        (SERVER, "DROP VIEW events", &denied),
        (SERVER, "ALTER TABLE users ADD extra int", &denied),
        (SERVER, "CREATE TABLE mine (id int)", &denied),
        (SERVER, "TRUNCATE users", &denied),
        (SERVER, "DELETE FROM users", &denied),
        (SERVER, "DELETE FROM orders", &denied),
        (SERVER, "UPDATE entries SET amount = 0", &denied),
        (SERVER, "DELETE FROM entries", &denied),
        (SERVER, "UPDATE stock_adjustments SET delta = 0", &denied),
        (SERVER, "DELETE FROM idempotency_keys", &denied),
        (SERVER, "UPDATE batches SET event_ids = '{}'", &denied),
        (SERVER, "DELETE FROM batches", &denied),
        (SERVER, "DELETE FROM numbered_batches", &denied),
        (SERVER, "UPDATE delivery_attempts SET excerpt = ''", &denied),
        (SERVER, "UPDATE delivery_log SET tries = ''", &denied),
        (SERVER, "UPDATE shop SET currency = 'USD'", &denied),
        (SERVER, "DELETE FROM tokens", &denied),
        (SERVER, "UPDATE revocations SET number = 9", &denied),
        (SERVER, "DELETE FROM revocations", &denied),
        (SERVER, "DELETE FROM revocation_counter", &denied),
        (SERVER, "UPDATE changes SET actor = 'local'", &denied),
        (SERVER, "DELETE FROM changes", &denied),
        (SERVER, "TRUNCATE changes", &denied),
        (SERVER, "ALTER TABLE changes DISABLE TRIGGER ALL", &denied),
        (OWNER, "UPDATE changes SET actor = 'local'", &kept),
        (OWNER, "DELETE FROM changes", &kept),
        (OWNER, "TRUNCATE changes", &kept),
        (OWNER, "TRUNCATE tokens, changes CASCADE", &kept),
        (SERVER, "DELETE FROM refinery_schema_history", &denied),
        (READER, "UPDATE users SET balance = 0", &read_only),
        (READER, "INSERT INTO probe VALUES (1, 1)", &read_only),
        (READER, "UPDATE platforms SET epoch = 0", &read_only),
        (
            READER,
            "SET transaction_read_only = off; UPDATE users SET balance = 0",
            &denied,
        ),
        (
            READER,
            "SET transaction_read_only = off; DROP TABLE orders",
            &denied,
        ),
    ];
    for (role, statement, expected) in table {
        let session = deployment.session(role).await;
        let refused = session.batch_execute(statement).await;
        let error = refused.expect_err(statement);
        assert_eq!(error.code(), Some(expected), "{role}: {statement}");
    }
}

#[tokio::test]
async fn a_role_that_is_not_the_owner_is_told_who_migrates() {
    let deployment = Deployment::new().await;
    let target = deployment.target(SERVER);
    let refused = migrate(&target, &Options::default()).await;
    let refusal = refused.expect_err("it has no right to").to_string();
    assert!(refusal.contains("as the owner of the schema"), "{refusal}");
}
