//! What is printed, and what is kept for a comparison later.

use serde_json::{Value, json};

use crate::case::{Afar, Case, Pair, Run};
use crate::distance::ONE_WAY;
use crate::options::Plan;
use crate::shared::files;
use crate::shared::statistics::median;

/// Says what is being done.
pub(crate) fn progress(text: &str) {
    println!("{text}");
}

/// Prints the table: each figure the median of its runs.
pub(crate) fn print(cases: &[Case], plan: &Plan) {
    println!("\n{:<49}{:-^41}", "", " an order ");
    println!(
        "{:<10} {:<20} {:>9} {:>6} {:>7} {:>6} {:>7} {:>8} {:>7} {:>7} {:>8}  last run",
        "workload",
        "side",
        "orders/s",
        "ratio",
        "trips",
        "rows",
        "WAL B",
        "commits",
        "DB us",
        "app us",
        "others %"
    );
    for case in cases {
        for (index, clients) in plan.clients.iter().enumerate() {
            row(
                case,
                &format!("textbook, {clients} clients"),
                Side::Textbook,
                index,
            );
        }
        for (index, batches) in plan.batches.iter().enumerate() {
            row(
                case,
                &format!("jumun, {batches} in flight"),
                Side::Jumun,
                index,
            );
        }
        let Afar {
            textbook_orders_per_second,
            jumun_orders_per_second,
            jumun_trips_per_batch,
            ..
        } = case.afar;
        println!(
            "{:<10} {jumun_trips_per_batch:.2} round trips a batch; {} ms away from the server: \
             textbook {textbook_orders_per_second:.0}/s, jumun {jumun_orders_per_second:.0}/s",
            "",
            (ONE_WAY * 2).as_millis(),
        );
    }
}

#[derive(Clone, Copy)]
enum Side {
    Textbook,
    Jumun,
}

fn row(case: &Case, name: &str, side: Side, index: usize) {
    let runs = case.pairs.iter().filter_map(|pair| match side {
        Side::Textbook => Some((pair, pair.textbook.get(index)?)),
        Side::Jumun => Some((pair, pair.jumun.get(index)?)),
    });
    let of = |figure: fn(&Run) -> f64| median(runs.clone().map(|(_, run)| figure(run)));
    let trips = median(runs.clone().map(|(_, run)| match run.batches {
        Some(batches) => case.afar.jumun_trips_per_batch / batches.size,
        None => case.afar.textbook_trips_per_order,
    }));
    println!(
        "{:<10} {name:<20} {:>9.0} {:>6.2} {trips:>7.3} {:>6.2} {:>7.0} {:>8.4} {:>7.1} {:>7.1} {:>8.0}  {}",
        format!("{:?}", case.workload),
        of(|run| run.orders_per_second),
        median(runs.clone().map(|(pair, run)| pair.ratio(run))),
        of(|run| run.cost.rows),
        of(|run| run.cost.wal_bytes),
        of(|run| run.cost.commits),
        of(|run| run.cost.database_us),
        of(|run| run.cost.application_us),
        of(|run| run.cost.others) * 100.0,
        runs.clone()
            .next_back()
            .map(|(_, run)| run.remark())
            .unwrap_or_default(),
    );
    for (_, run) in runs.filter(|(_, run)| run.refused > 0.0) {
        let first = run.refusal.as_deref().unwrap_or("not told");
        println!("{:<10} {:.0} refused, first: {first}", "", run.refused);
    }
}

/// Keeps every figure.
pub(crate) fn save(cases: &[Case], plan: &Plan, facts: &str) -> anyhow::Result<()> {
    let cases: Vec<Value> = cases
        .iter()
        .map(|case| {
            json!({
                "workload": format!("{:?}", case.workload),
                "pairs": case.pairs.iter().map(Pair::to_json).collect::<Vec<_>>(),
                "roundTrips": {
                    "textbookPerOrder": case.afar.textbook_trips_per_order,
                    "jumunPerBatch": case.afar.jumun_trips_per_batch,
                },
                "afar": {
                    "distanceMs": (ONE_WAY * 2).as_millis() as u64,
                    "textbookOrdersPerSecond": case.afar.textbook_orders_per_second,
                    "jumunOrdersPerSecond": case.afar.jumun_orders_per_second,
                },
            })
        })
        .collect();
    let all = json!({
        "server": facts,
        "warmUpSeconds": plan.timing.warm_up.as_secs(),
        "windowSeconds": plan.timing.window.as_secs(),
        "textbookClients": plan.clients,
        "jumunConnections": plan.connections,
        "jumunBatches": plan.batches,
        "cases": cases,
    });
    files::save("postgres", &all)?;
    Ok(())
}
