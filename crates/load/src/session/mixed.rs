//! Orders beside what else goes on in a shop.

use fastrand::Rng;
use uuid::Uuid;

use super::coupons::{Coupon, WithCouponId};
use super::load::{OrderTicket, note_order, write_order};
use super::prepare::{Prepared, body};
use crate::books::{Books, Effect, Placed, Sent};
use crate::driver::{Outcome, Plan, Traffic};
use crate::wire::Writer;
use crate::workload::{Basket, Baskets, KeyMint};

/// Of a hundred requests: orders, those that use a coupon where somebody has
/// one among them.
const ORDERS: u32 = 60;
/// Charges of a balance.
const CHARGES: u32 = 5;
/// Coupons that are taken.
const COUPONS: u32 = 5;
/// Orders that are cancelled.
const CANCELS: u32 = 5;
// The rest, 25, are reads: of a balance, a product, an order.

/// What is charged at once.
const CHARGE: i64 = 10_000;

/// Orders and coupons that are remembered to be used: so many are enough to
/// choose from at random.
const REMEMBERED: usize = 4_096;

/// The traffic of one thread.
pub(super) struct Mixed {
    plan: Plan,
    campaigns: Vec<i64>,
    baskets: Baskets,
    writer: Writer,
    rng: Rng,
    mint: KeyMint,
    orders: Vec<Placed>,
    coupons: Vec<Coupon>,
    books: Books,
}

/// What is asked.
pub(super) enum Ticket {
    Order(OrderTicket),
    Charge { user: u32, has_key: bool },
    Coupon { user: u32 },
    Cancel { order: Placed, has_key: bool },
    Read,
}

impl Mixed {
    /// As many as there are threads.
    pub(super) fn prepare(plan: &Plan, prepared: &Prepared, books: &Books) -> Vec<Self> {
        let part = |_| Self {
            plan: plan.clone(),
            campaigns: prepared.campaigns.clone(),
            baskets: Baskets::new(plan.workload, plan.shop),
            writer: Writer::new(&plan.target),
            rng: Rng::new(),
            mint: KeyMint::new(plan.keys),
            orders: Vec::new(),
            coupons: Vec::new(),
            books: books.clone(),
        };
        (0..plan.threads).map(part).collect()
    }

    pub(super) fn into_books(self) -> Books {
        self.books
    }

    fn order(&mut self, request: &mut Vec<u8>) -> Ticket {
        let coupon = self.coupons.pop();
        let basket = match coupon {
            Some(coupon) => self.baskets.draw_for(coupon.user, &mut self.rng),
            None => self.baskets.draw(&mut self.rng),
        };
        let key = self.mint.mint();
        let ticket = OrderTicket {
            basket,
            coupon: coupon.map(|it| it.id),
            has_key: key.is_some(),
        };
        write_order(&mut self.writer, request, &ticket, key, &self.plan);
        Ticket::Order(ticket)
    }

    fn charge(&mut self, request: &mut Vec<u8>) -> Ticket {
        let (user, key) = (self.any_user(), self.mint.mint());
        let id = self.plan.shop.user_id(user);
        let (path, body) = (
            format_args!("/users/{id}/balance/charges"),
            format_args!(r#"{{"amount":{CHARGE}}}"#),
        );
        self.writer.post(request, path, key, body);
        let has_key = key.is_some();
        Ticket::Charge { user, has_key }
    }

    fn coupon(&mut self, request: &mut Vec<u8>) -> Ticket {
        let (user, key) = (self.any_user(), self.mint.mint());
        let id = self.plan.shop.user_id(user);
        let campaign = self.rng.choice(&self.campaigns).copied().unwrap_or(1);
        let (path, body) = (
            format_args!("/campaigns/{campaign}/coupons"),
            format_args!(r#"{{"userId":{id}}}"#),
        );
        self.writer.post(request, path, key, body);
        Ticket::Coupon { user }
    }

    fn cancel(&mut self, order: Placed, request: &mut Vec<u8>) -> Ticket {
        let key = self.mint.mint();
        let id = order.id;
        let path = format_args!("/orders/{id}/cancel");
        self.writer.post(request, path, key, format_args!("{{}}"));
        let has_key = key.is_some();
        Ticket::Cancel { order, has_key }
    }

    fn read(&mut self, request: &mut Vec<u8>) -> Ticket {
        let order = self.rng.choice(&self.orders).map(|it| it.id);
        match (self.rng.u32(..5), order) {
            (0 | 1, Some(order)) => self.writer.get(request, format_args!("/orders/{order}")),
            (2, _) => {
                let product = self.rng.u32(..self.plan.shop.products);
                let id = self.plan.shop.product_id(product);
                self.writer.get(request, format_args!("/products/{id}"));
            }
            _ => {
                let user = self.any_user();
                let id = self.plan.shop.user_id(user);
                self.writer
                    .get(request, format_args!("/users/{id}/balance"));
            }
        }
        Ticket::Read
    }

    fn any_user(&mut self) -> u32 {
        self.rng.u32(..self.plan.shop.users)
    }

    fn remember_order(&mut self, basket: Basket, outcome: &Outcome<'_>) {
        let Some(order) = outcome.ok().and_then(|it| Placed::read(&it, basket)) else {
            return;
        };
        if self.orders.len() < REMEMBERED {
            self.orders.push(order);
        } else {
            let place = self.rng.usize(..self.orders.len());
            self.orders[place] = order;
        }
    }

    fn remember_coupon(&mut self, user: u32, outcome: &Outcome<'_>) {
        // 200 is one that the user has had before, and may have used.
        let fresh = outcome.ok().filter(|it| it.status == 201);
        let found: Option<WithCouponId<'_>> = fresh.and_then(|it| body(&it));
        let id = found.and_then(|it| Uuid::try_parse(it.coupon_id).ok());
        if let Some(id) = id.filter(|_| self.coupons.len() < REMEMBERED) {
            self.coupons.push(Coupon { user, id });
        }
    }
}

impl Traffic for Mixed {
    const KINDS: &'static [&'static str] = &["order", "charge", "coupon", "cancel", "read"];

    type Ticket = Ticket;

    fn next_into(&mut self, request: &mut Vec<u8>) -> Option<Ticket> {
        let mut drawn = self.rng.u32(..100);
        let mut falls_in = |share: u32| {
            let falls = drawn < share;
            drawn = drawn.wrapping_sub(share);
            falls
        };
        Some(if falls_in(ORDERS) {
            self.order(request)
        } else if falls_in(CHARGES) {
            self.charge(request)
        } else if falls_in(COUPONS) {
            self.coupon(request)
        } else if falls_in(CANCELS) && !self.orders.is_empty() {
            let place = self.rng.usize(..self.orders.len());
            let order = self.orders.swap_remove(place);
            self.cancel(order, request)
        } else {
            self.read(request)
        })
    }

    fn kind(ticket: &Ticket) -> usize {
        match ticket {
            Ticket::Order(_) => 0,
            Ticket::Charge { .. } => 1,
            Ticket::Coupon { .. } => 2,
            Ticket::Cancel { .. } => 3,
            Ticket::Read => 4,
        }
    }

    fn settled(&mut self, ticket: Ticket, request: &[u8], outcome: &Outcome<'_>) {
        match ticket {
            Ticket::Order(order) => {
                self.remember_order(order.basket, outcome);
                note_order(&mut self.books, &order, request, outcome);
            }
            Ticket::Charge { user, has_key } => {
                let effect = Effect::Charge {
                    user,
                    amount: CHARGE,
                };
                self.books.note(effect, Sent { request, has_key }, outcome);
            }
            Ticket::Coupon { user } => self.remember_coupon(user, outcome),
            Ticket::Cancel { order, has_key } => {
                let effect = Effect::Cancel(order);
                self.books.note(effect, Sent { request, has_key }, outcome);
            }
            Ticket::Read => {}
        }
    }
}
