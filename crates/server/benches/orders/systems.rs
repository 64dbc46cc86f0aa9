//! The systems, each started anew for every run.

use std::rc::Rc;
use std::time::Duration;

use jumun_load::{Pace, Timing};
use jumun_test_cluster::Database;

use crate::cost::Meter;
use crate::databases::Databases;
use crate::device::Device;
use crate::options::Role;
use crate::plan::Plan;
use crate::postgres::server::PostgresServer;
use crate::postgres::textbook::{Orders, Protocol, Textbook};
use crate::report;
use crate::run::{After, Run};
use crate::shared::child::{self, Server};
use crate::shared::files::scratch;
use crate::shared::load::Load;
use crate::shared::{figures, shop};
use crate::side::{Side, System};
use crate::witness::Witness;

/// Two hundred thousand requests in full batches take some ten seconds.
const FILL_LIMIT: Duration = Duration::from_secs(600);

/// All that runs are made with.
pub(crate) struct Systems<'a> {
    /// What is measured.
    pub(crate) plan: &'a Plan,
    /// The files of the embedded engine.
    pub(crate) databases: Databases,
    /// The disk that they are on.
    device: Option<Device>,
    postgres: Option<Postgres>,
}

/// A PostgreSQL server with both shops.
struct Postgres {
    textbook: Textbook,
    /// The shop of jumun; it goes before its server.
    filled: Database,
    server: Rc<PostgresServer>,
}

impl<'a> Systems<'a> {
    /// Everything is started and filled when it is first wanted.
    pub(crate) fn new(plan: &'a Plan) -> anyhow::Result<Self> {
        let device = Device::below(scratch()?.path())?;
        if device.is_none() {
            report::progress("the disk of the target directory does not count flushes");
        }
        Ok(Self {
            plan,
            databases: Databases::new(plan.shop, plan.orders)?,
            device,
            postgres: None,
        })
    }

    /// What a report must say of the PostgreSQL server, where there was one.
    pub(crate) fn facts(&self) -> Option<String> {
        let postgres = self.postgres.as_ref()?;
        postgres.server.facts().ok()
    }

    /// As many orders as can be.
    pub(crate) fn run(&mut self, side: Side, timing: Timing) -> anyhow::Result<Run> {
        if side.system == System::Textbook {
            return self.run_textbook(side, timing);
        }
        Ok(self.run_at(side, Pace::Closed, timing)?.0)
    }

    /// Orders over HTTP, at a pace.
    pub(crate) fn run_at(
        &mut self,
        side: Side,
        pace: Pace,
        timing: Timing,
    ) -> anyhow::Result<(Run, Witness)> {
        let load = self.load(side, pace, timing);
        let device = self.device.clone();
        match side.system {
            System::Roofline => {
                let server = Server::start(child::again(Role::Roofline, None::<&str>)?)?;
                run_http(side, load, &server, None, device.as_ref())
            }
            System::Embedded => {
                let copy = self.databases.copy_for(side)?;
                let server = Server::start(child::again(Role::Jumun, Some(&copy.path))?)?;
                run_http(side, load, &server, None, device.as_ref())
            }
            System::Postgres | System::Textbook => {
                let postgres = self.postgres()?;
                let copy = postgres.server.copy(&postgres.filled);
                let server = Server::start(child::again(Role::Jumun, Some(copy.url()))?)?;
                let database = Some(&*postgres.server);
                run_http(side, load, &server, database, device.as_ref())
            }
        }
    }

    /// A side's load.
    pub(crate) fn load(&self, side: Side, pace: Pace, timing: Timing) -> Load {
        Load {
            workload: side.workload,
            keys: side.keys,
            shop: self.plan.shop,
            connections: side.connections,
            pace,
            timing,
        }
    }

    /// The best of the numbers of clients.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count"
    )]
    fn run_textbook(&mut self, side: Side, timing: Timing) -> anyhow::Result<Run> {
        let (device, clients) = (self.device.clone(), self.plan.clients.clone());
        let Postgres {
            textbook, server, ..
        } = self.postgres()?;
        let mut best: Option<Run> = None;
        for clients in clients {
            let database = textbook.copy();
            let url = database.url();
            let orders = Orders {
                workload: side.workload,
                clients,
                protocol: Protocol::Prepared,
            };
            settle_disk();
            textbook.load(&url, orders, timing.warm_up)?;
            let meter = Meter::start(None, Some(server), device.as_ref())?;
            let seen = textbook.load(&url, orders, timing.window)?;
            let placed = seen.orders_per_second * timing.window.as_secs_f64();
            let cost = meter.stop()?.each(placed as u64)?;
            let run = Run::of_textbook(side, seen, cost);
            if best
                .as_ref()
                .is_none_or(|it| it.per_second < run.per_second)
            {
                best = Some(run);
            }
        }
        anyhow::Context::context(best, "no number of clients: give --clients")
    }

    fn postgres(&mut self) -> anyhow::Result<&Postgres> {
        if self.postgres.is_none() {
            report::progress("starting PostgreSQL, and filling both shops on it");
            let server = Rc::new(PostgresServer::start()?);
            let filled = server.create_database();
            let mut command = child::again(Role::Fill, Some(filled.url()))?;
            command.arg("--orders").arg("0");
            if self.plan.shop == shop::small() {
                command.arg("--small");
            }
            child::finish(command, FILL_LIMIT)?;
            filled.sql("VACUUM ANALYZE");
            self.postgres = Some(Postgres {
                textbook: Textbook::fill(&server, self.plan.shop)?,
                filled,
                server,
            });
        }
        anyhow::Context::context(self.postgres.as_ref(), "PostgreSQL has not started")
    }
}

/// Has the disk take what others have written: the kernel would write it during the run,
/// half a minute after it came. The bench's own binary, just built, once stopped all
/// commits for 90 milliseconds.
fn settle_disk() {
    rustix::fs::sync();
}

/// Loads a server, and counts what that costs.
fn run_http(
    side: Side,
    load: Load,
    server: &Server,
    database: Option<&PostgresServer>,
    device: Option<&Device>,
) -> anyhow::Result<(Run, Witness)> {
    settle_disk();
    let meter = Meter::start(Some(server.process_id()), database, device)?;
    let (tally, witness) = jumun_load::run(&load.of(server.address), Witness::default())?;
    let cost = meter.stop()?.each(witness.answers)?;
    let batches = match side.system {
        System::Roofline => None,
        _ => Some(figures::batches(server.address)?),
    };
    let memory = server.memory()?;
    let after = After { memory, batches };
    Ok((Run::of(side, &tally, cost, after), witness))
}
