//! `jumun serve`: serves a shop over HTTP until it is told to stop.

mod doors;
mod exposure;

use std::process::ExitCode;

use clap::builder::BoolishValueParser;
use jumun_server::{AuthMode, Config, Listeners, Services};
use tokio::net::TcpListener;

use crate::access::{self, AccessOptions};
use crate::database::{CurrencyOption, DatabaseOption, Engine, Settings};
use crate::failure::Failure;
use crate::logging::LogOptions;
use crate::options::DeploymentOption;
use crate::platform::{self, PlatformOptions};
use crate::signals::{Hangup, Stop};
use crate::{count, listen, output};
pub(super) use doors::DoorOptions;
pub(super) use exposure::{Exposure, Reach, first_open};

const AFTER_HELP: &str = "\
Prints `listening on http://HOST:PORT` to standard output once it can serve, with https if it has \
a certificate; the log goes to standard error. SIGTERM and SIGINT stop it in good order: it accepts \
no more, answers what it has accepted, and exits with 0. A second SIGINT ends it at once; nothing \
acknowledged is lost.

Every order and cancel is told to the data platforms that --platform names, at least once and for \
one user in order; a platform that is away holds nothing up. JUMUN_PLATFORM_SECRET (whsec_…; two \
with a space between while they change) signs what is sent over HTTP. A [[platform]] table of the \
configuration file can say more: url, name, secret or secret_file, previous_secret or \
previous_secret_file, ordering, max_in_flight, timeout, dead_letter_after, dead_letter_blocks_for, \
attempts_kept_for, allow_private_addresses, create_stream, root_certificates. `jumun events` shows \
how they stand.

On a loopback address nobody is asked who they are, unless --auth token is given. Any other address \
needs --auth token, and either --tls-cert and --tls-key or --behind-proxy.

Examples:
  jumun serve --database sqlite:shop.db
  jumun serve --database sqlite:/var/lib/jumun/shop.db --listen 127.0.0.1:0 --log-format json
  jumun serve --listen 0.0.0.0:8443 --auth token --tls-cert shop.crt --tls-key shop.key
  jumun serve --listen 10.0.0.5:8080 --auth token --behind-proxy --metrics-listen 127.0.0.1:9100
  PGPASSWORD=… jumun serve --database postgres://jumun@localhost/shop
  jumun serve --platform https://example.com/events --platform file:///var/lib/jumun/events.jsonl
  JUMUN_DATABASE=sqlite:shop.db jumun serve --config jumun.toml";

/// The most waiting requests that can be asked for: each holds memory, and a
/// mistyped number shall not take all of it.
const MAX_COUNT: u64 = 1_000_000;

/// The most batches in flight that can be asked for: each has a connection of
/// its own, and far fewer keep a server busy.
const MAX_BATCHES: u64 = 64;

/// The most connections for reads that can be asked for: servers have some
/// hundred for all their clients.
const MAX_READERS: u64 = 1_000;

/// The arguments of `jumun serve`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(super) doors: Box<DoorOptions>,
    #[command(flatten)]
    pub(super) access: AccessOptions,
    #[command(flatten)]
    pub(super) database: DatabaseOption,
    #[command(flatten)]
    currency: CurrencyOption,
    #[command(flatten)]
    deployment: DeploymentOption,
    #[command(flatten)]
    pub(super) platforms: PlatformOptions,
    /// Refuse requests that move money, stock or coupons without an
    /// Idempotency-Key
    #[arg(long, value_name = "true|false", default_value = "false", default_missing_value = "true",
          num_args = 0..=1, require_equals = true, value_parser = BoolishValueParser::new())]
    require_idempotency_key: bool,
    /// Requests that may wait for the database; further ones are answered 503
    /// overloaded
    #[arg(long, value_name = "COUNT", default_value = "16384",
          value_parser = count::up_to::<MAX_COUNT>, allow_negative_numbers = true)]
    queue_capacity: u64,
    /// Batches of changes in flight on a PostgreSQL server, each on a connection
    /// of its own; a file has one writer and takes no notice
    #[arg(long, value_name = "COUNT", default_value = "2",
          value_parser = count::up_to::<MAX_BATCHES>, allow_negative_numbers = true)]
    batches: u64,
    /// Connections to a PostgreSQL server for reads; a file takes no notice
    #[arg(long, value_name = "COUNT", default_value = "8",
          value_parser = count::up_to::<MAX_READERS>, allow_negative_numbers = true)]
    readers: u64,
    #[command(flatten)]
    log: LogOptions,
}

/// Serves until a signal comes.
///
/// # Errors
///
/// When it cannot begin: the address, the database or the currency is not to
/// be had.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    arguments.log.start()?;
    let engine = arguments.database.engine()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(engine.worker_threads())
        .enable_all()
        .build()
        .map_err(|error| cannot_run(&error))?;
    runtime.block_on(serve(arguments, &*engine))
}

async fn serve(arguments: &Arguments, engine: &dyn Engine) -> Result<ExitCode, Failure> {
    let stop = Stop::on_signals(Hangup::Ignored, || ()).map_err(|error| cannot_run(&error))?;
    let doors = &arguments.doors;
    let addresses = listen::resolve(&doors.listen).await?;
    let tls = doors.tls()?;
    let exposure = Exposure {
        addresses: &addresses,
        auth: doors.auth(),
        has_tls: tls.is_some(),
        behind_proxy: doors.behind_proxy,
    };
    let reach = exposure.check()?;
    let config = arguments.config()?;
    let jwt = arguments.access.jwt(doors.auth())?;
    let platforms = arguments.platforms.settings(reach == Reach::Machine)?;
    let jwt = access::start_jwt(jwt).await?;
    // First the database: a second server on the same file and port is then
    // told of the file, which is the more useful of the two.
    let shop = engine.open(&arguments.settings()).await?;
    let api = listen::bind(&addresses, &doors.listen).await?;
    let address = api.local_addr().map_err(|error| cannot_run(&error))?;
    let monitoring = monitoring(doors.metrics_listen.as_deref()).await?;
    let metrics = jumun_server::install_metrics();
    tracing::info!(database = engine.shown(), "the shop is open");
    let dispatchers = platform::start(&shop, &arguments.deployment.name, platforms).await?;
    if doors.auth() == AuthMode::None {
        let who = if doors.behind_proxy {
            "whoever the proxy lets in may use the API; --auth token asks who they are"
        } else {
            "every process of this machine may use the API"
        };
        tracing::warn!(%address, "no authentication: {who}");
    }
    let scheme = if tls.is_some() { "https" } else { "http" };
    output::line(format!("listening on {scheme}://{address}"))?;
    let services = Services {
        store: shop.store.clone(),
        platforms: shop.platforms,
        access: shop.access,
        jwt,
    };
    let doors = Listeners {
        api,
        tls,
        monitoring,
    };
    let ended = jumun_server::run(doors, config, services, metrics, stop.asked()).await;
    // The last orders were answered; what can still be told of them is.
    dispatchers.stop().await;
    shop.store.close().await;
    // Its sentence ends in what that means.
    ended.map_err(Failure::engine)?;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Listens for those who watch over the server, if it shall.
async fn monitoring(text: Option<&str>) -> Result<Option<TcpListener>, Failure> {
    let Some(text) = text else {
        return Ok(None);
    };
    let addresses = listen::resolve(text).await?;
    let listener = listen::bind(&addresses, text).await?;
    let address = listener.local_addr().map_err(|error| cannot_run(&error))?;
    tracing::info!(%address, "answers /metrics, /livez and /readyz to anyone who reaches it");
    Ok(Some(listener))
}

impl Arguments {
    fn settings(&self) -> Settings {
        Settings {
            currency: self.currency.currency,
            queue_capacity: size(self.queue_capacity),
            batches: size(self.batches),
            readers: size(self.readers),
        }
    }

    fn config(&self) -> Result<Config, Failure> {
        Ok(Config {
            deployment: self.deployment.name.clone(),
            require_idempotency_key: self.require_idempotency_key,
            rates: self.access.rates(self.doors.auth())?,
            ..self.doors.config()
        })
    }
}

/// At most [`MAX_COUNT`], which fits.
fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn cannot_run(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!("the server cannot run: {error}"))
        .help("check the limits of this process (open files, memory), and start it again")
}
