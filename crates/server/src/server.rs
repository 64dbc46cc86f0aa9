//! Opens the listeners, and closes them in good order.

use std::convert::Infallible;
use std::io;

use tokio::net::TcpListener;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::app::App;
use crate::config::Config;
use crate::metrics::{MetricsHandle, UPKEEP_PERIOD};
use crate::services::Services;
use crate::transport::{Crew, Entrance, Tls};

/// Where the server listens.
pub struct Listeners {
    /// For the API.
    pub api: TcpListener,
    /// What encrypts the API, unless it is plain.
    pub tls: Option<Tls>,
    /// For `/metrics`, `/livez` and `/readyz` alone, plain and to anyone.
    pub monitoring: Option<TcpListener>,
}

impl From<TcpListener> for Listeners {
    /// The API alone, plain.
    fn from(api: TcpListener) -> Self {
        Self {
            api,
            tls: None,
            monitoring: None,
        }
    }
}

/// Serves the API at the listeners until `shutdown` completes; then answers what
/// was accepted, closes idle connections, ends the threads that served them, and
/// returns. What is still unanswered then is dropped.
///
/// It listens on the caller's runtime, and serves on [`Config::http_threads`].
///
/// The engine is the caller's: it is not closed here.
///
/// # Errors
///
/// When a thread for HTTP cannot be started, when a listener cannot be read from
/// at all, or when requests were still unanswered at the end of [`Config::drain_deadline`].
pub async fn run(
    listeners: impl Into<Listeners>,
    config: Config,
    services: Services,
    metrics: MetricsHandle,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let Listeners {
        api,
        tls,
        monitoring,
    } = listeners.into();
    let drain_deadline = config.drain_deadline;
    let app = App::open(services, config, metrics.clone())
        .await
        .map_err(io::Error::other)?;
    let crew = Crew::start(app.config().http_threads).await?;
    let mut api = Entrance::to_api(api, tls.as_ref(), &app, &crew);
    let mut monitoring = monitoring.map(|it| Entrance::to_monitoring(it, &app, &crew));

    tokio::select! {
        () = shutdown => {}
        never = api.open() => match never {},
        Some(never) = open(monitoring.as_mut()) => match never {},
        Some(never) = renew(tls.as_ref()) => match never {},
        never = keep_up(&metrics, &app) => match never {},
    }

    let api = api.close()?;
    let monitoring = monitoring.map(Entrance::close).transpose()?;
    let emptied = async {
        api.emptied().await;
        if let Some(monitoring) = monitoring {
            monitoring.emptied().await;
        }
    };
    let drained = timeout(drain_deadline, emptied).await;
    // It may need a session with the database that the crew drives.
    app.guards().close().await;
    crew.stop().await;
    drained.map_err(|_| {
        io::Error::new(
            io::ErrorKind::TimedOut,
            format!(
                "some requests were not answered within {} s of the shutdown; their clients do \
                 not know the outcome and will ask again by their idempotency keys",
                drain_deadline.as_secs()
            ),
        )
    })
}

/// Never ends; with no entrance to open it is `None` at once, which a `select!` passes over.
async fn open(entrance: Option<&mut Entrance<'_>>) -> Option<Infallible> {
    match entrance {
        Some(entrance) => Some(entrance.open().await),
        None => None,
    }
}

/// The same for certificates.
async fn renew(tls: Option<&Tls>) -> Option<Infallible> {
    match tls {
        Some(tls) => Some(tls.keep_up().await),
        None => None,
    }
}

async fn keep_up(metrics: &MetricsHandle, app: &App) -> Infallible {
    let mut ticks = interval(UPKEEP_PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        metrics.upkeep();
        app.guards().keep_up();
    }
}
