//! The figures for a program, and for a page.

use jumun_load::plot::{self, Run};
use jumun_load::{Latency, Outcomes, Pace, Plan, Tally};
use serde_json::{Value, json};

use super::course::Outcome;
use super::notes;

/// All figures.
pub(super) fn json(plan: &Plan, outcome: &Outcome) -> Value {
    let tally = &outcome.tally;
    let kinds: Vec<Value> = tally
        .kinds()
        .iter()
        .map(|it| {
            json!({
                "kind": it.kind,
                "latency": latency(&it.latency),
                "outcomes": answers(&it.outcomes),
                "losses": losses(&it.outcomes),
            })
        })
        .collect();
    let all = tally.outcomes();
    json!({
        "server": plan.target.authority(),
        "workload": plan.workload.name(),
        "keys": plan.keys.name(),
        "connections": plan.connections,
        "threads": plan.threads,
        "requestsPerSecondDue": match plan.pace {
            Pace::Closed => None,
            Pace::PerSecond(rate) => Some(rate),
        },
        "warmUpSeconds": plan.timing.warm_up.as_secs_f64(),
        "windowSeconds": tally.window().as_secs_f64(),
        "stopped": outcome.is_stopped,
        "firstId": outcome.first_id,
        "users": plan.shop.users,
        "products": plan.shop.products,
        "orders": tally.orders(),
        "ordersPerSecond": tally.orders_per_second(),
        "answersPerSecond": tally.answers_per_second(),
        "latency": latency(&tally.latency()),
        "outcomes": answers(&all),
        "losses": losses(&all),
        "kinds": kinds,
        "waited": tally.waited(),
        "notSent": tally.not_sent(),
        "refusedConnections": tally.refused_connections(),
        "reconnections": tally.reconnections(),
        "firstRefusal": tally.first_refusal(),
        "series": series(tally),
        "check": check(outcome),
        "errors": notes::errors(outcome),
    })
}

/// Throughput and latency over time, as SVG.
pub(super) fn plot(plan: &Plan, outcome: &Outcome) -> String {
    let pace = match plan.pace {
        Pace::Closed => String::new(),
        Pace::PerSecond(rate) => format!(" at {rate:.0} requests a second"),
    };
    let (workload, connections) = (plan.workload.name(), plan.connections);
    let name = format!("{workload}{pace}, {connections} connections");
    let title = format!("Load on {}", plan.target.authority());
    plot::svg(&title, &[Run::of(name, &outcome.tally)])
}

fn latency(latency: &Latency) -> Value {
    let found = latency.percentiles();
    json!({
        "count": latency.count(),
        "meanUs": latency.mean_us(),
        "p50Us": found.p50_us,
        "p90Us": found.p90_us,
        "p99Us": found.p99_us,
        "p999Us": found.p999_us,
        "maxUs": found.max_us,
    })
}

fn answers(outcomes: &Outcomes) -> Vec<Value> {
    let answers = outcomes.answers().into_iter();
    answers
        .map(|(it, count)| json!({"status": it.status, "code": it.code, "count": count}))
        .collect()
}

fn losses(outcomes: &Outcomes) -> Vec<Value> {
    let losses = outcomes.losses();
    losses
        .map(|(it, count)| json!({"loss": it.name(), "count": count}))
        .collect()
}

fn series(tally: &Tally) -> Value {
    let points: Vec<Value> = tally
        .series()
        .points(tally.window())
        .iter()
        .map(|it| {
            json!({
                "atSeconds": it.at.as_secs_f64(),
                "seconds": it.length.as_secs_f64(),
                "orders": it.orders,
                "answers": it.answers,
                "lost": it.lost,
                "p50Us": it.p50_us,
                "p99Us": it.p99_us,
                "maxUs": it.max_us,
            })
        })
        .collect();
    json!({
        "periodSeconds": tally.series().period().as_secs_f64(),
        "points": points,
    })
}

fn check(outcome: &Outcome) -> Value {
    let Ok(verdict) = &outcome.verdict else {
        return Value::Null;
    };
    let findings: Vec<Value> = verdict
        .findings()
        .map(|(it, count, told)| json!({"finding": it.name(), "count": count, "details": told}))
        .collect();
    json!({
        "good": verdict.is_good(),
        "acknowledged": verdict.acknowledged,
        "ordersReadBack": verdict.orders,
        "stocksCompared": verdict.products,
        "balancesCompared": verdict.users,
        "lostAnswersDone": verdict.resolved.done,
        "lostAnswersRefused": verdict.resolved.refused,
        "unresolved": verdict.unresolved,
        "findings": findings,
    })
}
