//! What every engine counts, by the same names.

use jumun_domain::{Answer, Decision};
use metrics::{Counter, counter};

/// Counts orders by outcome in `jumun_orders_total`. An engine calls it for
/// each batch right after the commit, so that the figure is that of the
/// database, also where the client has gone meanwhile.
pub fn count_orders<'a>(decisions: impl Iterator<Item = &'a Decision>) {
    let (mut placed, mut replayed, mut cancelled) = (0, 0, 0);
    for decision in decisions {
        match decision {
            Decision::Done(Answer::OrderPlaced(_)) => placed += 1,
            Decision::Done(Answer::OrderCancelled(_)) => cancelled += 1,
            Decision::Replayed(Answer::OrderPlaced(_) | Answer::OrderCancelled(_)) => replayed += 1,
            _ => {}
        }
    }
    outcome("placed").increment(placed);
    outcome("replayed").increment(replayed);
    outcome("cancelled").increment(cancelled);
}

fn outcome(name: &'static str) -> Counter {
    counter!("jumun_orders_total", "outcome" => name)
}
