//! What is printed at the end.

use crate::results::{Compared, Results};
use crate::run::Run;
use crate::shared::statistics::median;

/// What others may take of the machine before figures are too low.
const MAX_OTHERS: f64 = 0.05;

/// Prints the tables: each figure the median of its runs, `max` the greatest.
pub(crate) fn print(results: &Results) {
    if !results.compared.is_empty() {
        println!(
            "\n{:<9} {:>9} {:>8} {:>8} {:>8} {:>8} {:>7} {:>7} {:>7} {:>8} {:>8} {:>8} {:>7} {:>7} {:>8}",
            "system",
            "answers/s",
            "p50 ms",
            "p99 ms",
            "p999 ms",
            "max ms",
            "user us",
            "sys us",
            "load us",
            "disk B",
            "flushes",
            "WAL B",
            "batch",
            "MiB",
            "others %"
        );
    }
    for compared in &results.compared {
        table(compared);
    }
    if let Some(it) = &results.syncs {
        println!(
            "\nan answer, embedded, counted by strace with batches of {:.0}: {:.4} calls for \
             stable storage, {:.0} bytes to the log, {:.0} to the database",
            it.batch, it.syncs, it.log_bytes, it.database_bytes
        );
    }
    if let Some(it) = &results.steady {
        println!(
            "\n{:.0} orders/s at random times: {}; {:.1} ms the longest without an answer",
            it.rate,
            latency(&it.run),
            it.silence.as_secs_f64() * 1e3,
        );
        remarks(&it.run);
    }
    if let Some(it) = &results.restart {
        println!(
            "\nkilled on a file of {:.0} MiB with {} orders and a log of {:.0} MiB: {:.0} ms to the \
             first answer, then {:.0} MiB resident; at most {:.0} MiB under load before",
            it.file_mib,
            it.orders,
            it.log_mib,
            it.seconds * 1e3,
            it.started.resident_mib,
            it.loaded.peak_mib,
        );
    }
    bars(results);
}

fn table(compared: &Compared) {
    println!("\n{}", compared.comparison);
    for runs in compared.runs() {
        row(&runs);
    }
    let ratios: Vec<String> = compared
        .pairs
        .iter()
        .map(|pair| format!("{:.3}", pair.ratio()))
        .collect();
    println!("ratio {:.3} of {}", compared.ratio(), ratios.join(", "));
    for run in compared.runs().iter().flatten() {
        remarks(run);
    }
}

#[allow(clippy::cast_precision_loss, reason = "microseconds of a run")]
fn row(runs: &[&Run]) {
    let Some(first) = runs.first() else { return };
    // What no run tells is a dash.
    let told = |figure: fn(&Run) -> Option<f64>| -> Option<f64> {
        let figures: Vec<f64> = runs.iter().filter_map(|run| figure(run)).collect();
        (!figures.is_empty()).then(|| median(figures.into_iter()))
    };
    let text = |figure: Option<f64>, digits: usize| {
        figure.map_or_else(|| "-".to_owned(), |it| format!("{it:.digits$}"))
    };
    let max_ms = runs
        .iter()
        .filter_map(|run| Some(run.latency?.max_us as f64 / 1e3));
    println!(
        "{:<9} {:>9} {:>8} {:>8} {:>8} {:>8} {:>7} {:>7} {:>7} {:>8} {:>8} {:>8} {:>7} {:>7} {:>8}",
        first.side.system.name(),
        text(told(|run| Some(run.per_second)), 0),
        text(told(|run| Some(run.latency?.p50_us as f64 / 1e3)), 2),
        text(told(|run| Some(run.latency?.p99_us as f64 / 1e3)), 2),
        text(told(|run| Some(run.latency?.p999_us as f64 / 1e3)), 2),
        text(max_ms.reduce(f64::max), 2),
        text(told(|run| Some(run.cost.user_us)), 1),
        text(told(|run| Some(run.cost.system_us)), 1),
        text(told(|run| Some(run.cost.generator_us)), 1),
        text(told(|run| run.cost.disk_bytes), 0),
        text(told(|run| run.cost.flushes), 4),
        text(told(|run| run.cost.wal_bytes), 0),
        text(told(|run| Some(run.batches?.size)), 0),
        text(told(|run| Some(run.memory?.peak_mib)), 0),
        text(told(|run| Some(run.cost.others * 100.0)), 0),
    );
}

/// A run's latencies in words.
#[allow(clippy::cast_precision_loss, reason = "microseconds of a run")]
fn latency(run: &Run) -> String {
    let ms = |us: u64| us as f64 / 1e3;
    run.latency.map_or_else(String::new, |it| {
        format!(
            "p50 {:.2} ms, p99 {:.2} ms, p99.9 {:.2} ms, max {:.1} ms, {:.0} answers/s, CPU {:.1} us",
            ms(it.p50_us),
            ms(it.p99_us),
            ms(it.p999_us),
            ms(it.max_us),
            run.per_second,
            run.cost.server_us(),
        )
    })
}

/// What a reader must know of a run: refusals, where all orders should be placed.
fn remarks(run: &Run) {
    if let Some(refusal) = run.refusal.as_ref().filter(|_| !run.may_refuse()) {
        println!("{}: {refusal}", run.side);
    }
}

fn bars(results: &Results) {
    let judged = results.judged();
    if judged.is_empty() {
        return;
    }
    println!("\n{:<72} {:>8} {:>8} {:>8}", "bar", "is", "must", "aim");
    for it in judged {
        println!(
            "{:<72} {:>8.3} {:>8} {:>8}  {}",
            it.name,
            it.figure,
            it.bar.words(it.bar.must),
            it.bar.words(it.bar.aim),
            it.bar.judge(it.figure).name(),
        );
    }
    if results.others() > MAX_OTHERS {
        println!(
            "something else had up to {:.0} % of the machine: measure again when nothing else runs",
            results.others() * 100.0
        );
    }
}
