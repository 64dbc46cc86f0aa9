//! The workloads, one after the other, each in alternating pairs.

use std::rc::Rc;

use anyhow::ensure;
use jumun_load::Workload;

use crate::case::{Afar, Case, Pair};
use crate::jumun::{Jumun, Load};
use crate::options::Plan;
use crate::postgres::server::PostgresServer;
use crate::postgres::textbook::Textbook;
use crate::report;
use crate::textbook;

/// Measures all that is planned, and reports it.
pub(crate) fn run(plan: &Plan) -> anyhow::Result<()> {
    let server = Rc::new(PostgresServer::start()?);
    report::progress(&server.facts()?);
    report::progress("filling both databases");
    let bench = Bench {
        plan,
        server: &server,
        textbook: Textbook::fill(&server, plan.shop)?,
        jumun: Jumun::fill(&server, plan.shop)?,
    };
    let cases: Vec<Case> = plan
        .workloads
        .iter()
        .map(|&workload| bench.measure(workload))
        .collect::<anyhow::Result<_>>()?;
    if plan.is_smoke {
        return check(&cases);
    }
    report::print(&cases, plan);
    report::save(&cases, plan, &server.facts()?)
}

struct Bench<'a> {
    plan: &'a Plan,
    server: &'a PostgresServer,
    textbook: Textbook,
    jumun: Jumun<'a>,
}

impl Bench<'_> {
    fn measure(&self, workload: Workload) -> anyhow::Result<Case> {
        let mut pairs = Vec::new();
        for turn in 1..=self.plan.pairs {
            let pair = self.pair(workload)?;
            // A second of a small shop says nothing about ratios.
            if !self.plan.is_smoke {
                report::progress(&format!("{workload:?}: pair {turn}: {}", pair.summary()));
            }
            pairs.push(pair);
        }
        let afar = self.afar(workload)?;
        Ok(Case {
            workload,
            pairs,
            afar,
        })
    }

    fn pair(&self, workload: Workload) -> anyhow::Result<Pair> {
        let timing = self.plan.timing;
        let textbook = self.plan.clients.iter().map(|&clients| {
            // One after the other: a pair is what ran side by side in time.
            textbook::run(&self.textbook, self.server, (workload, clients), timing)
        });
        let jumun = self.plan.batches.iter().map(|&batches| {
            self.jumun.run(Load {
                workload,
                connections: self.plan.connections,
                batches,
                timing,
            })
        });
        Ok(Pair {
            textbook: textbook.collect::<anyhow::Result<_>>()?,
            jumun: jumun.collect::<anyhow::Result<_>>()?,
        })
    }

    /// Both sides at a distance from the server: the textbook with most clients.
    fn afar(&self, workload: Workload) -> anyhow::Result<Afar> {
        let timing = self.plan.distant;
        let clients = self.plan.clients.iter().copied().max().unwrap_or(1);
        let batches = self.plan.batches.first().copied().unwrap_or(1);
        let (textbook_trips, textbook_rate) =
            textbook::run_afar(&self.textbook, self.server, (workload, clients), timing)?;
        let (jumun_trips, jumun_rate) = self.jumun.run_afar(Load {
            workload,
            connections: self.plan.connections,
            batches,
            timing,
        })?;
        Ok(Afar {
            textbook_trips_per_order: textbook_trips,
            textbook_orders_per_second: textbook_rate,
            jumun_trips_per_batch: jumun_trips,
            jumun_orders_per_second: jumun_rate,
        })
    }
}

/// Of a smoke run: that orders were placed, and none was refused.
fn check(cases: &[Case]) -> anyhow::Result<()> {
    let runs = cases
        .iter()
        .flat_map(|case| &case.pairs)
        .flat_map(|pair| pair.textbook.iter().chain(&pair.jumun));
    for run in runs {
        ensure!(run.orders_per_second > 0.0, "no order was placed: {run:?}");
        ensure!(run.refused == 0.0, "an order was refused: {run:?}");
    }
    report::progress("smoke run: every order was placed");
    Ok(())
}
