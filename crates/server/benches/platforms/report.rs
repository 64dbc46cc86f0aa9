//! What is printed, and what is kept for a comparison later.

use serde_json::{Value, json};

use crate::backlog::Backlog;
use crate::case::{Case, Delivered, Lag, Pair, Run};
use crate::plan::Plan;
use crate::shared::files;
use crate::shared::statistics::{Spread, median};

/// Says what is being done.
pub(crate) fn progress(text: &str) {
    println!("{text}");
}

/// The runs at a fixed rate in a line.
pub(crate) fn lag(lag: &Lag) -> String {
    let Pair { without, with } = &lag.pair;
    let told = with.delivered.map_or_else(String::new, |it| {
        format!("; lag {}, {} repeats", spread(it.lag), it.repeats)
    });
    format!(
        "{:.0} arrivals/s, {:.0} orders/s in {} (without {}){told}; CPU us an order {:.0} \
         (without {:.0}), of them dispatch {:.0}; batches of {:.0} (without {:.0}); others {:.0} %",
        lag.rate,
        with.orders_per_second,
        spread(with.latency),
        spread(without.latency),
        cpu_us(with),
        cpu_us(without),
        with.each(with.taken.dispatcher_seconds * 1e6),
        with.batches.size,
        without.batches.size,
        with.taken.others * 100.0,
    )
}

/// How a server got rid of its events, in a line.
pub(crate) fn backlog(backlog: &Backlog) -> String {
    format!(
        "{} events in {:.1} s, {:.0}/s, {} repeats; at most {:.0} MiB, {:.0} more than without; \
         server {:.0} CPU us an event, others {:.0} %",
        backlog.events,
        backlog.seconds,
        backlog.per_second(),
        backlog.repeats,
        backlog.memory.peak_mib,
        backlog.more_mib(),
        backlog.server_us(),
        backlog.taken.others * 100.0,
    )
}

/// Prints the tables: each figure the median of its runs.
pub(crate) fn print(cases: &[Case]) {
    println!(
        "\n{:<16} {:<8} {:>9} {:>7} {:>9} {:>8} {:>8} {:>8} {:>8} {:>9} {:>9} {:>8} {:>8}",
        "load",
        "platform",
        "orders/s",
        "ratio",
        "events/s",
        "rest s",
        "repeats",
        "p99 ms",
        "CPU us",
        "dispatch",
        "written B",
        "peak MiB",
        "others %"
    );
    for case in cases.iter().filter(|case| !case.pairs.is_empty()) {
        row(case, "without", case.pairs.iter().map(|it| &it.without));
        row(case, "with", case.pairs.iter().map(|it| &it.with));
    }
    println!(
        "(CPU, dispatch, written: for each order, until all was delivered; CPU and what was written to \
         the log of a database server count)"
    );
    for case in cases {
        if let Some(lag) = &case.lag {
            println!("\nlag, {}: {}", case.name(), self::lag(lag));
        }
        if let Some(backlog) = &case.backlog {
            println!("\nbacklog, {}: {}", case.name(), self::backlog(backlog));
        }
        let pairs = case
            .pairs
            .iter()
            .chain(case.lag.as_ref().map(|it| &it.pair));
        let runs = pairs.flat_map(|it| [&it.without, &it.with]);
        for refusal in runs.filter_map(|run| run.refusal.as_ref()) {
            println!("{}: refused: {refusal}", case.name());
        }
    }
}

fn row<'a>(case: &Case, side: &str, runs: impl Iterator<Item = &'a Run> + Clone) {
    let of = |figure: fn(&Run) -> f64| median(runs.clone().map(figure));
    let is_with = side == "with";
    let told = |figure: fn(&Delivered) -> f64| {
        let figures = runs.clone().filter_map(|run| run.delivered.as_ref());
        median(figures.map(figure))
    };
    let shown = |figure: f64, decimals: usize| match figure.is_nan() {
        true => "-".to_owned(),
        false => format!("{figure:.decimals$}"),
    };
    let ratio = if is_with { case.ratio() } else { f64::NAN };
    #[allow(clippy::cast_precision_loss, reason = "a count of repeats")]
    let repeats = told(|it| it.repeats as f64);
    println!(
        "{:<16} {side:<8} {:>9.0} {:>7} {:>9} {:>8} {:>8} {:>8.1} {:>8.1} {:>9.1} {:>9.0} {:>8.0} {:>8.0}",
        if is_with { String::new() } else { case.name() },
        of(|run| run.orders_per_second),
        shown(ratio, 3),
        shown(told(|it| it.per_second), 0),
        shown(told(|it| it.rest_seconds), 1),
        shown(repeats, 0),
        of(|run| f64::from(run.latency.p99_us) / 1e3),
        of(cpu_us),
        of(|run| run.each(run.taken.dispatcher_seconds * 1e6)),
        of(|run| run.each(run.taken.wal_bytes.unwrap_or(run.taken.written_bytes))),
        of(|run| run.memory.peak_mib),
        of(|run| run.taken.others * 100.0),
    );
}

/// Of the server and, where there is one, the database server, for each order.
fn cpu_us(run: &Run) -> f64 {
    run.each((run.taken.server_seconds + run.taken.database_seconds) * 1e6)
}

fn spread(latency: Spread) -> String {
    format!(
        "p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
        f64::from(latency.p50_us) / 1e3,
        f64::from(latency.p99_us) / 1e3,
        f64::from(latency.max_us) / 1e3
    )
}

/// Keeps every figure.
pub(crate) fn save(cases: &[Case], plan: &Plan) -> anyhow::Result<()> {
    let all = json!({
        "connections": plan.connections,
        "warmUpSeconds": plan.timing.warm_up.as_secs_f64(),
        "windowSeconds": plan.timing.window.as_secs_f64(),
        "cases": cases.iter().map(Case::to_json).collect::<Vec<Value>>(),
    });
    files::save("platforms", &all)?;
    Ok(())
}
