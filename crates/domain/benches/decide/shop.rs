//! The rows and the orders of the bench.

use std::sync::Arc;

use jumun_domain::{
    Command, IdempotencyKey, Money, Needs, PlaceOrder, Product, ProductId, Request, Timestamp,
    Units, User, UserId, WorkingSet, needs,
};

/// The time of every decision.
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
/// What every user has: no batch empties it.
pub(crate) const BALANCE: i64 = 1_000_000_000;
/// What there is of every product: no batch empties it.
const STOCK: i64 = 1_000_000_000;
/// What everything costs.
pub(crate) const PRICE: i64 = 12_900;
/// Lines of an order of a batch: 1, 2 or 3, as its number says.
const MAX_LINES: usize = 3;
/// A stride without a common factor with the number of products, so that the
/// orders of a batch want different ones, and the same ones in every run.
const STRIDE: i64 = 7_919;

/// A user's id.
pub(crate) fn user_id(id: i64) -> UserId {
    UserId::new(id).expect("ids of the bench start at 1")
}

/// A product's id.
pub(crate) fn product_id(id: i64) -> ProductId {
    ProductId::new(id).expect("ids of the bench start at 1")
}

/// A user with money.
pub(crate) fn user(id: UserId) -> User {
    User {
        balance: money(BALANCE),
        ..User::new(id, Some(Arc::from("A shopper")), NOW)
    }
}

/// A product with so much stock.
pub(crate) fn product(id: ProductId, stock: i64) -> Product {
    Product {
        id,
        name: Arc::from(format!("Product {id}")),
        price: money(PRICE),
        stock: Units::new(stock).expect("stocks of the bench are small"),
        sold: Units::ZERO,
        active: true,
        max_per_user: None,
        counts_purchases: false,
        created_at: NOW,
    }
}

/// An amount.
pub(crate) fn money(amount: i64) -> Money {
    Money::new(amount).expect("amounts of the bench are small")
}

/// An order of these lines without a coupon, under a key of its own.
pub(crate) fn order(user: UserId, items: Vec<(i64, i64)>, key: &str) -> Request {
    let order = PlaceOrder::new(user, items.into_iter(), None, None);
    let order = order.expect("the bench asks for something valid");
    Request::new(Command::PlaceOrder(order), Some(self::key(key)))
}

/// A key.
pub(crate) fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).expect("keys of the bench are valid")
}

/// The order with this number in a batch, by a user of its own.
pub(crate) fn basket(index: usize, products: i64) -> Request {
    let number = i64::try_from(index).expect("batches are small");
    let lines = index % MAX_LINES + 1;
    let items = (number..).take(lines);
    let items = items.map(|line| ((number + line) * STRIDE % products + 1, 1));
    order(
        user_id(number + 1),
        items.collect(),
        &format!("0192f4c8-6e8a-7000-8000-{number:012x}"),
    )
}

/// A set with every row that these orders can touch.
pub(crate) fn holding(requests: &[Request]) -> WorkingSet {
    let mut set = WorkingSet::default();
    let mut missing = Needs::default();
    for request in requests {
        needs(&set, request, &mut missing);
    }
    for id in missing.users {
        set.users.load(id, Some(user(id)));
    }
    for id in missing.products {
        set.products.load(id, Some(product(id, STOCK)));
    }
    for key in missing.keys {
        set.keys.load(key, None);
    }
    set
}
