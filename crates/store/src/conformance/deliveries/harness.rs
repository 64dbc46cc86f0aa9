//! What an engine provides so that the suite of deliveries can run on it.

use std::sync::Arc;

use async_trait::async_trait;

use crate::Store;
use crate::conformance::Harness;
use crate::delivery::{Outbox, Platforms};

/// One opened database, by all its contracts.
#[derive(Clone)]
pub struct Deliveries {
    /// The shop.
    pub store: Arc<dyn Store>,
    /// The dispatcher's side of it.
    pub outbox: Arc<dyn Outbox>,
    /// The operators' side of it.
    pub platforms: Arc<dyn Platforms>,
}

/// How an engine lets a second holder have a lease.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leases {
    /// After the first has given it back, or its term is over.
    Terms,
    /// At once: only one process can have the database open, so that the first
    /// cannot be at work any more.
    Exclusive,
}

/// A database made for one case, empty at first, and gone when this is dropped.
#[async_trait]
pub trait DeliveryHarness: Harness {
    /// As [`Harness::open`], with the other contracts of the same store.
    async fn open_deliveries(&self) -> Deliveries;

    /// How the engine lets a second holder have a lease.
    fn leases(&self) -> Leases;
}
