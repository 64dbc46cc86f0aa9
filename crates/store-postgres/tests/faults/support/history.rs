//! What clients have sent and been told, held against the database afterwards.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jumun_domain::{Answer, Command, Decision, Request};
use jumun_store::{Fault, Reads as _};

use super::asking::ask_all;
use super::commands::key;
use super::laws;
use super::shop::{Instance, Shop};

/// A request and what it was answered.
pub(crate) struct Sent {
    pub(crate) request: Request,
    pub(crate) outcome: Result<Decision, Fault>,
}

/// All that the clients of a shop have sent: orders under a key of their own,
/// and charges with a reference of their own, with a key or without.
#[derive(Default)]
pub(crate) struct History(pub(crate) Vec<Sent>);

impl History {
    /// How many were answered, and not with a fault.
    pub(crate) fn acknowledged(&self) -> usize {
        self.0.iter().filter(|sent| sent.outcome.is_ok()).count()
    }

    /// The faults.
    pub(crate) fn faults(&self) -> Vec<&Fault> {
        let faults = self.0.iter().map(|sent| sent.outcome.as_ref().err());
        faults.flatten().collect()
    }

    /// What was acknowledged is there and is answered the same again; what was
    /// not is there as a whole or not at all, and asking again does it once.
    pub(crate) async fn check(&self, shop: &Shop, instance: &Instance) {
        laws::check(shop).await;
        let found = references(shop);
        for sent in &self.0 {
            if let Some(reference) = reference(&sent.request) {
                let count = found.get(reference).copied().unwrap_or(0);
                self.check_count(sent, count);
            }
        }
        let keyed: Vec<&Sent> = self.0.iter().filter(|it| key_of(it).is_some()).collect();
        for sent in &keyed {
            self.check_look_up(sent, instance).await;
        }
        let requests = || keyed.iter().map(|it| it.request.clone()).collect();
        let second = ask_all(instance, requests()).await;
        let third = ask_all(instance, requests()).await;
        for ((sent, second), third) in keyed.iter().zip(&second).zip(&third) {
            check_replays(sent, second, third);
        }
        laws::check(shop).await;
        self.check_totals(shop, &third);
    }

    /// A charge was made as often as its answer tells.
    fn check_count(&self, sent: &Sent, count: u64) {
        let right = match &sent.outcome {
            Ok(Decision::Done(_) | Decision::Replayed(_)) => count == 1,
            Ok(Decision::Rejected(_)) | Err(Fault::Determinate(_) | Fault::Overloaded) => {
                count == 0
            }
            Err(Fault::Indeterminate(_)) => count <= 1,
        };
        let Sent { request, outcome } = sent;
        assert!(right, "{request:?} was done {count} times: {outcome:?}");
    }

    /// The key of an order that was surely not placed tells so. Of those that
    /// were acknowledged, their replays tell.
    async fn check_look_up(&self, sent: &Sent, instance: &Instance) {
        let (Command::PlaceOrder(order), Some(text)) = (&sent.request.command, key_of(sent)) else {
            return;
        };
        if let Err(Fault::Determinate(_) | Fault::Overloaded) = sent.outcome {
            let found = instance.order_by_key(order.user_id, key(&text)).await;
            assert_eq!(found.expect("it is read"), None, "{text} was not done");
        }
    }

    /// There is one effect a request and no more.
    fn check_totals(&self, shop: &Shop, answers: &[Result<Decision, Fault>]) {
        let mut placed = HashSet::new();
        for answer in answers {
            if let Ok(Decision::Replayed(Answer::OrderPlaced(order))) = answer {
                assert!(placed.insert(order.id), "{} has two keys", order.id);
            }
        }
        let orders = shop.count("SELECT count(*) FROM orders");
        assert_eq!(orders, placed.len() as u64, "one order a key");
        for (reference, count) in references(shop) {
            assert_eq!(count, 1, "{reference} was charged {count} times");
        }
    }
}

impl Extend<Sent> for History {
    fn extend<I: IntoIterator<Item = Sent>>(&mut self, sent: I) {
        self.0.extend(sent);
    }
}

fn check_replays(sent: &Sent, second: &Result<Decision, Fault>, third: &Result<Decision, Fault>) {
    let key = key_of(sent).unwrap_or_default();
    let outcome = &sent.outcome;
    let answer = match (outcome, second) {
        (Ok(Decision::Done(first) | Decision::Replayed(first)), Ok(Decision::Replayed(second))) => {
            assert_eq!(first, second, "{key} is answered as it was");
            second
        }
        (
            Err(Fault::Determinate(_) | Fault::Overloaded) | Ok(Decision::Rejected(_)),
            Ok(Decision::Done(second)),
        ) => second,
        (Err(Fault::Indeterminate(_)), Ok(Decision::Done(second) | Decision::Replayed(second))) => {
            second
        }
        _ => panic!("{key} was answered {outcome:?}, and then {second:?}"),
    };
    let Ok(Decision::Replayed(third)) = third else {
        panic!("{key} was answered {second:?}, and then {third:?}");
    };
    assert_eq!(answer, third, "{key} is answered as it was");
}

fn key_of(sent: &Sent) -> Option<Cow<'_, str>> {
    let idempotency = sent.request.idempotency.as_ref();
    idempotency.map(|it| it.key.text())
}

fn reference(request: &Request) -> Option<&Arc<str>> {
    match &request.command {
        Command::Charge(charge) => charge.reference.as_ref(),
        _ => None,
    }
}

/// How often each reference was charged.
fn references(shop: &Shop) -> BTreeMap<Arc<str>, u64> {
    let rows = shop.sql(
        "SELECT reference, count(*) FROM entries WHERE reference IS NOT NULL GROUP BY reference",
    );
    let row = |line: &str| {
        let (reference, count) = line.split_once('|').expect("two columns");
        (Arc::from(reference), count.parse().expect("a number"))
    };
    rows.lines().map(row).collect()
}
