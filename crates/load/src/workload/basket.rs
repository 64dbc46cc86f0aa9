//! What one shopper orders.

use std::fmt;

use fastrand::Rng;
use uuid::Uuid;

use super::popularity::Popularity;
use super::{Shop, Workload};

/// Most lines of an order: an ordinary basket.
const MAX_LINES: usize = 3;

/// Most pieces of a line.
const MAX_QUANTITY: u32 = 3;

/// Of so many products one is never sold out under [`Workload::SoldOut`].
const STOCKED_IN: u32 = 10;

/// A line of an order.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Item {
    /// The product, counted from 0.
    pub product: u32,
    /// How many pieces.
    pub quantity: u32,
}

/// An order as a shopper wants it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Basket {
    /// Who orders, counted from 0.
    pub user: u32,
    items: [Item; MAX_LINES],
    lines: usize,
}

impl Basket {
    /// One piece of one product.
    pub fn of_one(user: u32, product: u32) -> Self {
        let item = Item {
            product,
            quantity: 1,
        };
        Self {
            user,
            items: [item; MAX_LINES],
            lines: 1,
        }
    }

    /// The lines. A product may be in several.
    pub fn items(&self) -> &[Item] {
        &self.items[..self.lines]
    }
}

/// Draws baskets.
pub struct Baskets {
    workload: Workload,
    shop: Shop,
    popularity: Option<Popularity>,
}

impl Baskets {
    /// Baskets of a workload in a shop.
    pub fn new(workload: Workload, shop: Shop) -> Self {
        let is_skewed = workload == Workload::Zipf;
        Self {
            workload,
            shop,
            popularity: is_skewed.then(|| Popularity::new(shop.products)),
        }
    }

    /// Any user's basket.
    pub fn draw(&self, rng: &mut Rng) -> Basket {
        let user = rng.u32(..self.shop.users);
        self.draw_for(user, rng)
    }

    /// A basket of this user.
    pub fn draw_for(&self, user: u32, rng: &mut Rng) -> Basket {
        match self.workload {
            Workload::Hot => Basket::of_one(user, 0),
            Workload::SoldOut => Basket::of_one(user, rng.u32(..self.shop.products)),
            Workload::Uniform | Workload::Zipf | Workload::Coupon | Workload::Mixed => {
                let mut basket = Basket::of_one(user, 0);
                basket.lines = rng.usize(1..=MAX_LINES);
                for item in &mut basket.items {
                    let product = self.product(rng);
                    let quantity = rng.u32(1..=MAX_QUANTITY);
                    *item = Item { product, quantity };
                }
                basket
            }
        }
    }

    fn product(&self, rng: &mut Rng) -> u32 {
        match &self.popularity {
            Some(popularity) => popularity.rank(rng.f64()),
            None => rng.u32(..self.shop.products),
        }
    }
}

/// Whether a product, counted from 0, is one of those that
/// [`Workload::SoldOut`] never sells out: one in ten, and the first always.
pub(crate) fn is_plentiful(product: u32) -> bool {
    product.is_multiple_of(STOCKED_IN)
}

/// Writes the body of `POST /orders`.
pub(crate) fn write_body(
    to: &mut impl fmt::Write,
    basket: &Basket,
    coupon: Option<Uuid>,
    shop: &Shop,
) -> fmt::Result {
    write!(to, r#"{{"userId":{},"items":["#, shop.user_id(basket.user))?;
    for (index, item) in basket.items().iter().enumerate() {
        let (comma, quantity) = (if index == 0 { "" } else { "," }, item.quantity);
        let product = shop.product_id(item.product);
        write!(
            to,
            r#"{comma}{{"productId":{product},"quantity":{quantity}}}"#
        )?;
    }
    to.write_char(']')?;
    if let Some(coupon) = coupon {
        write!(to, r#","couponId":"{coupon}""#)?;
    }
    to.write_char('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_workload_draws_baskets_of_its_kind() {
        let shop = Shop::from_one(50, 100);
        let mut rng = Rng::with_seed(1);
        for workload in Workload::ALL {
            let baskets = Baskets::new(workload, shop);
            let (mut first, mut pieces) = (0, 0);
            for _ in 0..10_000 {
                let basket = baskets.draw(&mut rng);
                assert!(basket.user < shop.users, "{basket:?}");
                assert!((1..=3).contains(&basket.items().len()), "{basket:?}");
                for item in basket.items() {
                    assert!(item.product < shop.products, "{basket:?}");
                    assert!((1..=3).contains(&item.quantity), "{basket:?}");
                    first += u32::from(item.product == 0);
                    pieces += item.quantity;
                }
            }
            // Of 20,000 lines on average, 1 in 100 is of the first product, or
            // 1 in 5.2 by Zipf's law.
            let (few, many) = match workload {
                Workload::Hot => (10_000, 10_000),
                Workload::Zipf => (3_500, 4_200),
                Workload::SoldOut => (50, 150),
                _ => (120, 280),
            };
            assert!((few..=many).contains(&first), "{workload:?}: {first}");
            let is_single = matches!(workload, Workload::Hot | Workload::SoldOut);
            assert_eq!(pieces == 10_000, is_single, "{workload:?}: {pieces}");
        }
    }

    #[test]
    fn a_body_is_what_the_api_takes() {
        let shop = Shop {
            first_user: 1_000,
            first_product: 500,
            ..Shop::from_one(10, 10)
        };
        let mut basket = Basket::of_one(7, 3);
        let mut text = String::new();
        write_body(&mut text, &basket, None, &shop).unwrap();
        let expected = r#"{"userId":1007,"items":[{"productId":503,"quantity":1}]}"#;
        assert_eq!(text, expected);
        basket.lines = 2;
        let mut text = String::new();
        write_body(&mut text, &basket, Some(Uuid::nil()), &shop).unwrap();
        let body: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(body["items"][1]["productId"], 503);
        assert_eq!(body["couponId"], Uuid::nil().to_string());
    }
}
