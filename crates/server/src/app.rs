//! What every handler can reach.

use std::sync::Arc;

use jumun_store::{Shop, Store};

use crate::config::Config;
use crate::metrics::{Figures, MetricsHandle};

/// The state of a server; cloning shares it.
#[derive(Clone)]
pub(crate) struct App(Arc<Inner>);

struct Inner {
    store: Arc<dyn Store>,
    config: Config,
    metrics: MetricsHandle,
    figures: Figures,
}

impl App {
    pub(crate) fn new(store: Arc<dyn Store>, config: Config, metrics: MetricsHandle) -> Self {
        Self(Arc::new(Inner {
            store,
            config,
            metrics,
            figures: Figures::new(),
        }))
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.0.store
    }

    pub(crate) fn shop(&self) -> &Shop {
        self.0.store.shop()
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
