//! The certificate that handshakes begin with now.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// Gives every client the certificate in use. Connections that have shaken
/// hands keep what they have.
pub(super) struct Resolver(RwLock<Arc<CertifiedKey>>);

impl Resolver {
    pub(super) fn new(pair: Arc<CertifiedKey>) -> Self {
        Self(RwLock::new(pair))
    }

    /// The certificate in use and its key.
    pub(super) fn current(&self) -> Arc<CertifiedKey> {
        // Nothing panics while it is held.
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Uses another certificate and its key from the next handshake on.
    pub(super) fn swap(&self, pair: Arc<CertifiedKey>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = pair;
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}

/// Without what it holds.
impl fmt::Debug for Resolver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Resolver")
    }
}
