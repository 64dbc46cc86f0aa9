//! What every handler can reach.

use std::sync::Arc;

use jumun_store::delivery::Platforms;
use jumun_store::{Shop, Store};

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
}

impl App {
    pub(crate) fn new(services: Services, config: Config, metrics: MetricsHandle) -> Self {
        Self(Arc::new(Inner {
            services,
            config,
            metrics,
            figures: Figures::new(),
        }))
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.0.services.store
    }

    pub(crate) fn platforms(&self) -> &dyn Platforms {
        &*self.0.services.platforms
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
