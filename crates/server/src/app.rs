//! What every handler can reach.

use std::sync::Arc;

use jumun_store::access::Access;
use jumun_store::delivery::Platforms;
use jumun_store::{Fault, Shop, Store};

use crate::access::Guards;
use crate::config::Config;
use crate::metrics::{Figures, MetricsHandle};
use crate::services::Services;

/// The state of a server; cloning shares it.
#[derive(Clone)]
pub(crate) struct App(Arc<Inner>);

struct Inner {
    services: Services,
    config: Config,
    metrics: MetricsHandle,
    figures: Figures,
    guards: Guards,
}

impl App {
    /// # Errors
    ///
    /// Where it asks for tokens and the database cannot be read.
    pub(crate) async fn open(
        services: Services,
        config: Config,
        metrics: MetricsHandle,
    ) -> Result<Self, Fault> {
        let guards = Guards::of(&services, &config).await?;
        Ok(Self(Arc::new(Inner {
            services,
            config,
            metrics,
            figures: Figures::new(),
            guards,
        })))
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.0.services.store
    }

    pub(crate) fn platforms(&self) -> &dyn Platforms {
        &*self.0.services.platforms
    }

    pub(crate) fn access(&self) -> &dyn Access {
        &*self.0.services.access
    }

    pub(crate) fn guards(&self) -> &Guards {
        &self.0.guards
    }

    pub(crate) fn shop(&self) -> &Shop {
        self.0.services.store.shop()
    }

    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    pub(crate) fn metrics(&self) -> &MetricsHandle {
        &self.0.metrics
    }

    pub(crate) fn figures(&self) -> &Figures {
        &self.0.figures
    }
}
