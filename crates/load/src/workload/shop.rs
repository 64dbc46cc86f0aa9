//! The users and products of a load.

/// The price of the first product of a load; each further one costs one more.
const PRICE: i64 = 1_000;

/// Users and products that are numbered without gaps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shop {
    /// The id of the first user.
    pub first_user: i64,
    /// How many users there are, at least one.
    pub users: u32,
    /// The id of the first product.
    pub first_product: i64,
    /// How many products there are, at least one.
    pub products: u32,
}

impl Shop {
    /// A shop whose users and products are numbered from 1.
    pub fn from_one(users: u32, products: u32) -> Self {
        Self {
            first_user: 1,
            users,
            first_product: 1,
            products,
        }
    }

    /// The id of a user, counted from 0.
    pub fn user_id(&self, user: u32) -> i64 {
        self.first_user + i64::from(user)
    }

    /// The id of a product, counted from 0.
    pub fn product_id(&self, product: u32) -> i64 {
        self.first_product + i64::from(product)
    }
}

/// What a product, counted from 0, costs in a shop that was prepared for a load.
pub(crate) fn price(product: u32) -> i64 {
    PRICE + i64::from(product)
}
