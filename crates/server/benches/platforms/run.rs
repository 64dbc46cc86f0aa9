//! One run: a server under load, with a platform or without.

use anyhow::{Context, ensure};
use jumun_domain::Timestamp;

use crate::case::{Delivered, Run};
use crate::check;
use crate::databases::{Kept, Place};
use crate::inbox::Inbox;
use crate::jumun::KEYS;
use crate::ledger::{Ledger, Noted};
use crate::meter::Meter;
use crate::options::Role;
use crate::plan::{Kind, Plan};
use crate::platform::Platform;
use crate::shared::child::Server;
use crate::shared::connection::ask;
use crate::shared::demand::{Requests, Workload};
use crate::shared::figures;
use crate::shared::load;
use crate::shared::tally::{Percentiles, Tally};
use crate::steady::{self, Arrivals};

/// How orders arrive.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// On each connection, whenever the order before was answered.
    Closed,
    /// So many a second, whatever becomes of them.
    PerSecond(f64),
}

/// A shop, and the runs on copies of it.
pub(crate) struct Runs<'a> {
    /// Where it is.
    pub(crate) place: &'a Place,
    /// It, without an order.
    pub(crate) filled: &'a Kept,
    /// How long, and how many connections.
    pub(crate) plan: &'a Plan,
}

impl Runs<'_> {
    /// Loads a server that starts with a platform of this kind or without one,
    /// and waits until that has all events.
    ///
    /// # Errors
    ///
    /// When events are lost, out of order, or of no order.
    pub(crate) fn run(&self, kind: Option<Kind>, pace: Pace) -> anyhow::Result<Run> {
        let database = self.place.copy(self.filled)?;
        let platform = kind.map(Platform::start).transpose()?;
        let server = start(self.place, &database, platform.as_ref())?;
        let ids = platform.as_ref().map(Platform::process_ids);
        let meter = Meter::start(
            self.place,
            server.process_id(),
            ids.as_deref().unwrap_or(&[]),
        )?;
        let ledger = Ledger::default();
        let mut tally = self.load(&server, pace, ledger.clone())?;
        let noted = ledger.take();
        ensure!(
            noted.unreadable == 0,
            "an answer of 201 does not tell the order's id"
        );
        let inbox = platform
            .as_ref()
            .map(|platform| {
                let mut inbox = platform.inbox();
                inbox.wait_for(noted.placed.len())?;
                anyhow::Ok(inbox)
            })
            .transpose()?;
        let taken = meter.stop()?;
        let batches = ask(figures::batches(server.address))?;
        let delivered = inbox
            .map(|inbox| self.delivered(&noted, &inbox))
            .transpose()?;
        let refused = tally.refused();
        let refusal = tally
            .first_refusal
            .take()
            .map(|text| format!("{refused} refused, first: {text}"));
        Ok(Run {
            placed: noted.placed.len(),
            orders_per_second: tally.orders_per_second(),
            refusal,
            latency: tally.percentiles(),
            batches,
            memory: server.memory()?,
            taken,
            delivered,
        })
    }

    fn load(&self, server: &Server, pace: Pace, ledger: Ledger) -> anyhow::Result<Tally> {
        let Plan {
            size,
            connections,
            timing,
            ..
        } = *self.plan;
        let requests = Requests::prepare(Workload::Uniform, KEYS, size);
        match pace {
            Pace::Closed => load::run(server.address, connections, requests, timing, ledger),
            Pace::PerSecond(rate) => {
                let arrivals = Arrivals {
                    rate,
                    connections,
                    requests,
                    timing,
                };
                steady::run(server.address, arrivals, ledger)
            }
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "counts and times of a run")]
    fn delivered(&self, noted: &Noted, inbox: &Inbox) -> anyhow::Result<Delivered> {
        let repeats = check::in_order(&inbox.receipts)?;
        let events = inbox.receipts.len() as u64 - repeats;
        ensure!(
            events == noted.placed.len() as u64,
            "{events} events have come of {} orders",
            noted.placed.len()
        );
        let from = noted.counted_from.context("the load has not begun")?;
        let window = self.plan.timing.window;
        let micros = i64::try_from(window.as_micros()).unwrap_or(i64::MAX);
        let until = Timestamp::from_micros(from.as_micros().saturating_add(micros));
        let is_counted = |at: Timestamp| at >= from && at < until;
        let meanwhile = inbox.receipts.iter().filter(|it| is_counted(it.at)).count();
        let last_answer = noted.placed.iter().map(|it| it.at).max();
        let last_receipt = inbox.receipts.iter().map(|it| it.at).max();
        let rest_us = match (last_answer, last_receipt) {
            (Some(answer), Some(receipt)) => receipt.as_micros() - answer.as_micros(),
            _ => 0,
        };
        // Of every order, so that none is missing without notice.
        let mut all_us = check::lags_us(noted.placed.iter(), &inbox.receipts)?;
        let counted = noted.placed.iter().filter(|it| is_counted(it.at));
        let mut counted_us = check::lags_us(counted, &inbox.receipts)?;
        Ok(Delivered {
            events,
            repeats,
            per_second: meanwhile as f64 / window.as_secs_f64(),
            rest_seconds: rest_us.max(0) as f64 / 1e6,
            lag: Percentiles::of(&mut counted_us),
            lag_with_warm_up: Percentiles::of(&mut all_us),
        })
    }
}

/// Starts a server on a database.
pub(crate) fn start(
    place: &Place,
    database: &Kept,
    platform: Option<&Platform>,
) -> anyhow::Result<Server> {
    let mut command = place.command(Role::Jumun, database)?;
    if let Some(platform) = platform {
        command.arg("--target").arg(&platform.url);
    }
    Server::start(command)
}
