//! What the shop holds before the first order.

use anyhow::{Context, anyhow};
use jumun_domain::{
    Charge, Command, ProductId, PutProduct, RegisterUser, Request, UserId, Violation,
};

/// Users of the shop.
pub(crate) const USERS: i64 = 100_000;
/// Products of the shop.
pub(crate) const PRODUCTS: i64 = 10_000;
/// No run empties it.
pub(crate) const BALANCE: i64 = 1_000_000_000_000;
/// No run empties it.
pub(crate) const STOCK: i64 = 1_000_000_000_000;

/// A product by its number.
pub(crate) fn product(id: i64) -> anyhow::Result<Request> {
    let product_id = ProductId::new(id).context("product ids start at 1")?;
    let product = PutProduct::new(product_id, &name(id), price(id), Some(STOCK), true, None);
    Ok(Request::new(
        Command::PutProduct(product.map_err(invalid)?),
        None,
    ))
}

/// The name of a product.
pub(crate) fn name(id: i64) -> String {
    format!("Product {id}")
}

/// The price of a product.
pub(crate) fn price(id: i64) -> i64 {
    const CHEAPEST: i64 = 1_000;
    CHEAPEST + id
}

/// A user by number.
pub(crate) fn user(id: i64) -> anyhow::Result<Request> {
    let user = RegisterUser::new(user_id(id)?, Some(&format!("User {id}")));
    Ok(Request::new(
        Command::RegisterUser(user.map_err(invalid)?),
        None,
    ))
}

/// A user's money.
pub(crate) fn charge(id: i64) -> anyhow::Result<Request> {
    let charge = Charge::new(user_id(id)?, BALANCE, None);
    Ok(Request::new(
        Command::Charge(charge.map_err(invalid)?),
        None,
    ))
}

/// A user's id.
pub(crate) fn user_id(id: i64) -> anyhow::Result<UserId> {
    UserId::new(id).context("user ids start at 1")
}

fn invalid(violations: Vec<Violation>) -> anyhow::Error {
    anyhow!("the bench asks for something invalid; mend its fill: {violations:?}")
}
