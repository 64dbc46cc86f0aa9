//! Users with money, products with stock, and campaigns, through the public API.

use std::time::Duration;

use fastrand::Rng;
use serde::Deserialize;

use super::coupons::{self, Coupon};
use super::errand::Errand;
use super::{Context, Trouble, crew};
use crate::wire::Answer;
use crate::workload::{KeyMint, Keys, Shop, Workload, is_plentiful, price};

/// The lowest id that a load uses. Shops number from 1, by clocks that have not
/// come that far, or by 64 bits that are beyond.
const FIRST_ID: i64 = 1 << 46;

/// Ids of a load: more than a load may have users or products.
const IDS: i64 = 1 << 20;

/// Ranges of ids that a load draws one of: the last ends below a hundred
/// trillion, so that all ids have as many digits.
const RANGES: i64 = 1 << 24;

/// Draws of a range before it is given up. Two loads on one shop meet once in
/// sixteen million.
const DRAWS: usize = 3;

/// What a user has: no load uses it up.
pub(crate) const BALANCE: i64 = 1_000_000_000_000;

/// What there is of a product: no load uses it up.
const STOCK: i64 = 1_000_000_000_000;

/// What there is of a product that is sold out soon.
const SCARCE_STOCK: i64 = 5;

/// Campaigns of the mixed workload: so many coupons a user can get.
const MIXED_CAMPAIGNS: usize = 16;

/// What is to be prepared.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// What will be asked for.
    pub workload: Workload,
    /// Users of the load.
    pub users: u32,
    /// Products of the load.
    pub products: u32,
    /// How long the load will last, with its warm-up.
    pub length: Duration,
    /// Orders a second, where that is fixed.
    pub rate: Option<f64>,
}

/// A shop within the shop, for one load.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Its users and products.
    pub shop: Shop,
    /// The stock of each product.
    pub(crate) stock: Vec<i64>,
    /// Campaigns that coupons can be taken of.
    pub(super) campaigns: Vec<i64>,
    /// Coupons that were taken.
    pub(super) coupons: Vec<Coupon>,
}

impl Prepared {
    /// Coupons that orders can use.
    pub fn coupons(&self) -> usize {
        self.coupons.len()
    }
}

#[derive(Deserialize)]
struct WithBalance {
    balance: i64,
}

#[derive(Deserialize)]
struct WithStock {
    stock: i64,
}

/// Prepares a shop, and blocks until it is there.
///
/// # Errors
///
/// What stood in the way. What was created by then stays.
pub fn prepare(wanted: &Wanted, context: &Context) -> Result<Prepared, Trouble> {
    crew::reach(&context.target, Duration::ZERO)?;
    let shop = draw(wanted, context)?;
    let workload = wanted.workload;
    let stock = Errand {
        what: "create a product",
        things: "products",
        count: u64::from(shop.products),
        until: None,
    }
    .run(
        context,
        vec![0; shop.products as usize],
        move |turn, writer, request| {
            let product = index(turn);
            let (id, price) = (shop.product_id(product), price(product));
            let stock = stock(workload, product);
            writer.put(
                request,
                format_args!("/products/{id}"),
                format_args!(r#"{{"name":"Load {id}","price":{price},"stock":{stock}}}"#),
            );
        },
        |stocks: &mut Vec<i64>, turn, answer| {
            let found: Option<WithStock> = body(answer);
            let place = stocks.get_mut(index(turn) as usize);
            place
                .zip(found)
                .map(|(it, found)| *it = found.stock)
                .is_some()
        },
    )?;
    users(shop, context)?;
    let mut prepared = Prepared {
        shop,
        stock,
        campaigns: Vec::new(),
        coupons: Vec::new(),
    };
    match workload {
        Workload::Mixed => {
            for _ in 0..MIXED_CAMPAIGNS {
                let campaign = coupons::create_campaign(shop, context)?;
                prepared.campaigns.push(campaign);
            }
        }
        Workload::Coupon => prepared.coupons = coupons::take(shop, wanted, context)?,
        Workload::Uniform | Workload::Zipf | Workload::Hot | Workload::SoldOut => {}
    }
    Ok(prepared)
}

/// Ids that nobody has: the first product is created, and must not be there.
fn draw(wanted: &Wanted, context: &Context) -> Result<Shop, Trouble> {
    let (mut rng, workload) = (Rng::new(), wanted.workload);
    for _ in 0..DRAWS {
        let first = FIRST_ID + rng.i64(0..RANGES) * IDS;
        let shop = Shop {
            first_user: first,
            users: wanted.users,
            first_product: first,
            products: wanted.products,
        };
        let is_free = Errand {
            what: "create a product",
            things: "products",
            count: 1,
            until: None,
        }
        .run(
            context,
            false,
            move |_, writer, request| {
                let (stock, price) = (stock(workload, 0), price(0));
                writer.create(
                    request,
                    format_args!("/products/{first}"),
                    format_args!(r#"{{"name":"Load {first}","price":{price},"stock":{stock}}}"#),
                );
            },
            |is_free: &mut bool, _, answer: &Answer<'_>| {
                *is_free = answer.status == 201;
                *is_free || answer.status == 412
            },
        )?;
        if is_free {
            return Ok(shop);
        }
    }
    Err(Trouble::Taken)
}

fn users(shop: Shop, context: &Context) -> Result<(), Trouble> {
    let count = u64::from(shop.users);
    Errand {
        what: "register a user",
        things: "users",
        count,
        until: None,
    }
    .run(
        context,
        (),
        move |turn, writer, request| {
            let id = shop.user_id(index(turn));
            writer.put(
                request,
                format_args!("/users/{id}"),
                format_args!(r#"{{"name":"Load {id}"}}"#),
            );
        },
        |(): &mut (), _, answer: &Answer<'_>| matches!(answer.status, 200 | 201),
    )?;
    let mut mint = KeyMint::new(Keys::TimeOrdered);
    Errand {
        what: "charge a balance",
        things: "balances",
        count,
        until: None,
    }
    .run(
        context,
        (),
        move |turn, writer, request| {
            let id = shop.user_id(index(turn));
            writer.post(
                request,
                format_args!("/users/{id}/balance/charges"),
                mint.mint(),
                format_args!(r#"{{"amount":{BALANCE},"reference":"load"}}"#),
            );
        },
        |(): &mut (), _, answer| {
            let found: Option<WithBalance> = body(answer);
            // Of a user who had something before, somebody else knows.
            found.is_some_and(|it| it.balance == BALANCE)
        },
    )
}

/// The stock that a product, counted from 0, begins with.
fn stock(workload: Workload, product: u32) -> i64 {
    if workload == Workload::SoldOut && !is_plentiful(product) {
        SCARCE_STOCK
    } else {
        STOCK
    }
}

/// Reads the body of an answer that is no refusal.
pub(super) fn body<'a, T: Deserialize<'a>>(answer: &Answer<'a>) -> Option<T> {
    let is_done = matches!(answer.status, 200 | 201);
    is_done.then(|| serde_json::from_slice(answer.body).ok())?
}

/// A place among the users or products of a shop, which a `u32` counts.
pub(super) fn index(turn: u64) -> u32 {
    u32::try_from(turn).unwrap_or(u32::MAX)
}
