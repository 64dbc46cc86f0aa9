//! What became of an import whose commit was not answered.

use std::time::Instant;

use uuid::Uuid;

use super::ImportError;
use crate::options::{MAX_BACKOFF, RETRY_PERIOD};
use crate::session::Connector;
use crate::settle::{self, Settled};
use crate::storage::StorageError;

/// Looks the outcome up on other connections, for as long as a server may take
/// to come back.
///
/// # Errors
///
/// [`ImportError::Storage`] when nothing was imported, [`ImportError::Unknown`]
/// when that cannot be found out.
pub(super) async fn settle(
    connector: &Connector,
    batch_id: Uuid,
    cause: String,
) -> Result<(), ImportError> {
    let until = Instant::now() + RETRY_PERIOD;
    loop {
        match attempt(connector, batch_id).await {
            Ok(Settled::Done) => return Ok(()),
            Ok(Settled::NotDone) => return Err(ImportError::Storage { reason: cause }),
            Err(_) if Instant::now() < until => tokio::time::sleep(MAX_BACKOFF).await,
            Err(_) => return Err(ImportError::Unknown { reason: cause }),
        }
    }
}

async fn attempt(connector: &Connector, batch_id: Uuid) -> Result<Settled, StorageError> {
    let session = connector
        .connect()
        .await
        .map_err(|error| StorageError::Unreachable(error.to_string()))?;
    settle::settle(&session, batch_id).await
}
