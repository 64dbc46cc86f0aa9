//! A door, and what is behind it.

use std::convert::Infallible;
use std::io;

use axum::Extension;
use http::Extensions;
use tokio::net::TcpListener;

use super::connection::{Connections, Over};
use super::door::{Closed, Door, Limits};
use super::figures::Figures;
use super::tls::Tls;
use crate::api;
use crate::app::App;

/// Connections of the listener for metrics and probes: a few scrapers and
/// supervisors, each with one or two.
const MAX_MONITORING_CONNECTIONS: usize = 64;

/// In the extensions of a request that came to the listener for metrics and
/// probes, where anyone is answered by whatever name they call the server.
#[derive(Clone, Copy)]
pub(crate) struct Monitoring;

/// In the extensions of a request that came over TLS.
#[derive(Clone, Copy)]
struct Encrypted;

/// Whether a request came to us over TLS.
pub(crate) fn is_encrypted(extensions: &Extensions) -> bool {
    extensions.get::<Encrypted>().is_some()
}

/// A listener with its limits, and the routes that it leads to.
pub(crate) struct Entrance {
    door: Door,
    connections: Connections,
}

impl Entrance {
    /// To the API.
    pub(crate) fn to_api(listener: TcpListener, tls: Option<&Tls>, app: &App) -> Self {
        let config = app.config();
        let limits = Limits {
            connections: config.max_connections,
            // Those of a proxy are those of all its clients.
            per_address: (!config.behind_proxy).then_some(config.max_connections_per_address),
        };
        let over = tls.map_or(Over::Tcp, |tls| Over::Tls(tls.acceptor()));
        let router = match tls {
            Some(_) => api::router(app.clone()).layer(Extension(Encrypted)),
            None => api::router(app.clone()),
        };
        Self::new(listener, limits, app, router, over)
    }

    /// To metrics and probes alone, plain.
    pub(crate) fn to_monitoring(listener: TcpListener, app: &App) -> Self {
        let limits = Limits {
            connections: MAX_MONITORING_CONNECTIONS,
            per_address: None,
        };
        let router = api::monitoring(app.clone()).layer(Extension(Monitoring));
        Self::new(listener, limits, app, router, Over::Tcp)
    }

    fn new(
        listener: TcpListener,
        limits: Limits,
        app: &App,
        router: axum::Router,
        over: Over,
    ) -> Self {
        let open = app.figures().connections.clone();
        let connections = Connections::new(router, over, app.config(), open);
        let register = connections.register.clone();
        Self {
            door: Door::new(listener, limits, register, Figures::new()),
            connections,
        }
    }

    /// Lets connections in, and serves them.
    pub(crate) async fn open(&mut self) -> Infallible {
        self.door.open(|guest| self.connections.spawn(guest)).await
    }

    /// Lets nobody in any more, and tells those who are in to finish.
    ///
    /// # Errors
    ///
    /// When the listener cannot be read from at all.
    pub(crate) fn close(self) -> io::Result<Closed> {
        self.door.close(|guest| self.connections.spawn(guest))
    }
}
