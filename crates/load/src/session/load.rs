//! The load on a prepared shop, and the books that are kept of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fastrand::Rng;
use uuid::Uuid;

use super::coupons::Coupon;
use super::mixed::Mixed;
use super::prepare::Prepared;
use crate::books::{Books, Effect, Sent};
use crate::driver::{Control, Failure, Outcome, Plan, Traffic, drive};
use crate::tally::Tally;
use crate::wire::Writer;
use crate::workload::{
    Basket, Baskets, KeyMint, Observer, OrderSent, Orders, Workload, write_body,
};

/// Loads a server as planned, and blocks until the load has ended. The plan's
/// shop has to be the prepared one.
///
/// # Errors
///
/// When there was no load.
pub fn load(
    plan: &Plan,
    prepared: &Prepared,
    control: &Arc<Control>,
) -> Result<(Tally, Books), Failure> {
    plan.check()?;
    let books = Books::new(prepared.shop, plan.threads);
    match plan.workload {
        Workload::Coupon => {
            let traffic = WithCoupons::prepare(plan, prepared, &books);
            let (tally, traffic) = drive(plan, traffic, control)?;
            Ok((tally, sum(books, traffic.into_iter().map(|it| it.books))))
        }
        Workload::Mixed => {
            let traffic = Mixed::prepare(plan, prepared, &books);
            let (tally, traffic) = drive(plan, traffic, control)?;
            Ok((
                tally,
                sum(books, traffic.into_iter().map(Mixed::into_books)),
            ))
        }
        Workload::Uniform | Workload::Zipf | Workload::Hot | Workload::SoldOut => {
            let wanted = (plan.workload, plan.keys);
            let traffic = Orders::prepare(&plan.target, wanted, plan.shop, plan.threads, &books);
            let (tally, traffic) = drive(plan, traffic, control)?;
            Ok((
                tally,
                sum(books, traffic.into_iter().map(Orders::into_observer)),
            ))
        }
    }
}

fn sum(mut books: Books, parts: impl Iterator<Item = Books>) -> Books {
    for part in parts {
        Observer::merge(&mut books, part);
    }
    books
}

impl Observer for Books {
    fn settled(&mut self, order: &OrderSent<'_>, outcome: &Outcome<'_>) {
        let effect = Effect::Order {
            basket: *order.basket,
            coupon: None,
        };
        let sent = Sent {
            request: order.request,
            has_key: order.has_key,
        };
        self.note(effect, sent, outcome);
    }

    fn merge(&mut self, other: Self) {
        self.add(other);
    }
}

/// Orders that each use a coupon.
struct WithCoupons {
    coupons: Arc<[Coupon]>,
    /// How many are used. All threads take from one pile, so that none ends
    /// before the others.
    used: Arc<AtomicUsize>,
    baskets: Baskets,
    plan: Plan,
    writer: Writer,
    rng: Rng,
    mint: KeyMint,
    books: Books,
}

impl WithCoupons {
    fn prepare(plan: &Plan, prepared: &Prepared, books: &Books) -> Vec<Self> {
        let coupons: Arc<[Coupon]> = prepared.coupons.as_slice().into();
        let used = Arc::new(AtomicUsize::new(0));
        let part = |_| Self {
            coupons: Arc::clone(&coupons),
            used: Arc::clone(&used),
            baskets: Baskets::new(plan.workload, plan.shop),
            plan: plan.clone(),
            writer: Writer::new(&plan.target),
            rng: Rng::new(),
            mint: KeyMint::new(plan.keys),
            books: books.clone(),
        };
        (0..plan.threads).map(part).collect()
    }
}

/// An order as it was sent, with the coupon that it uses.
pub(super) struct OrderTicket {
    pub(super) basket: Basket,
    pub(super) coupon: Option<Uuid>,
    pub(super) has_key: bool,
}

impl Traffic for WithCoupons {
    const KINDS: &'static [&'static str] = &["order"];

    type Ticket = OrderTicket;

    fn next_into(&mut self, request: &mut Vec<u8>) -> Option<OrderTicket> {
        let next = self.used.fetch_add(1, Ordering::Relaxed);
        let coupon = self.coupons.get(next)?;
        let basket = self.baskets.draw_for(coupon.user, &mut self.rng);
        let key = self.mint.mint();
        let ticket = OrderTicket {
            basket,
            coupon: Some(coupon.id),
            has_key: key.is_some(),
        };
        write_order(&mut self.writer, request, &ticket, key, &self.plan);
        Some(ticket)
    }

    fn settled(&mut self, ticket: OrderTicket, request: &[u8], outcome: &Outcome<'_>) {
        note_order(&mut self.books, &ticket, request, outcome);
    }
}

/// Writes an order that was not written ahead.
pub(super) fn write_order(
    writer: &mut Writer,
    request: &mut Vec<u8>,
    ticket: &OrderTicket,
    key: Option<Uuid>,
    plan: &Plan,
) {
    let mut body = String::new();
    // Writing into text cannot fail.
    let _ = write_body(&mut body, &ticket.basket, ticket.coupon, &plan.shop);
    writer.post(
        request,
        format_args!("/orders"),
        key,
        format_args!("{body}"),
    );
}

/// Notes what has become of such an order.
pub(super) fn note_order(
    books: &mut Books,
    ticket: &OrderTicket,
    request: &[u8],
    outcome: &Outcome<'_>,
) {
    let effect = Effect::Order {
        basket: ticket.basket,
        coupon: ticket.coupon,
    };
    let has_key = ticket.has_key;
    books.note(effect, Sent { request, has_key }, outcome);
}
