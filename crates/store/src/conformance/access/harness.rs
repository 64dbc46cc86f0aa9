//! What an engine provides so that the suite of access can run on it.

use std::sync::Arc;

use async_trait::async_trait;

use crate::Store;
use crate::access::{Changes, Tokens};
use crate::conformance::{Deliveries, Harness};

/// One opened database, by what its doors ask of it.
#[derive(Clone)]
pub struct Doors {
    /// The shop.
    pub store: Arc<dyn Store>,
    /// Its tokens.
    pub tokens: Arc<dyn Tokens>,
    /// Its history of changes.
    pub changes: Arc<dyn Changes>,
}

/// A database made for one case, empty at first, and gone when this is dropped.
#[async_trait]
pub trait AccessHarness: Harness {
    /// As [`Harness::open`], with the doors of the same store.
    async fn open_doors(&self) -> Doors;

    /// The tokens of the same database as somebody else reaches them, another
    /// process or instance, while the store is open.
    async fn beside(&self) -> Arc<dyn Tokens>;
}

/// The same with data platforms, whose operators leave lines as well.
#[async_trait]
pub trait WishHarness: AccessHarness {
    /// As [`AccessHarness::open_doors`], with the deliveries of the same store.
    async fn open_all(&self) -> (Doors, Deliveries);
}
