//! Requests by their plain numbers.

use jumun_domain::{
    Charge, Command, IdempotencyKey, PlaceOrder, ProductId, PutProduct, RegisterUser, Request,
    UserId,
};

pub(crate) fn user(id: i64) -> UserId {
    UserId::new(id).unwrap()
}

pub(crate) fn product(id: i64) -> ProductId {
    ProductId::new(id).unwrap()
}

pub(crate) fn register(user_id: i64) -> Command {
    Command::RegisterUser(RegisterUser::new(user(user_id), None).unwrap())
}

pub(crate) fn charge(user_id: i64, amount: i64) -> Command {
    Command::Charge(Charge::new(user(user_id), amount, None).unwrap())
}

/// A charge that can be found again by its reference.
pub(crate) fn charge_for(user_id: i64, amount: i64, reference: &str) -> Command {
    Command::Charge(Charge::new(user(user_id), amount, Some(reference)).unwrap())
}

pub(crate) fn put_product(product_id: i64, price: i64, stock: i64) -> Command {
    let put = PutProduct::new(
        product(product_id),
        "동백 비누",
        price,
        Some(stock),
        true,
        None,
    );
    Command::PutProduct(put.unwrap())
}

/// An order of one piece of each product.
pub(crate) fn order(user_id: i64, products: &[i64]) -> Command {
    let lines: Vec<_> = products.iter().map(|id| (*id, 1)).collect();
    Command::PlaceOrder(PlaceOrder::new(user(user_id), lines.into_iter(), None, None).unwrap())
}

pub(crate) fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

pub(crate) fn keyed(command: Command, text: &str) -> Request {
    Request::new(command, Some(key(text)))
}

/// A request that no key protects.
pub(crate) fn plain(command: Command) -> Request {
    Request::new(command, None)
}
