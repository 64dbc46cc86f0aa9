//! The figures for a person.

use jumun_load::{KindTally, Latency, Plan, Tally};

use super::course::Outcome;
use super::notes;
use crate::output;

/// Rates, latencies, outcomes, and how the check went.
pub(super) fn table(plan: &Plan, outcome: &Outcome) -> String {
    let tally = &outcome.tally;
    let mut text = format!(
        "{} orders in {:.1} s: {:.0} orders/s, {:.0} answers/s of any kind\n\n",
        tally.orders(),
        tally.window().as_secs_f64(),
        tally.orders_per_second(),
        tally.answers_per_second()
    );
    text.push_str(&latencies(tally));
    text.push('\n');
    text.push_str(&outcomes(tally));
    let remarks = notes::remarks(plan, outcome);
    if !remarks.is_empty() {
        text.push('\n');
        text.push_str(&remarks.join("\n"));
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&match &outcome.verdict {
        Ok(verdict) => notes::checked(verdict),
        Err(_) => "check: it could not be made".to_owned(),
    });
    text
}

fn latencies(tally: &Tally) -> String {
    let head = [
        "latency, ms",
        "requests",
        "mean",
        "p50",
        "p90",
        "p99",
        "p99.9",
        "max",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let used: Vec<&KindTally> = tally
        .kinds()
        .iter()
        .filter(|it| it.latency.count() > 0)
        .collect();
    rows.extend(used.iter().map(|it| latency(it.kind, &it.latency)));
    if used.len() != 1 {
        rows.push(latency("all", &tally.latency()));
    }
    output::table(&rows, &[1, 2, 3, 4, 5, 6, 7])
}

fn latency(name: &str, latency: &Latency) -> Vec<String> {
    let found = latency.percentiles();
    #[allow(clippy::cast_precision_loss, reason = "latencies of hours at most")]
    let millis = |micros: u64| format!("{:.2}", micros as f64 / 1e3);
    vec![
        name.to_owned(),
        latency.count().to_string(),
        format!("{:.2}", latency.mean_us() / 1e3),
        millis(found.p50_us),
        millis(found.p90_us),
        millis(found.p99_us),
        millis(found.p999_us),
        millis(found.max_us),
    ]
}

fn outcomes(tally: &Tally) -> String {
    let outcomes = tally.outcomes();
    let total = outcomes.total();
    let mut rows = vec![["outcome", "requests", "share"].map(str::to_owned).to_vec()];
    #[allow(clippy::cast_precision_loss, reason = "a share in two digits")]
    let mut row = |name: String, count: u64| {
        let share = format!("{:.2} %", count as f64 * 100.0 / total.max(1) as f64);
        rows.push(vec![name, count.to_string(), share]);
    };
    for (refusal, count) in outcomes.answers() {
        let code = refusal.code.map_or_else(String::new, |it| format!(" {it}"));
        row(format!("{}{code}", refusal.status), count);
    }
    for (loss, count) in outcomes.losses() {
        row(loss.name().to_owned(), count);
    }
    output::table(&rows, &[1, 2])
}
