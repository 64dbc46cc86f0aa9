//! One run: a server under load, with a platform or without.

use anyhow::{Context, ensure};
use jumun_domain::Timestamp;
use jumun_load::{Pace, Tally, Workload};

use crate::case::{Delivered, Run};
use crate::check;
use crate::databases::{Kept, Place};
use crate::inbox::Inbox;
use crate::jumun::KEYS;
use crate::ledger::Ledger;
use crate::meter::Meter;
use crate::options::Role;
use crate::plan::{Kind, Plan};
use crate::platform::Platform;
use crate::shared::child::Server;
use crate::shared::figures;
use crate::shared::load::{self, Load};
use crate::shared::statistics::Spread;

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
        let (tally, noted) = self.load(&server, pace)?;
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
        let batches = figures::batches(server.address)?;
        let delivered = inbox
            .map(|inbox| self.delivered(&noted, &inbox))
            .transpose()?;
        Ok(Run {
            placed: noted.placed.len(),
            orders_per_second: tally.orders_per_second(),
            refusal: load::refusal(&tally),
            latency: tally.latency().percentiles().into(),
            batches,
            memory: server.memory()?,
            taken,
            delivered,
        })
    }

    fn load(&self, server: &Server, pace: Pace) -> anyhow::Result<(Tally, Ledger)> {
        let Plan {
            shop,
            connections,
            timing,
            ..
        } = *self.plan;
        let load = Load {
            workload: Workload::Uniform,
            keys: KEYS,
            shop,
            connections,
            pace,
            timing,
        };
        Ok(jumun_load::run(
            &load.of(server.address),
            Ledger::default(),
        )?)
    }

    #[allow(clippy::cast_precision_loss, reason = "counts and times of a run")]
    fn delivered(&self, noted: &Ledger, inbox: &Inbox) -> anyhow::Result<Delivered> {
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
            lag: spread(&mut counted_us),
            lag_with_warm_up: spread(&mut all_us),
        })
    }
}

/// Of times, which are sorted by it; zeros where there are none.
fn spread(times_us: &mut [u32]) -> Spread {
    times_us.sort_unstable();
    let last = times_us.len().saturating_sub(1);
    let at = |percent: usize| times_us.get(last * percent / 100).copied().unwrap_or(0);
    Spread {
        p50_us: at(50),
        p99_us: at(99),
        max_us: at(100),
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
