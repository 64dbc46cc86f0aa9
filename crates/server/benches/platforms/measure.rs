//! The engines and the platforms, one after the other.

use anyhow::{Context, ensure};
use jumun_load::Pace;

use crate::backlog;
use crate::case::{Case, Lag, Pair};
use crate::check;
use crate::databases::{Kept, Place};
use crate::plan::{Kind, Part, Plan};
use crate::report;
use crate::run::Runs;
use crate::shared::statistics::median;

/// Of what a server can do without a platform, the rate at which lag is measured.
const SHARE_FOR_LAG: f64 = 0.5;

/// Measures all that is planned, and reports it.
pub(crate) fn run(plan: &Plan) -> anyhow::Result<()> {
    let mut cases = Vec::new();
    for &engine in &plan.engines {
        let place = Place::of(engine)?;
        report::progress(&format!("filling databases: {}", place.facts()?));
        let filled = place.fill(plan.shop, 0)?;
        let with_events = plan
            .has(Part::Backlog)
            .then(|| place.fill(plan.shop, plan.backlog))
            .transpose()?;
        let runs = Runs {
            place: &place,
            filled: &filled,
            plan,
        };
        for &kind in &plan.platforms {
            cases.push(measure(&runs, with_events.as_ref(), kind)?);
        }
    }
    if plan.is_smoke {
        return check(&cases);
    }
    report::print(&cases);
    report::save(&cases, plan)
}

fn measure(runs: &Runs<'_>, with_events: Option<&Kept>, kind: Kind) -> anyhow::Result<Case> {
    let (plan, place) = (runs.plan, runs.place);
    let mut case = Case {
        engine: place.engine(),
        kind,
        pairs: Vec::new(),
        lag: None,
        backlog: None,
    };
    let name = case.name();
    let say = |text: &str| {
        // A second of a small shop says nothing about figures.
        if !plan.is_smoke {
            report::progress(&format!("{name}: {text}"));
        }
    };
    if plan.has(Part::Load) {
        for turn in 1..=plan.pairs {
            let pair = pair(runs, kind, Pace::Closed)?;
            say(&format!("pair {turn}: {}", pair.summary()));
            case.pairs.push(pair);
        }
    }
    if plan.has(Part::Lag) {
        let rates = case.pairs.iter().map(|it| it.without.orders_per_second);
        let rate = plan.rate.unwrap_or(SHARE_FOR_LAG * median(rates));
        let pair = pair(runs, kind, Pace::PerSecond(rate))?;
        let lag = Lag { rate, pair };
        say(&report::lag(&lag));
        case.lag = Some(lag);
    }
    if let Some(filled) = with_events {
        let backlog = backlog::measure(place, filled, kind, plan.backlog)?;
        say(&report::backlog(&backlog));
        case.backlog = Some(backlog);
    }
    Ok(case)
}

fn pair(runs: &Runs<'_>, kind: Kind, pace: Pace) -> anyhow::Result<Pair> {
    Ok(Pair {
        without: runs.run(None, pace)?,
        with: runs.run(Some(kind), pace)?,
    })
}

/// Of a smoke run: that orders were placed and told, and none was refused. What
/// was lost has failed before.
fn check(cases: &[Case]) -> anyhow::Result<()> {
    check::try_out()?;
    for case in cases {
        let lag = case.lag.as_ref().context("the lag was left out")?;
        ensure!(case.backlog.is_some(), "the backlog was left out");
        for pair in case.pairs.iter().chain([&lag.pair]) {
            for run in [&pair.without, &pair.with] {
                ensure!(run.placed > 0, "no order was placed: {run:?}");
                ensure!(run.refusal.is_none(), "an order was refused: {run:?}");
            }
            let told = pair.with.delivered.map_or(0, |it| it.events);
            ensure!(told > 0, "nothing was told: {}", case.name());
        }
    }
    report::progress("smoke run: every order was placed and told");
    Ok(())
}
