//! Jumun: a server of its own on the same PostgreSQL server, loaded over HTTP.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use jumun_load::{Keys, Pace, Shop, Tally, Timing, Workload};
use jumun_server::Services;
use jumun_store::Store;
use jumun_store_postgres::{PostgresStore, Target, worker_threads};
use jumun_test_cluster::Database;

use crate::case::{Latency, Run};
use crate::cost::Meter;
use crate::distance::Distance;
use crate::options::{Options, Role};
use crate::postgres::server::PostgresServer;
use crate::shared::child::{self, Server};
use crate::shared::fill::FillPlan;
use crate::shared::{figures, load, serve, shop};

/// The status of an order that was placed.
const CREATED: u16 = 201;
/// What the documentation recommends.
const KEYS: Keys = Keys::TimeOrdered;
/// Two hundred thousand requests in full batches take some ten seconds.
const FILL_LIMIT: Duration = Duration::from_secs(600);

/// A filled database.
pub(crate) struct Jumun<'a> {
    server: &'a PostgresServer,
    shop: Shop,
    filled: Database,
}

/// How it is loaded.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    /// What is ordered.
    pub(crate) workload: Workload,
    /// Connections with one request in flight each.
    pub(crate) connections: usize,
    /// Batches that it has in flight.
    pub(crate) batches: usize,
    /// For how long.
    pub(crate) timing: Timing,
}

impl<'a> Jumun<'a> {
    /// Creates the shop, through ordinary requests.
    pub(crate) fn fill(server: &'a PostgresServer, shop: Shop) -> anyhow::Result<Self> {
        let filled = server.create_database();
        let mut command = child::again(Role::Fill, Some(filled.url()))?;
        if shop == shop::small() {
            command.arg("--small");
        }
        child::finish(command, FILL_LIMIT)?;
        filled.sql("VACUUM ANALYZE");
        Ok(Self {
            server,
            shop,
            filled,
        })
    }

    /// Orders over HTTP on a database of its own.
    pub(crate) fn run(&self, load: Load) -> anyhow::Result<Run> {
        let database = self.server.copy(&self.filled);
        let jumun = start(&database.url(), load.batches)?;
        let meter = Meter::start(self.server, &database, Some(jumun.process_id()))?;
        let tally = self.load(&jumun, load)?;
        let stopped = meter.stop()?;
        let batches = figures::batches(jumun.address)?;
        let memory = jumun.memory()?;
        drop(jumun);
        Ok(Run {
            orders_per_second: tally.orders_per_second(),
            refused: refused(&tally),
            refusal: load::refusal(&tally),
            latency: Latency::Spread(tally.latency().percentiles().into()),
            cost: stopped.cost()?,
            batches: Some(batches),
            memory: Some(memory),
        })
    }

    /// Round trips a batch, and orders a second, at a distance.
    pub(crate) fn run_afar(&self, load: Load) -> anyhow::Result<(f64, f64)> {
        let database = self.server.copy(&self.filled);
        let distance = Distance::start(self.server.host_port())?;
        let jumun = start(&distance.url(&database), load.batches)?;
        let before = distance.trips();
        let tally = self.load(&jumun, load)?;
        let trips = distance.trips() - before;
        let batches: f64 = database.sql("SELECT count(*) FROM batches").parse()?;
        let filled: f64 = self.filled.sql("SELECT count(*) FROM batches").parse()?;
        Ok((trips / (batches - filled), tally.orders_per_second()))
    }

    fn load(&self, jumun: &Server, load: Load) -> anyhow::Result<Tally> {
        let load = load::Load {
            workload: load.workload,
            keys: KEYS,
            shop: self.shop,
            connections: load.connections,
            pace: Pace::Closed,
            timing: load.timing,
        };
        let (tally, ()) = jumun_load::run(&load.of(jumun.address), ())?;
        Ok(tally)
    }
}

/// Requests that came to no order.
#[allow(clippy::cast_precision_loss, reason = "a count of a few seconds")]
fn refused(tally: &Tally) -> f64 {
    let outcomes = tally.outcomes();
    (outcomes.total() - outcomes.of_status(CREATED)) as f64
}

fn start(url: &str, batches: usize) -> anyhow::Result<Server> {
    let mut command = child::again(Role::Jumun, Some(url))?;
    command.arg("--batches").arg(batches.to_string());
    Server::start(command)
}

/// What the child process does that serves.
pub(crate) fn serve(options: &Options) -> anyhow::Result<()> {
    serve::runtime(worker_threads())?.block_on(async {
        let store = Arc::new(open(options).await?);
        let platforms = store.clone();
        let access = Arc::new(store.access());
        serve::serve(Services {
            store,
            platforms,
            access,
            jwt: None,
        })
        .await
    })
}

/// What the child process does that fills.
pub(crate) fn fill(options: &Options) -> anyhow::Result<()> {
    serve::runtime(worker_threads())?.block_on(async {
        let store: Arc<dyn Store> = Arc::new(open(options).await?);
        let plan = FillPlan::empty(options.shop());
        crate::shared::fill::fill(Arc::clone(&store), plan).await?;
        store.close().await;
        Ok(())
    })
}

async fn open(options: &Options) -> anyhow::Result<PostgresStore> {
    let target = Target::parse(options.database()?)?;
    let batches = *options.batches.first().context("give --batches COUNT")?;
    let options = jumun_store_postgres::Options {
        batches,
        ..Default::default()
    };
    Ok(PostgresStore::open(&target, &options).await?)
}
