//! Plays a script on the domain and on the model at once.

use jumun_domain::{
    Actor, Command, IdSequence, IdempotencyKey, ProductId, Request, Timestamp, UserId,
};

use crate::conservation;
use crate::engine::{Database, Timed};
use crate::model::Model;
use crate::order_model::Assessment;
use crate::translate::{Names, pointers};
use crate::vocabulary::{Action, Change, Condition, Expected, OrderTerms, Outcome, Pick, Step};

/// The clock before the first step: an hour that is not the first of time.
const BEGIN: i64 = 1_700_000_000_000_000;

pub(crate) fn fresh_ids() -> IdSequence {
    IdSequence::new(None, 1)
}

/// Both shops, side by side.
pub(crate) struct Player {
    pub(crate) database: Database,
    model: Model,
    names: Names,
    ids: IdSequence,
    now: i64,
    played: Vec<(Option<u8>, Action)>,
    /// Lines of the history that were compared.
    compared: usize,
    /// Every request that reached the domain, to be played again in batches.
    pub(crate) requests: Vec<Timed>,
    pub(crate) decisions: Vec<jumun_domain::Decision>,
}

impl Player {
    pub(crate) fn new() -> Self {
        Self {
            database: Database::default(),
            model: Model::default(),
            names: Names::default(),
            ids: fresh_ids(),
            now: BEGIN,
            played: Vec::new(),
            compared: 0,
            requests: Vec::new(),
            decisions: Vec::new(),
        }
    }

    /// One step on both; they must agree on everything, and every law must
    /// hold. Tells what became of it.
    pub(crate) fn play(&mut self, step: &Step) -> Outcome {
        self.now += step.advance;
        let (key, action) = self.resolve(step);
        if let Action::PlaceOrder(terms) = &action {
            self.compare_quotes(terms);
        }
        let expected = self.model.play(i128::from(self.now), key, step.by, &action);
        let outcome = match self.names.command(&action) {
            Ok(command) => self.execute(command, key, step.by),
            Err(violations) => Outcome::Rejected(vec![pointers(&violations)]),
        };
        assert_eq!(
            outcome, expected,
            "domain (left) and model (right) on {key:?} {action:?}"
        );
        self.compare_figures();
        self.compare_changes();
        conservation::check(&self.database);
        self.played.push((key, action));
        outcome
    }

    fn execute(&mut self, command: Command, key: Option<u8>, by: Option<&str>) -> Outcome {
        let key = key.map(|key| IdempotencyKey::parse(&format!("key-{key}")).expect("valid"));
        let mut request = Request::new(command, key);
        request.actor = by.map(Actor::stored);
        let timed = (Timestamp::from_micros(self.now), request);
        let before = self.database.history();
        let decision = self
            .database
            .batch(std::slice::from_ref(&timed), &mut self.ids)
            .remove(0);
        if !matches!(decision, jumun_domain::Decision::Done(_)) {
            assert!(
                self.database.history() == before,
                "{decision:?} changed something"
            );
        }
        let outcome = self.names.outcome(&decision);
        self.requests.push(timed);
        self.decisions.push(decision);
        outcome
    }

    fn compare_quotes(&self, terms: &OrderTerms) {
        let Ok(order) = self.names.place_order(terms) else {
            return;
        };
        let quote = self
            .database
            .quote(&order, Timestamp::from_micros(self.now));
        let expected = Assessment::of(&self.model, i128::from(self.now), terms).quote;
        assert_eq!(self.names.quote(&quote), expected, "the quote of {terms:?}");
    }

    /// The history of changes so far.
    pub(crate) fn changes(&self) -> &[Change] {
        &self.model.changes
    }

    /// Nothing of it ever changes: what is new is compared.
    fn compare_changes(&mut self) {
        let told = &self.database.changes[self.compared..];
        let told: Vec<_> = told.iter().map(|it| self.names.change(it)).collect();
        assert_eq!(
            told,
            self.model.changes[self.compared..],
            "the lines of domain (left) and model (right)"
        );
        self.compared = self.model.changes.len();
    }

    fn compare_figures(&self) {
        for id in 1..=4 {
            let user = UserId::new(id).and_then(|id| self.database.users.get(&id));
            let expected = self
                .model
                .user(i128::from(id))
                .map(|_| self.model.balance(id.into()));
            assert_eq!(
                user.map(|it| i128::from(it.balance.get())),
                expected,
                "user {id}"
            );
            let product = ProductId::new(id).and_then(|id| self.database.products.get(&id));
            let expected = self.model.product(i128::from(id)).map(|it| it.stock);
            assert_eq!(
                product.map(|it| i128::from(it.stock.get())),
                expected,
                "product {id}"
            );
        }
    }

    /// Makes every choice definite, so that both shops are asked the same.
    fn resolve(&self, step: &Step) -> (Option<u8>, Action) {
        let mut action = step.action.clone();
        match &mut action {
            Action::Repeat(pick) => {
                let latest = self.played.len() - 1;
                let Pick::Any(back) = pick else {
                    unreachable!("scripts go back by number")
                };
                return self.played[latest - *back % self.played.len()].clone();
            }
            Action::CancelOrder { order, .. } => {
                *order = choose(*order, &(0..self.names.orders.len()).collect::<Vec<_>>());
            }
            Action::PutProduct {
                product,
                condition: Condition::AsPutBy(picks),
                ..
            } => {
                for pick in picks {
                    *pick = choose(*pick, &self.puts(*pick, i128::from(*product)));
                }
            }
            Action::CreateCampaign(terms) => {
                terms.from += self.now;
                terms.until += self.now;
            }
            Action::PlaceOrder(terms) => {
                let coupons = self.model.coupons().into_iter();
                let held = coupons.filter(|(_, it)| {
                    terms
                        .coupon
                        .is_some_and(|pick| !matches!(pick, Pick::Own(_)))
                        || it.user == i128::from(terms.user)
                });
                let held: Vec<_> = held.map(|(_, coupon)| coupon.ordinal).collect();
                // Who has no coupon of their own orders without one.
                let own = matches!(terms.coupon, Some(Pick::Own(_)));
                let chosen = terms.coupon.filter(|_| !(own && held.is_empty()));
                terms.coupon = chosen.map(|pick| choose(pick, &held));
                if terms.expected == Some(Expected::Quoted) {
                    terms.expected = self.quoted(terms).map(Expected::Exactly);
                }
            }
            _ => {}
        }
        (step.key, action)
    }

    /// Among which puts to choose, newest first.
    fn puts(&self, pick: Pick, product: i128) -> Vec<usize> {
        let puts = self.model.puts().into_iter().enumerate().rev();
        let mine = puts.filter(|(_, (id, _))| !matches!(pick, Pick::Own(_)) || *id == product);
        mine.map(|(ordinal, _)| ordinal).collect()
    }

    fn quoted(&self, terms: &OrderTerms) -> Option<i64> {
        let order = self.names.place_order(terms).ok()?;
        let quote = self
            .database
            .quote(&order, Timestamp::from_micros(self.now));
        quote.total.map(|total| total.get())
    }
}

fn choose(pick: Pick, among: &[usize]) -> Pick {
    match pick {
        Pick::Any(nth) | Pick::Own(nth) if !among.is_empty() => {
            Pick::Ordinal(among[nth % among.len()])
        }
        Pick::Ordinal(ordinal) => Pick::Ordinal(ordinal),
        _ => Pick::Unknown,
    }
}
