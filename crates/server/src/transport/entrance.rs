//! A door, and what is behind it.

use std::convert::Infallible;
use std::io;

use axum::Extension;
use http::Extensions;
use metrics::Gauge;
use tokio::net::TcpListener;

use super::connection::{Connections, Over};
use super::crew::Crew;
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
pub(crate) struct Entrance<'a> {
    door: Door,
    connections: Connections<'a>,
}

impl<'a> Entrance<'a> {
    /// To the API, whose connections `crew` serves.
    pub(crate) fn to_api(
        listener: TcpListener,
        tls: Option<&Tls>,
        app: &App,
        crew: &'a Crew,
    ) -> Self {
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
        let connections = Connections::new(crew, router, over, app.config(), open(app));
        Self::new(listener, limits, connections)
    }

    /// To metrics and probes alone, plain.
    pub(crate) fn to_monitoring(listener: TcpListener, app: &App, crew: &'a Crew) -> Self {
        let limits = Limits {
            connections: MAX_MONITORING_CONNECTIONS,
            per_address: None,
        };
        let router = api::monitoring(app.clone()).layer(Extension(Monitoring));
        let connections = Connections::new(crew, router, Over::Tcp, app.config(), open(app));
        Self::new(listener, limits, connections)
    }

    fn new(listener: TcpListener, limits: Limits, connections: Connections<'a>) -> Self {
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

/// How many connections are open.
fn open(app: &App) -> Gauge {
    app.figures().connections.clone()
}
