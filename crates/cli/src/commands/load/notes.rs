//! Sentences about what came of a load.

use jumun_load::session::Verdict;
use jumun_load::{ANSWER_LIMIT, Loss, Plan, Workload};

use super::course::Outcome;

/// What somebody who reads the figures should know besides.
pub(super) fn remarks(plan: &Plan, outcome: &Outcome) -> Vec<String> {
    let tally = &outcome.tally;
    let mut notes = Vec::new();
    let mut note = |is_so: bool, sentence: String| {
        if is_so {
            notes.push(sentence);
        }
    };
    let seconds = tally.window().as_secs_f64();
    let is_short = tally.window() < plan.timing.window;
    note(
        outcome.is_stopped && is_short,
        format!("the load was ended early; {seconds:.1} s of it are counted"),
    );
    note(
        plan.workload == Workload::Coupon && is_short && !outcome.is_stopped,
        format!(
            "all {} coupons were used before the time was up; {seconds:.1} s are counted",
            outcome.coupons
        ),
    );
    let (waited, not_sent) = (tally.waited(), tally.not_sent());
    note(
        waited > 0,
        format!("{waited} requests became due while all connections were busy, and waited"),
    );
    note(
        not_sent > 0,
        format!("{not_sent} requests that were due could not be sent before the end"),
    );
    let refused = tally.refused_connections();
    note(
        refused > 0,
        format!("{refused} times the server did not accept a connection"),
    );
    let silent = tally
        .outcomes()
        .losses()
        .any(|(it, _)| it == Loss::TimedOut);
    let limit = ANSWER_LIMIT.as_secs();
    note(
        silent,
        format!("requests without an answer for {limit} s were given up"),
    );
    if let Some(refusal) = tally.first_refusal() {
        note(true, format!("the first refusal: {refusal}"));
    }
    notes
}

/// What the check has compared.
pub(super) fn checked(verdict: &Verdict) -> String {
    let Verdict {
        acknowledged,
        orders,
        products,
        users,
        resolved,
        unresolved,
        ..
    } = verdict;
    let mut text = format!(
        "check: {orders} of {acknowledged} acknowledged orders were read back, {products} stocks \
         and {users} balances compared"
    );
    let lost = resolved.done + resolved.refused;
    if lost > 0 {
        text.push_str(&format!(
            "; of {lost} requests whose answer was lost {} were done and {} refused",
            resolved.done, resolved.refused
        ));
    }
    if *unresolved > 0 {
        text.push_str(&format!(
            "; of {unresolved} more it is not known, and what they could change was allowed for"
        ));
    }
    text.push_str(if verdict.is_good() {
        ": all is as acknowledged"
    } else {
        ": not all is as acknowledged"
    });
    text
}

/// What is wrong, a sentence each.
pub(super) fn errors(outcome: &Outcome) -> Vec<String> {
    let verdict = match &outcome.verdict {
        Ok(verdict) => verdict,
        Err(why) => return vec![format!("what was acknowledged could not be checked: {why}")],
    };
    let mut sentences = Vec::new();
    for (finding, count, told) in verdict.findings() {
        sentences.extend(told.iter().map(|it| format!("{}: {it}", finding.name())));
        let untold = count.saturating_sub(told.len() as u64);
        if untold > 0 {
            sentences.push(format!("{}: {untold} more", finding.name()));
        }
    }
    sentences
}
