//! What a shopper does: takes a coupon, orders, pays money in, cancels.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::catalogue::{ARTICLES, USERS};
use super::client::{Client, Reply};
use super::shop::Shop;
use super::tally::Tally;

/// In percent: how often a shopper looks for a coupon before ordering.
const TAKES_COUPON: u8 = 12;
/// In percent: how often one who holds a coupon uses it.
const USES_COUPON: u8 = 60;
/// In percent: how often one tries a coupon that is used up.
const TRIES_USED_COUPON: u8 = 2;
/// In percent: how often a request is sent again with its key, as a client
/// does that lost the answer.
const SENDS_AGAIN: u8 = 2;
/// In percent: how often an order is cancelled.
const CANCELS: u8 = 3;
/// In percent: how often one whose balance is too low pays money in.
const CHARGES: u8 = 80;
/// What is paid in, in won.
const CHARGE_AMOUNTS: std::ops::RangeInclusive<i64> = 500..=2_000;
const CHARGE_UNIT: i64 = 1_000;

/// Lines and pieces that a shopper orders at most.
const MAX_LINES: usize = 3;
const MAX_PIECES: i64 = 3;

/// The shoppers of the demonstration.
pub(super) struct Shoppers {
    client: Client,
    shop: Arc<Shop>,
    tally: Arc<Tally>,
    /// `popularity[n]` is the sum of the shares of the products up to `n`.
    popularity: Vec<f64>,
    /// A coupon that is perhaps unused, and one that is used up; one of each a
    /// user, so that it stays small however long this runs.
    coupons: Mutex<HashMap<i64, Coupons>>,
}

#[derive(Clone, Default)]
struct Coupons {
    fresh: Option<String>,
    used: Option<String>,
}

impl Shoppers {
    pub(super) fn new(client: Client, shop: Arc<Shop>, tally: Arc<Tally>) -> Self {
        Self {
            client,
            shop,
            tally,
            popularity: popularity(ARTICLES.len()),
            coupons: Mutex::default(),
        }
    }

    /// One shopper's visit, with one order in it.
    pub(super) async fn visit(&self) {
        if self.try_to_visit().await.is_err() {
            // The connection broke; the server is perhaps ending.
            self.tally.count(|counts| counts.failed += 1);
        }
    }

    async fn try_to_visit(&self) -> reqwest::Result<()> {
        let user = fastrand::i64(1..=USERS);
        if chance(TAKES_COUPON) {
            self.take_coupon(user).await?;
        }
        let coupon = self.choose_coupon(user);
        let body = json!({"userId": user, "items": self.basket(), "couponId": coupon});
        let key = Uuid::now_v7();
        let begun = Instant::now();
        let reply = self
            .client
            .post_with_key("/orders", body.clone(), key)
            .await?;
        let latency = begun.elapsed();
        if reply.status != StatusCode::CREATED {
            return self.rejected(user, &reply, latency).await;
        }
        self.tally.order(latency, None);
        if let Some(coupon) = coupon {
            self.change_coupons(user, |coupons| {
                *coupons = Coupons {
                    fresh: None,
                    used: Some(coupon),
                };
            });
        }
        if chance(SENDS_AGAIN) {
            self.client.post_with_key("/orders", body, key).await?;
        }
        if let Some(order) = reply.text("orderId").filter(|_| chance(CANCELS)) {
            let body = json!({"reason": "changed my mind"});
            let reply = self
                .client
                .post(&format!("/orders/{order}/cancel"), body)
                .await?;
            if reply.status == StatusCode::OK {
                self.tally.count(|counts| counts.cancelled += 1);
            }
        }
        Ok(())
    }

    async fn rejected(
        &self,
        user: i64,
        reply: &Reply,
        latency: std::time::Duration,
    ) -> reqwest::Result<()> {
        let code = reply.code().unwrap_or("internal");
        if reply.status.is_server_error() {
            self.tally.count(|counts| counts.failed += 1);
            return Ok(());
        }
        self.tally.order(latency, Some(code));
        if code == "insufficient-balance" && chance(CHARGES) {
            let amount = fastrand::i64(CHARGE_AMOUNTS) * CHARGE_UNIT;
            let body = json!({"amount": amount, "reference": "card"});
            self.client
                .post(&format!("/users/{user}/balance/charges"), body)
                .await?;
        }
        Ok(())
    }

    async fn take_coupon(&self, user: i64) -> reqwest::Result<()> {
        let Some(campaign) = self.shop.some_campaign() else {
            return Ok(());
        };
        let path = format!("/campaigns/{campaign}/coupons");
        let reply = self.client.post(&path, json!({"userId": user})).await?;
        let available = reply.body.get("status").and_then(Value::as_str) == Some("AVAILABLE");
        if let Some(coupon) = reply.text("couponId").filter(|_| available) {
            if reply.status == StatusCode::CREATED {
                self.tally.count(|counts| counts.coupons += 1);
            }
            self.change_coupons(user, |coupons| coupons.fresh = Some(coupon));
        }
        Ok(())
    }

    fn choose_coupon(&self, user: i64) -> Option<String> {
        let mut chosen = None;
        self.change_coupons(user, |coupons| {
            if chance(TRIES_USED_COUPON) {
                chosen = coupons.used.clone();
            }
            if chosen.is_none() && chance(USES_COUPON) {
                chosen = coupons.fresh.clone();
            }
        });
        chosen
    }

    fn change_coupons(&self, user: i64, change: impl FnOnce(&mut Coupons)) {
        let mut coupons = self.coupons.lock().unwrap_or_else(PoisonError::into_inner);
        change(coupons.entry(user).or_default());
    }

    fn basket(&self) -> Vec<Value> {
        (0..fastrand::usize(1..=MAX_LINES))
            .map(|_| {
                let product = choose(&self.popularity, fastrand::f64()) + 1;
                json!({"productId": product, "quantity": fastrand::i64(1..=MAX_PIECES)})
            })
            .collect()
    }
}

fn chance(percent: u8) -> bool {
    fastrand::u8(..100) < percent
}

/// Running sums of Zipf's law: the product at rank `n` is bought `1/n` as often
/// as the first.
fn popularity(products: usize) -> Vec<f64> {
    (1..=products)
        .scan(0.0, |sum, rank| {
            *sum += 1.0 / rank as f64;
            Some(*sum)
        })
        .collect()
}

/// The place that a random number from 0 to 1 falls on.
fn choose(popularity: &[f64], random: f64) -> usize {
    let total = popularity.last().copied().unwrap_or_default();
    popularity
        .partition_point(|sum| *sum <= random * total)
        .min(popularity.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_product_is_bought_twice_as_often_as_the_second() {
        let popularity = popularity(36);
        let mut counts = [0_u32; 36];
        for step in 0..100_000 {
            counts[choose(&popularity, f64::from(step) / 100_000.0)] += 1;
        }
        let ratio = f64::from(counts[0]) / f64::from(counts[1]);
        assert!((1.9..2.1).contains(&ratio), "{counts:?}");
        assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
        assert_eq!(choose(&popularity, 1.0), 35);
    }
}
