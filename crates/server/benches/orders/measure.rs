//! The parts of the bench, one after the other.

use std::time::Duration;

use anyhow::ensure;

use crate::plan::{Part, Plan};
use crate::results::{Compared, Pair, Results};
use crate::shared::conditions;
use crate::side::{Comparison, Side, System};
use crate::systems::Systems;
use crate::{bars, databases, report, restart, steady, syncs, tables};

/// How many of ten orders the sold-out workload has refused, and by how much
/// the smoke run may see another number.
const REFUSED_SHARE: (f64, f64) = (0.9, 0.08);

/// Says what will be done, and for how long.
pub(crate) fn announce(plan: &Plan) -> anyhow::Result<()> {
    report::progress(&conditions::now()?.words());
    if plan.has(Part::Ratios) {
        report::progress(&format!("{} pairs of each:", plan.pairs));
        for comparison in &plan.comparisons {
            report::progress(&format!("  {comparison}"));
        }
    }
    for (part, text) in [
        (Part::Syncs, "calls for stable storage of an order"),
        (
            Part::Steady,
            "orders at random times, half as many as can be",
        ),
        (Part::Restart, "a start after kill -9 on a large file"),
    ] {
        if plan.has(part) {
            report::progress(text);
        }
    }
    report::progress(&format!("about {}", minutes(plan.length())));
    let large = databases::large_path(plan.shop, plan.orders)?;
    if plan.wants_large() && !large.exists() {
        let (orders, length) = (plan.orders, minutes(plan.length_of_fill()));
        report::progress(&format!(
            "and once about {length} for a file of {orders} orders, kept as {}",
            large.display()
        ));
    }
    Ok(())
}

/// Measures all that is planned, and reports it.
pub(crate) fn run(plan: &Plan) -> anyhow::Result<()> {
    announce(plan)?;
    // Before servers are started, which have the limit of this process.
    jumun_load::allow_connections(plan.most_connections())?;
    let mut systems = Systems::new(plan)?;
    let results = measure(&mut systems, plan, report::progress)?;
    tables::print(&results);
    report::save(&results, plan, systems.facts().as_deref())
}

/// The shortest run of every part; any order that is refused and should not be
/// is a failure.
pub(crate) fn smoke(plan: &Plan) -> anyhow::Result<()> {
    bars::try_out()?;
    syncs::try_out()?;
    let mut systems = Systems::new(plan)?;
    // A second of a small shop says nothing about figures.
    let results = measure(&mut systems, plan, |_| ())?;
    for run in results.runs() {
        let (share, tolerance) = REFUSED_SHARE;
        match run.may_refuse() {
            true => ensure!(
                (run.refused_share - share).abs() <= tolerance,
                "of a sold-out shop's orders another share was refused: {run:?}"
            ),
            false => ensure!(run.refusal.is_none(), "an order was refused: {run:?}"),
        }
        ensure!(run.per_second > 0.0, "no order was placed: {run:?}");
    }
    ensure!(results.steady.is_some(), "the steady load was left out");
    ensure!(results.restart.is_some(), "the restart was left out");
    report::progress("smoke run: every order was placed");
    Ok(())
}

fn measure(systems: &mut Systems<'_>, plan: &Plan, say: impl Fn(&str)) -> anyhow::Result<Results> {
    let mut results = Results {
        orders: plan.orders,
        ..Results::default()
    };
    let usual = Side::usual(System::Embedded);
    if plan.has(Part::Ratios) {
        for comparison in &plan.comparisons {
            results.compared.push(compare(systems, *comparison, &say)?);
        }
    }
    if plan.has(Part::Steady) {
        say("orders at random times");
        results.steady = Some(steady::measure(systems, results.rate_of(usual))?);
    }
    if plan.has(Part::Restart) {
        say("killing a server, and starting it again");
        results.restart = Some(restart::measure(systems)?);
    }
    if plan.has(Part::Syncs) {
        say("counting calls for stable storage");
        results.syncs = syncs::measure(systems, usual, plan.timing)
            .inspect_err(|error| say(&format!("they are not counted: {error:#}")))
            .ok();
    }
    Ok(results)
}

/// Runs in alternation, so that whatever else the machine does falls on both.
fn compare(
    systems: &mut Systems<'_>,
    comparison: Comparison,
    say: &impl Fn(&str),
) -> anyhow::Result<Compared> {
    let Comparison { subject, base } = comparison;
    let (timing, turns) = (systems.plan.timing, systems.plan.pairs);
    let mut pairs = Vec::new();
    for turn in 1..=turns {
        let pair = Pair {
            base: systems.run(base, timing)?,
            subject: systems.run(subject, timing)?,
        };
        say(&format!("{comparison}: pair {turn}: {}", pair.summary()));
        pairs.push(pair);
    }
    Ok(Compared { comparison, pairs })
}

fn minutes(length: Duration) -> String {
    format!("{:.0} minutes", (length.as_secs_f64() / 60.0).ceil())
}
