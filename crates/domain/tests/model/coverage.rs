//! A test of the test: the random scripts reach everything there is to decide.

use std::collections::BTreeMap;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::player::Player;
use crate::script::script;
use crate::vocabulary::{Action, Condition, Order, Outcome, Reply, Step};

/// Scripts that are looked at: the rarest outcome shows up several times.
const SCRIPTS: usize = 250;

#[test]
fn the_random_scripts_reach_every_outcome_many_times() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..SCRIPTS {
        let steps = script()
            .new_tree(&mut runner)
            .expect("no script is refused")
            .current();
        let mut player = Player::new();
        for step in &steps {
            let outcome = player.play(step);
            for name in names(&outcome)
                .into_iter()
                .chain(conditional(step, &outcome))
            {
                *seen.entry(name).or_default() += 1;
            }
        }
        for line in player.changes() {
            *seen.entry(format!("line {}", line.action)).or_default() += 1;
        }
    }
    let missing: Vec<_> = EXPECTED
        .iter()
        .filter(|name| !seen.contains_key(**name))
        .collect();
    assert!(missing.is_empty(), "{missing:?} never came up: {seen:#?}");
    println!("{seen:#?}");
}

const EXPECTED: &[&str] = &[
    "user",
    "entry CHARGE",
    "entry ADJUSTMENT",
    "product",
    "product as expected absent",
    "product as expected present",
    "product as expected by its tag",
    "stock",
    "campaign",
    "coupon new",
    "coupon held",
    "coupon held used",
    "order",
    "order with coupon",
    "order of nothing",
    "cancel",
    "cancel with coupon",
    "replayed",
    "replayed order",
    "several at once",
    "validation-failed /items",
    "validation-failed /items/0/quantity",
    "validation-failed /amount",
    "validation-failed /delta",
    "idempotency-key-reused",
    "user-not-found",
    "product-not-found",
    "precondition-failed",
    "not as expected absent",
    "not as expected present",
    "not as expected by its tag",
    "product-not-for-sale",
    "out-of-stock",
    "purchase-limit-exceeded",
    "invalid-coupon NOT_FOUND",
    "invalid-coupon NOT_OWNER",
    "invalid-coupon ALREADY_USED",
    "invalid-coupon NOT_YET_VALID",
    "invalid-coupon EXPIRED",
    "invalid-coupon MINIMUM_NOT_MET",
    "insufficient-balance",
    "price-changed",
    "order-not-found",
    "order-not-cancellable",
    "campaign-not-found",
    "coupon-sold-out",
    "line user.put",
    "line balance.charge",
    "line balance.adjust",
    "line product.put",
    "line stock.adjust",
    "line campaign.create",
    "line order.cancel",
];

fn names(outcome: &Outcome) -> Vec<String> {
    match outcome {
        Outcome::Done(reply) => vec![kind(reply)],
        Outcome::Replayed(reply @ Reply::Order(_)) => {
            let kind = kind(reply);
            let order = if kind.starts_with("order") {
                "replayed order"
            } else {
                "replayed cancel"
            };
            vec!["replayed".into(), order.into()]
        }
        Outcome::Replayed(_) => vec!["replayed".into()],
        Outcome::Rejected(rejections) => {
            let mut names: Vec<_> = rejections.iter().map(|it| shortened(it)).collect();
            if names.len() > 1 {
                names.push("several at once".into());
            }
            names
        }
    }
}

/// What an edit expected of its product, and whether it was so.
fn conditional(step: &Step, outcome: &Outcome) -> Option<String> {
    let Action::PutProduct { condition, .. } = &step.action else {
        return None;
    };
    let met = match outcome {
        Outcome::Done(_) => "product as expected",
        Outcome::Rejected(why) if why[0].starts_with("precondition-failed") => "not as expected",
        _ => return None,
    };
    let condition = match condition {
        Condition::Nothing => return None,
        Condition::Absent => "absent",
        Condition::Present => "present",
        Condition::AsPutBy(_) => "by its tag",
    };
    Some(format!("{met} {condition}"))
}

fn kind(reply: &Reply) -> String {
    match reply {
        Reply::User { .. } => "user".into(),
        Reply::Entry(entry) => format!("entry {}", entry.kind),
        Reply::Product(_) => "product".into(),
        Reply::Stock { .. } => "stock".into(),
        Reply::Campaign(_) => "campaign".into(),
        Reply::Coupon { created: true, .. } => "coupon new".into(),
        Reply::Coupon { coupon, .. } if coupon.used.is_some() => "coupon held used".into(),
        Reply::Coupon { .. } => "coupon held".into(),
        Reply::Order(Order {
            cancelled,
            coupon,
            total,
            ..
        }) => match (cancelled.is_some(), coupon.is_some()) {
            (true, true) => "cancel with coupon".into(),
            (true, false) => "cancel".into(),
            (false, true) => "order with coupon".into(),
            (false, false) if *total == 0 => "order of nothing".into(),
            (false, false) => "order".into(),
        },
    }
}

/// The code, and the reason or pointer where there is one; no ids or figures.
fn shortened(rejection: &str) -> String {
    let (code, rest) = rejection.split_once(' ').unwrap_or((rejection, ""));
    match code {
        "validation-failed" => rejection.into(),
        "invalid-coupon" => format!("{code} {}", rest.split(' ').nth(1).unwrap_or_default()),
        _ => code.into(),
    }
}
