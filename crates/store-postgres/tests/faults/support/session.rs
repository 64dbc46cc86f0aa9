//! Sessions of the test's own, beside those of the engine.

use tokio_postgres::{Client, NoTls};

use super::shop::Shop;

/// A session of the test's own, which ends when it is dropped.
pub(crate) async fn session(shop: &Shop) -> Client {
    let connected = tokio_postgres::connect(&shop.url(), NoTls).await;
    let (session, connection) = connected.expect("a session");
    tokio::spawn(connection);
    session
}
