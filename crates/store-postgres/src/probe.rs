//! A commit that changes nothing anyone sees.

use tokio::time::timeout;

use crate::options::PROBE_DEADLINE;
use crate::session::Session;
use crate::storage::StorageError;

/// Writes a row of its own.
pub(crate) const WRITE: &str = "INSERT INTO probe (singleton, probed_at) \
     VALUES (1, floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint) \
     ON CONFLICT (singleton) DO UPDATE SET probed_at = excluded.probed_at";

/// Shows that the server takes writes.
///
/// # Errors
///
/// Those of the server; a probe that takes too long.
pub(crate) async fn run(session: &Session) -> Result<(), StorageError> {
    let work = async {
        session.statements().prepare(session, &[WRITE]).await?;
        let statement = session.statements().get(WRITE);
        let statement = statement.ok_or(StorageError::Engine("a statement was not prepared"))?;
        session.forget_warnings();
        session.execute(&statement, &[]).await?;
        match session.warning() {
            None => Ok(()),
            Some(_) => Err(StorageError::NotReplicated),
        }
    };
    let late = StorageError::Late(PROBE_DEADLINE.as_secs());
    timeout(PROBE_DEADLINE, work).await.unwrap_or(Err(late))
}
