//! The engine, by the sides that the API asks.

use std::sync::Arc;

use jumun_store::Store;
use jumun_store::delivery::Platforms;

/// What a server serves from. Both sides are of the same shop.
#[derive(Clone)]
pub struct Services {
    /// The shop: commands and look-ups.
    pub store: Arc<dyn Store>,
    /// What became of events at the data platforms.
    pub platforms: Arc<dyn Platforms>,
}
