//! What a server has acknowledged: what it then has to have.

mod doubt;
mod sample;

use std::collections::HashSet;

use serde::Deserialize;
use uuid::Uuid;

pub(crate) use doubt::{Doubt, Range};
pub(crate) use sample::{Kept, Sample};

use crate::driver::Outcome;
use crate::tally::is_doubtful;
use crate::wire::{Answer, Loss};
use crate::workload::{Basket, Shop, price};

/// Requests of unknown outcome that are kept to be sent again. More only make
/// what is expected of the server a range: a hundred megabytes are enough.
const MAX_DOUBTS: usize = 250_000;

/// What a request does when it is carried out.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Effect {
    /// It takes money and stock.
    Order {
        basket: Basket,
        coupon: Option<Uuid>,
    },
    /// It gives money.
    Charge { user: u32, amount: i64 },
    /// It gives back what an order took.
    Cancel(Placed),
}

/// A request as it was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent<'a> {
    pub(crate) request: &'a [u8],
    /// Whether it can be sent again without being carried out twice.
    pub(crate) has_key: bool,
}

/// An order that was placed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    pub(crate) id: Uuid,
    pub(crate) basket: Basket,
    pub(crate) total: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PlacedAnswer<'a> {
    order_id: &'a str,
    total: i64,
}

impl Placed {
    /// What an answer says of an order of this basket; `None` where it does not
    /// say that one was placed.
    pub(crate) fn read(answer: &Answer<'_>, basket: Basket) -> Option<Self> {
        if answer.status != 201 {
            return None;
        }
        let found: PlacedAnswer<'_> = serde_json::from_slice(answer.body).ok()?;
        Some(Self {
            id: Uuid::try_parse(found.order_id).ok()?,
            basket,
            total: found.total,
        })
    }
}

/// The books of one load, or of a part of it.
#[derive(Clone, Debug)]
pub struct Books {
    pub(crate) shop: Shop,
    /// By user: the change of the balance that was acknowledged.
    pub(crate) money: Vec<Range>,
    /// By product: the change of the stock that was acknowledged.
    pub(crate) stock: Vec<Range>,
    /// What is to be asked again.
    pub(crate) doubts: Vec<Doubt>,
    /// Some of the orders that were acknowledged.
    pub(crate) sample: Sample,
    /// Orders that somebody has wanted to cancel.
    pub(crate) cancelled: HashSet<Uuid>,
    /// Orders that were acknowledged.
    pub(crate) orders: u64,
    /// Requests that stay of unknown outcome: what is expected is a range.
    pub(crate) unresolved: u64,
    /// Answers that say that something was done, and not what.
    pub(crate) unreadable: u64,
}

impl Books {
    /// Empty books, of which so many will be added together.
    pub fn new(shop: Shop, parts: usize) -> Self {
        Self {
            shop,
            money: vec![Range::default(); shop.users as usize],
            stock: vec![Range::default(); shop.products as usize],
            doubts: Vec::new(),
            sample: Sample::part_of(parts),
            cancelled: HashSet::new(),
            orders: 0,
            unresolved: 0,
            unreadable: 0,
        }
    }

    /// Orders that the server has acknowledged, warm-up and all.
    pub fn orders(&self) -> u64 {
        self.orders
    }

    /// Notes what has become of a request.
    pub(crate) fn note(&mut self, effect: Effect, sent: Sent<'_>, outcome: &Outcome<'_>) {
        if let Effect::Cancel(order) = effect {
            self.cancelled.insert(order.id);
        }
        match outcome {
            Ok(answer) if is_doubtful(answer) => self.doubt(effect, sent),
            Ok(answer) => self.acknowledge(effect, answer),
            Err(Loss::NotConnected) => {}
            Err(_) => self.doubt(effect, sent),
        }
    }

    /// Takes an answer in that is known to be the last word.
    pub(crate) fn acknowledge(&mut self, effect: Effect, answer: &Answer<'_>) {
        if answer.status >= 300 {
            return;
        }
        match effect {
            Effect::Order { basket, coupon } => match Placed::read(answer, basket) {
                Some(order) => {
                    self.orders += 1;
                    self.sample.offer(order, coupon, answer.body);
                    self.take(&basket, Range::exactly(order.total), Range::exactly(1));
                }
                None => self.unreadable += 1,
            },
            Effect::Charge { user, amount } => self.give(user, Range::exactly(amount)),
            Effect::Cancel(order) => {
                let total = Range::exactly(-order.total);
                self.take(&order.basket, total, Range::exactly(-1));
            }
        }
    }

    /// Gives a request up: it may have been carried out, and may not.
    pub(crate) fn give_up(&mut self, effect: Effect) {
        self.unresolved += 1;
        match effect {
            Effect::Order { basket, .. } => {
                let items = basket.items().iter();
                let subtotal = items.map(|it| price(it.product) * i64::from(it.quantity));
                let total = Range::up_to(subtotal.sum());
                self.take(&basket, total, Range::up_to(1));
            }
            Effect::Charge { user, amount } => self.give(user, Range::up_to(amount)),
            Effect::Cancel(order) => {
                let total = Range::up_to(-order.total);
                self.take(&order.basket, total, Range::up_to(-1));
            }
        }
    }

    /// Adds the books of another part.
    pub(crate) fn add(&mut self, other: Self) {
        for (own, other) in self.money.iter_mut().zip(other.money) {
            *own = *own + other;
        }
        for (own, other) in self.stock.iter_mut().zip(other.stock) {
            *own = *own + other;
        }
        self.doubts.extend(other.doubts);
        self.sample.add(other.sample);
        self.cancelled.extend(other.cancelled);
        self.orders += other.orders;
        self.unresolved += other.unresolved;
        self.unreadable += other.unreadable;
    }

    fn doubt(&mut self, effect: Effect, sent: Sent<'_>) {
        if sent.has_key && self.doubts.len() < MAX_DOUBTS {
            let request = sent.request.into();
            self.doubts.push(Doubt { effect, request });
        } else {
            self.give_up(effect);
        }
    }

    /// Takes a basket so many times, and this much money for it in all.
    fn take(&mut self, basket: &Basket, money: Range, times: Range) {
        self.give(basket.user, -money);
        for item in basket.items() {
            let quantity = i64::from(item.quantity);
            if let Some(stock) = self.stock.get_mut(item.product as usize) {
                *stock = *stock + -times.times(quantity);
            }
        }
    }

    fn give(&mut self, user: u32, money: Range) {
        if let Some(own) = self.money.get_mut(user as usize) {
            *own = *own + money;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACED: &str = r#"{"orderId":"01a1f830-0906-7006-9bc0-d9d61600a35a","total":900}"#;

    fn note(books: &mut Books, effect: Effect, has_key: bool, outcome: Result<(u16, &str), Loss>) {
        let outcome = outcome.map(|(status, body)| Answer {
            status,
            body: body.as_bytes(),
        });
        let request = b"POST";
        books.note(effect, Sent { request, has_key }, &outcome);
    }

    fn order() -> Effect {
        let (basket, coupon) = (Basket::of_one(0, 1), None);
        Effect::Order { basket, coupon }
    }

    #[test]
    fn only_what_was_acknowledged_changes_the_books() {
        let unknown = r#"{"code":"outcome-unknown"}"#;
        let overloaded = r#"{"code":"overloaded"}"#;
        // Money and stock at the least and at the most, doubts, unresolved.
        let table = [
            (Ok((201, PLACED)), true, (-900, -900), (-1, -1), 0, 0),
            (Ok((400, "{}")), true, (0, 0), (0, 0), 0, 0),
            (Ok((429, "{}")), true, (0, 0), (0, 0), 0, 0),
            (Ok((503, overloaded)), true, (0, 0), (0, 0), 0, 0),
            (Ok((503, unknown)), true, (0, 0), (0, 0), 1, 0),
            (Ok((503, unknown)), false, (-1_001, 0), (-1, 0), 0, 1),
            (Err(Loss::Closed), true, (0, 0), (0, 0), 1, 0),
            (Err(Loss::TimedOut), false, (-1_001, 0), (-1, 0), 0, 1),
            (Err(Loss::NotConnected), false, (0, 0), (0, 0), 0, 0),
        ];
        for (outcome, has_key, money, stock, doubts, unresolved) in table {
            let mut books = Books::new(Shop::from_one(1, 2), 1);
            note(&mut books, order(), has_key, outcome);
            let bounds = |range: Range| (range.least, range.most);
            assert_eq!(bounds(books.money[0]), money, "{outcome:?}");
            assert_eq!(bounds(books.stock[1]), stock, "{outcome:?}");
            let found = (books.doubts.len(), books.unresolved);
            assert_eq!(found, (doubts, unresolved), "{outcome:?}");
        }
    }

    #[test]
    fn a_cancel_undoes_its_order_and_a_charge_gives() {
        let mut books = Books::new(Shop::from_one(1, 2), 2);
        note(&mut books, order(), true, Ok((201, PLACED)));
        let body = PLACED.as_bytes();
        let answer = Answer { status: 201, body };
        let placed = Placed::read(&answer, Basket::of_one(0, 1)).unwrap();
        let mut other = Books::new(Shop::from_one(1, 2), 2);
        note(&mut other, Effect::Cancel(placed), true, Ok((200, "{}")));
        let charge = Effect::Charge { user: 0, amount: 5 };
        note(&mut other, charge, true, Ok((201, "{}")));
        books.add(other);
        assert_eq!(books.money[0], Range::exactly(5));
        assert_eq!(books.stock[1], Range::exactly(0));
        assert!(books.cancelled.contains(&placed.id));
    }

    #[test]
    fn an_acknowledgement_that_cannot_be_read_is_noted() {
        let mut books = Books::new(Shop::from_one(1, 2), 1);
        note(&mut books, order(), true, Ok((201, "{}")));
        note(&mut books, order(), true, Ok((200, PLACED)));
        assert_eq!((books.unreadable, books.orders), (2, 0));
    }
}
