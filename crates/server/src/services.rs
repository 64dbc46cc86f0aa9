//! The engine, by the sides that the API asks.

use std::sync::Arc;

use async_trait::async_trait;
use jumun_store::delivery::{
    Attempt, DeliveryFilter, FirstTries, Pending, PlatformView, Platforms, Replay, ReplayRange,
    ReplayRefused,
};
use jumun_store::{Fault, NumberedEvent, Store};

/// What a server serves from. Both sides are of the same shop.
#[derive(Clone)]
pub struct Services {
    /// The shop: commands and look-ups.
    pub store: Arc<dyn Store>,
    /// What became of events at the data platforms.
    pub platforms: Arc<dyn Platforms>,
}

/// A shop whose engine keeps nothing of deliveries.
impl From<Arc<dyn Store>> for Services {
    fn from(store: Arc<dyn Store>) -> Self {
        let platforms = Arc::new(NoPlatforms(store.clone()));
        Self { store, platforms }
    }
}

/// Knows no platform.
struct NoPlatforms(Arc<dyn Store>);

#[async_trait]
impl Platforms for NoPlatforms {
    async fn platforms(&self) -> Result<Vec<PlatformView>, Fault> {
        Ok(Vec::new())
    }

    async fn platform(&self, _name: &str) -> Result<Option<PlatformView>, Fault> {
        Ok(None)
    }

    async fn numbered_events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault> {
        self.0.events(after, limit).await
    }

    async fn pending_below(
        &self,
        _name: &str,
        _filter: DeliveryFilter,
        _below: u64,
        _limit: usize,
    ) -> Result<Vec<Pending>, Fault> {
        Ok(Vec::new())
    }

    async fn first_tries(
        &self,
        _name: &str,
        _first: u64,
        _last: u64,
    ) -> Result<Vec<FirstTries>, Fault> {
        Ok(Vec::new())
    }

    async fn attempts(
        &self,
        _name: &str,
        _sequences: &[u64],
        _limit: usize,
    ) -> Result<Vec<Attempt>, Fault> {
        Ok(Vec::new())
    }

    async fn replay(
        &self,
        _name: &str,
        _range: ReplayRange,
    ) -> Result<Result<Replay, ReplayRefused>, Fault> {
        Ok(Err(ReplayRefused::NoSuchPlatform))
    }

    async fn pause(&self, _name: &str) -> Result<bool, Fault> {
        Ok(false)
    }

    async fn resume(&self, _name: &str) -> Result<bool, Fault> {
        Ok(false)
    }

    async fn forget(&self, _name: &str) -> Result<Option<bool>, Fault> {
        Ok(None)
    }
}
