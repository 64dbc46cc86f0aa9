//! An engine, by all the sides that a test needs.

use std::sync::Arc;

use jumun_server::Services;
use jumun_store::Store;
use jumun_store::access::Access;
use jumun_store::delivery::{Outbox, Platforms};

/// What a shop is opened over.
pub(crate) struct Sides {
    /// What the server asks.
    pub(crate) services: Services,
    /// What a dispatcher asks: a test stands in for one.
    pub(crate) outbox: Arc<dyn Outbox>,
}

impl Sides {
    /// All of one engine.
    pub(crate) fn of(
        engine: Arc<impl Store + Outbox>,
        platforms: Arc<dyn Platforms>,
        access: Arc<dyn Access>,
    ) -> Self {
        let store = engine.clone();
        Self {
            services: Services {
                store,
                platforms,
                access,
                jwt: None,
            },
            outbox: engine,
        }
    }
}
