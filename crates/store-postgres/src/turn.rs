//! One process at a time looks which migrations are missing and runs them.

use tokio_postgres::error::SqlState;

use crate::error::{OpenError, explain};
use crate::session::{Connector, Session};

/// Held while the schema is changed: the lock of a row, in a transaction of its
/// own, so that it needs nothing that only PostgreSQL has and ends with its
/// process.
pub(crate) struct Turn(Session);

/// How often the table of the lock is tried to be made while others make it.
const TRIES: usize = 10;

impl Turn {
    /// Waits until nobody else has the turn.
    pub(crate) async fn take(connector: &Connector) -> Result<Self, OpenError> {
        let session = connector.connect().await?;
        let explained = |error| explain(connector.target(), &error);
        create_table(&session).await.map_err(explained)?;
        // A migration may take long, and so may the wait for its end.
        session
            .batch_execute(
                "BEGIN; \
                 SET LOCAL lock_timeout = 0; \
                 SET LOCAL idle_in_transaction_session_timeout = 0; \
                 SELECT singleton FROM jumun_migration_turn WHERE singleton = 1 FOR UPDATE",
            )
            .await
            .map_err(explained)?;
        Ok(Self(session))
    }

    /// Lets the next one have it. So does dropping it, a moment later.
    pub(crate) async fn end(self) {
        // The connection ends right after, and the lock with it.
        let _ = self.0.batch_execute("COMMIT").await;
    }
}

/// Two that create a table at the same moment do not see each other: one of
/// them is told that it exists already, and asks again.
async fn create_table(session: &Session) -> Result<(), tokio_postgres::Error> {
    let create = || {
        session.batch_execute(
            "CREATE TABLE IF NOT EXISTS jumun_migration_turn \
             (singleton smallint PRIMARY KEY CHECK (singleton = 1)); \
             INSERT INTO jumun_migration_turn (singleton) VALUES (1) ON CONFLICT DO NOTHING",
        )
    };
    for _ in 1..TRIES {
        match create().await {
            Err(error) if came_between(&error) => {}
            done => return done,
        }
    }
    create().await
}

fn came_between(error: &tokio_postgres::Error) -> bool {
    let codes = [
        &SqlState::UNIQUE_VIOLATION,
        &SqlState::DUPLICATE_TABLE,
        &SqlState::DUPLICATE_OBJECT,
        &SqlState::T_R_SERIALIZATION_FAILURE,
    ];
    error.code().is_some_and(|code| codes.contains(&code))
}
