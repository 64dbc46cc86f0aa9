//! The cases, one after the other, each in alternating pairs.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::options::{Options, Role};
use crate::report::{self, Case, Embedded, Pair, Run, Start};
use crate::shared::child::{self, Server};
use crate::shared::connection::{Connection, ask};
use crate::shared::demand::{Keys, Requests, Size, Workload};
use crate::shared::figures;
use crate::shared::files::scratch;
use crate::shared::fill::FillPlan;
use crate::shared::load::{self, Timing};
use crate::shared::machine::Processors;

/// Connections of the smoke run.
const SMOKE_CONNECTIONS: usize = 4;
/// The smoke run's parts: one second in all.
const SMOKE_TIMING: Timing = Timing {
    warm_up: Duration::from_millis(200),
    window: Duration::from_millis(800),
};
/// Asked of a server to see that it answers from its database.
const FIRST_REQUEST: &[u8] = b"GET /users/1 HTTP/1.1\r\nHost: localhost\r\n\r\n";
/// A million orders take well under a minute on a slow disk; ten million fit.
const FILL_LIMIT: Duration = Duration::from_secs(1_200);

/// One setting of the bench.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    /// Connections with one request in flight each.
    pub(crate) connections: usize,
    /// What is ordered.
    pub(crate) workload: Workload,
    /// Which keys the requests carry.
    pub(crate) keys: Keys,
    /// Users and products.
    pub(crate) size: Size,
    /// Orders in the database before.
    pub(crate) preload: u64,
}

impl Setting {
    /// The setting in a few words.
    pub(crate) fn name(&self) -> String {
        let Self {
            connections,
            workload,
            keys,
            preload,
            ..
        } = self;
        format!("{workload:?} {keys:?} {connections} ({preload})")
    }
}

/// Measures every combination of the options.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    options.check()?;
    let directory = scratch()?;
    let mut cases = Vec::new();
    for &keys in &options.keys {
        let filled = directory.path().join(format!("{keys:?}.db"));
        report::progress(&format!("filling a database ({} orders)", options.preload));
        fill(
            &filled,
            FillPlan {
                size: Size::FULL,
                orders: options.preload,
                keys,
            },
        )?;
        for &workload in &options.workload {
            for &connections in &options.connections {
                let preload = options.preload;
                let setting = Setting {
                    connections,
                    workload,
                    keys,
                    size: Size::FULL,
                    preload,
                };
                cases.push(measure(setting, options, &filled)?);
            }
        }
        std::fs::remove_file(&filled)?;
    }
    report::print(&cases);
    report::save(&cases, options)
}

/// A second of each server; any answer but 201 is a failure.
pub(crate) fn smoke() -> anyhow::Result<()> {
    let directory = scratch()?;
    let filled = directory.path().join("smoke.db");
    fill(
        &filled,
        FillPlan {
            size: Size::SMALL,
            orders: 0,
            keys: Keys::TimeOrdered,
        },
    )?;
    for workload in [Workload::Uniform, Workload::Hot] {
        let (connections, keys) = (SMOKE_CONNECTIONS, Keys::TimeOrdered);
        let setting = Setting {
            connections,
            workload,
            keys,
            size: Size::SMALL,
            preload: 0,
        };
        for run in [
            roofline(setting, SMOKE_TIMING)?,
            jumun(setting, SMOKE_TIMING, &filled)?.0,
        ] {
            ensure!(run.placed > 0, "no order was placed: {run:?}");
            ensure!(run.refusal.is_none(), "an order was refused: {run:?}");
        }
    }
    println!("smoke run: every order was placed");
    Ok(())
}

fn measure(setting: Setting, options: &Options, filled: &Path) -> anyhow::Result<Case> {
    let mut pairs = Vec::new();
    for turn in 1..=options.pairs {
        let roofline = roofline(setting, options.timing())?;
        let (jumun, embedded) = jumun(setting, options.timing(), filled)?;
        let pair = Pair {
            roofline,
            jumun,
            embedded,
        };
        report::progress(&format!(
            "{}: pair {turn}: {}",
            setting.name(),
            pair.summary()
        ));
        pairs.push(pair);
    }
    Ok(Case { setting, pairs })
}

fn roofline(setting: Setting, timing: Timing) -> anyhow::Result<Run> {
    let server = Server::start(child::again(Role::Roofline, None::<&Path>)?)?;
    load_server(&server, setting, timing)
}

fn jumun(setting: Setting, timing: Timing, filled: &Path) -> anyhow::Result<(Run, Embedded)> {
    let directory = scratch()?;
    let database = copy_of(filled, directory.path())?;
    let started = Instant::now();
    let server = Server::start(child::again(Role::Jumun, Some(&database))?)?;
    ask(first_answer(server.address))?;
    let start = Start {
        seconds: started.elapsed().as_secs_f64(),
        database_mib: mib(&database)?,
        memory: server.memory()?,
    };
    let run = load_server(&server, setting, timing)?;
    let batches = ask(figures::batches(server.address))?;
    Ok((run, Embedded { start, batches }))
}

fn load_server(server: &Server, setting: Setting, timing: Timing) -> anyhow::Result<Run> {
    let requests = Requests::prepare(setting.workload, setting.keys, setting.size);
    let servers = [server.process_id()];
    let before = Processors::now(&servers)?;
    let tally = load::run(server.address, setting.connections, requests, timing, ())?;
    let usage = Processors::now(&servers)?.since(&before);
    Ok(Run::new(tally, timing, &usage, server.memory()?))
}

/// A copy of a filled database, on stable storage before the run starts, so
/// that its writing does not slow the run's own.
fn copy_of(filled: &Path, directory: &Path) -> anyhow::Result<PathBuf> {
    let copy = directory.join("orders.db");
    std::fs::copy(filled, &copy).context("the filled database could not be copied")?;
    File::open(&copy)?.sync_all()?;
    Ok(copy)
}

#[allow(clippy::cast_precision_loss, reason = "sizes of files")]
fn mib(file: &Path) -> anyhow::Result<f64> {
    Ok(std::fs::metadata(file)?.len() as f64 / (1024.0 * 1024.0))
}

async fn first_answer(address: SocketAddr) -> anyhow::Result<()> {
    let mut connection = Connection::open(address).await?;
    let status = connection.exchange(FIRST_REQUEST).await?.status;
    ensure!(
        status == 200,
        "the server answers {status} for a user who exists"
    );
    Ok(())
}

/// Creates a database and fills it.
fn fill(database: &Path, plan: FillPlan) -> anyhow::Result<()> {
    let mut command = child::again(Role::Fill, Some(database))?;
    command.arg("--preload").arg(plan.orders.to_string());
    command.arg("--keys").arg(child::name(plan.keys));
    if plan.size == Size::SMALL {
        command.arg("--small");
    }
    child::finish(command, FILL_LIMIT)?;
    Ok(())
}
