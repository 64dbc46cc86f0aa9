//! What an engine provides so that the suite can run on it.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{AuditReport, Store};

/// A database made for one case, empty at first, and gone when this is dropped.
#[async_trait]
pub trait Harness: Send + Sync + 'static {
    /// Opens the database: creates it the first time, and takes up where it was
    /// left after [`Store::close`]. The suite has at most one store open.
    async fn open(&self) -> Arc<dyn Store>;

    /// The engine's audit, run on the live database beside the open store.
    async fn audit(&self) -> AuditReport;
}
