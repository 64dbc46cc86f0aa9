//! A tiny shop in memory, so that tests read as given, when, then.

use crate::amount::{Money, Units};
use crate::answer::{Answer, Decision, Quote};
use crate::campaign::Discount;
use crate::command::*;
use crate::id::{CampaignId, CouponId, IdSequence, OrderId, ProductId, UserId};
use crate::idempotency::IdempotencyKey;
use crate::needs::{Needs, needs};
use crate::order::Order;
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::working_set::WorkingSet;
use std::sync::Arc;

/// The clock of a new shop: every campaign of [`campaign`] is in date then.
pub(super) const NOW: i64 = 1_700_000_000_000_000;

/// What [`needs`] promises at most.
const MOST_ROUNDS: usize = 3;

/// A shop whose every row lives in one working set, like a batch without end.
pub(super) struct Shop {
    pub(super) set: WorkingSet,
    pub(super) now: Timestamp,
    pub(super) ids: IdSequence,
}

impl Shop {
    pub(super) fn new() -> Self {
        Self {
            set: WorkingSet::default(),
            now: Timestamp::from_micros(NOW),
            ids: IdSequence::new(None, 1),
        }
    }

    /// Gathers and decides; a request that is not done must change nothing.
    pub(super) fn send(&mut self, command: impl Into<Command>, key: Option<&str>) -> Decision {
        self.decided(&request(command, key))
    }

    /// The same for a request that is there.
    pub(super) fn decided(&mut self, request: &Request) -> Decision {
        self.gather(request);
        let before = self.set.clone();
        let mut stamp = super::Stamp {
            now: self.now,
            ids: &mut self.ids,
        };
        let decision = super::decide(&mut self.set, request, &mut stamp).expect("gathered");
        if !matches!(decision, Decision::Done(_)) {
            assert!(before == self.set, "{decision:?} changed the working set");
        }
        decision
    }

    pub(super) fn gather(&mut self, request: &Request) {
        for _ in 0..MOST_ROUNDS {
            let rows = self.set.clone();
            let mut missing = Needs::default();
            needs(&rows, request, &mut missing);
            fill(&mut self.set, &missing, &rows, &mut || true);
        }
        let mut missing = Needs::default();
        needs(&self.set, request, &mut missing);
        assert!(missing.is_empty(), "{missing:?} after {MOST_ROUNDS} rounds");
    }

    pub(super) fn done(&mut self, command: impl Into<Command>) -> Answer {
        match self.send(command, None) {
            Decision::Done(answer) => answer,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn rejected(&mut self, command: impl Into<Command>) -> Vec<String> {
        match self.send(command, None) {
            Decision::Rejected(rejections) => rejections.iter().map(words).collect(),
            other => panic!("{other:?}"),
        }
    }

    /// The order, done.
    pub(super) fn placed(&mut self, order: PlaceOrder) -> Arc<Order> {
        match self.done(order) {
            Answer::OrderPlaced(order) => order,
            other => panic!("{other:?}"),
        }
    }

    /// What an order is quoted; the working set must not change.
    pub(super) fn quote(&mut self, order: &PlaceOrder) -> Quote {
        self.gather(&request(order.clone(), None));
        super::quote(&self.set, order, self.now).expect("gathered")
    }

    /// A user with this balance.
    pub(super) fn given_user(&mut self, id: i64, balance: i64) {
        self.done(RegisterUser::new(user(id), None).unwrap());
        if balance > 0 {
            self.done(charge(id, balance));
        }
    }

    /// A product at this price with this stock.
    pub(super) fn given_product(&mut self, id: i64, price: i64, stock: i64) {
        self.done(product(id, price, stock));
    }

    pub(super) fn given_campaign(&mut self, campaign: CreateCampaign) -> CampaignId {
        match self.done(campaign) {
            Answer::CampaignCreated(campaign) => campaign.id,
            other => panic!("{other:?}"),
        }
    }

    /// A coupon of a new campaign in the hands of a user.
    pub(super) fn given_coupon(&mut self, campaign: CreateCampaign, user_id: i64) -> CouponId {
        let campaign_id = self.given_campaign(campaign);
        match self.done(IssueCoupon {
            campaign_id,
            user_id: user(user_id),
        }) {
            Answer::Coupon { coupon, .. } => coupon.id,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn at(&mut self, micros: i64) -> &mut Self {
        self.now = Timestamp::from_micros(micros);
        self
    }

    pub(super) fn balance(&self, id: i64) -> i64 {
        self.set
            .users
            .get(&user(id))
            .unwrap()
            .unwrap()
            .balance
            .get()
    }

    pub(super) fn stock(&self, id: i64) -> i64 {
        self.set
            .products
            .get(&product_id(id))
            .unwrap()
            .unwrap()
            .stock
            .get()
    }
}

/// Loads what is asked for out of `rows`, except what `keep` leaves out.
pub(super) fn fill(
    set: &mut WorkingSet,
    needs: &Needs,
    rows: &WorkingSet,
    keep: &mut impl FnMut() -> bool,
) {
    macro_rules! copy {
        ($($table:ident)*) => {$(
            for key in needs.$table.iter().filter(|_| keep()) {
                set.$table.load(key.clone(), rows.$table.get(key).ok().flatten().cloned());
            }
        )*};
    }
    copy!(users products campaigns coupons holders orders keys);
    for pair in needs.purchases.iter().filter(|_| keep()) {
        // An engine never loads it as absent.
        let known = rows.purchases.get(pair).ok().flatten().copied();
        set.purchases
            .load(*pair, Some(known.unwrap_or_else(|| bought(rows, *pair))));
    }
    if needs.next_campaign && keep() {
        set.next_campaign = rows.next_campaign.or(Some(CampaignId::FIRST));
    }
}

fn bought(rows: &WorkingSet, (product_id, user_id): (ProductId, UserId)) -> Units {
    let count = |orders: &[Arc<Order>]| -> i64 {
        let mine = orders.iter().filter(|order| order.user_id == user_id);
        let lines = mine
            .flat_map(|order| &order.lines)
            .filter(|line| line.product_id == product_id);
        lines.map(|line| line.quantity.get()).sum()
    };
    units(count(&rows.journal.placed) - count(&rows.journal.cancelled))
}

pub(super) fn request(command: impl Into<Command>, key: Option<&str>) -> Request {
    Request::new(
        command.into(),
        key.map(|key| IdempotencyKey::parse(key).unwrap()),
    )
}

/// A rejection with all of its figures, for a table.
pub(super) fn words(rejection: &Rejection) -> String {
    let code = rejection.code();
    match rejection {
        Rejection::ValidationFailed(violations) => {
            let pointers: Vec<_> = violations.iter().map(|it| it.pointer.as_str()).collect();
            format!("{code} {}", pointers.join(" "))
        }
        Rejection::IdempotencyKeyReused => code.to_owned(),
        Rejection::UserNotFound { user_id } => format!("{code} {user_id}"),
        Rejection::ProductNotFound { product_id }
        | Rejection::ProductNotForSale { product_id }
        | Rejection::PreconditionFailed { product_id } => format!("{code} {product_id}"),
        Rejection::OutOfStock {
            product_id,
            requested,
            available,
        } => {
            format!("{code} {product_id}: {requested} of {available}")
        }
        Rejection::PurchaseLimitExceeded {
            product_id,
            limit,
            bought,
            requested,
        } => {
            format!("{code} {product_id}: {bought} and {requested} of {limit}")
        }
        Rejection::InvalidCoupon { reason, .. } => format!("{code} {}", reason.code()),
        Rejection::InsufficientBalance { required, balance } => {
            format!("{code} {required} of {balance}")
        }
        Rejection::PriceChanged {
            expected_total,
            total,
        } => {
            format!("{code} {expected_total} is {total}")
        }
        Rejection::OrderNotFound { .. } | Rejection::OrderNotCancellable { .. } => code.to_owned(),
        Rejection::CampaignNotFound { campaign_id } | Rejection::CouponSoldOut { campaign_id } => {
            format!("{code} {campaign_id}")
        }
    }
}

pub(super) fn user(id: i64) -> UserId {
    UserId::new(id).unwrap()
}

pub(super) fn product_id(id: i64) -> ProductId {
    ProductId::new(id).unwrap()
}

pub(super) fn money(value: i64) -> Money {
    Money::new(value).unwrap()
}

pub(super) fn units(value: i64) -> Units {
    Units::new(value).unwrap()
}

pub(super) fn charge(user_id: i64, amount: i64) -> Charge {
    Charge::new(user(user_id), amount, None).unwrap()
}

pub(super) fn product(id: i64, price: i64, stock: i64) -> PutProduct {
    let name = format!("product {id}");
    PutProduct::new(product_id(id), &name, price, Some(stock), true, None).unwrap()
}

pub(super) fn limited(id: i64, price: i64, stock: i64, max_per_user: Option<i64>) -> PutProduct {
    PutProduct {
        max_per_user: max_per_user.map(units),
        ..product(id, price, stock)
    }
}

pub(super) fn order(user_id: i64, items: &[(i64, i64)]) -> PlaceOrder {
    PlaceOrder::new(user(user_id), items.iter().copied(), None, None).unwrap()
}

pub(super) fn cancel(order_id: OrderId, restock: bool) -> CancelOrder {
    CancelOrder::new(order_id, None, restock).unwrap()
}

/// Ten coupons of a fixed amount, valid from a second before [`NOW`] to a second after.
pub(super) fn campaign(amount: i64) -> CreateCampaign {
    CreateCampaign {
        name: Arc::from("campaign"),
        discount: Discount::Fixed {
            amount: money(amount),
        },
        minimum_subtotal: None,
        valid_from: Timestamp::from_micros(NOW - 1_000_000),
        valid_until: Timestamp::from_micros(NOW + 1_000_000),
        quantity: units(10),
    }
}

macro_rules! command_from {
    ($($kind:ident)*) => {$(
        impl From<$kind> for Command {
            fn from(command: $kind) -> Self {
                Self::$kind(command)
            }
        }
    )*};
}
command_from!(RegisterUser Charge AdjustBalance PutProduct AdjustStock);
command_from!(CreateCampaign IssueCoupon PlaceOrder CancelOrder);
