//! Opens the shop and keeps it going: deliveries, and new coupons.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::catalogue::{ARTICLES, FLASH_OFFER, OFFERS, Offer, PASTED_PRODUCT, USERS, user_name};
use super::client::{Client, Reply};
use crate::failure::Failure;

/// How long a campaign runs: longer than anybody watches.
const CAMPAIGN_DAYS: i64 = 30;

/// The least and the most that a shopper has on opening, in won.
const OPENING_BALANCES: std::ops::RangeInclusive<i64> = 200_000..=2_000_000;

/// How often, in percent, an empty shelf is filled when somebody looks: rarely
/// enough that shoppers meet with empty shelves.
const DELIVERY_PERCENT: u8 = 30;

/// Below this share of its opening stock, one part in so many, a product is
/// delivered before it runs out.
const LOW_STOCK_PART: i64 = 20;

/// Campaigns that shoppers know of: the newest.
const MAX_CAMPAIGNS: usize = 6;

/// Products on the page that the keeper reads: all of them.
const PAGE: usize = 200;

/// What shoppers know about the shop.
pub(super) struct Shop {
    campaigns: Mutex<VecDeque<i64>>,
}

impl Shop {
    /// Registers shoppers, products and campaigns.
    ///
    /// # Errors
    ///
    /// When the server does not do it.
    pub(super) async fn open(client: &Client) -> Result<Self, Failure> {
        let mut tasks = JoinSet::new();
        for user in 1..=USERS {
            let client = client.clone();
            tasks.spawn(async move { register(&client, user).await });
        }
        for (place, article) in ARTICLES.iter().enumerate() {
            let client = client.clone();
            let body = json!({
                "name": article.name, "price": article.price, "stock": article.stock,
            });
            tasks.spawn(async move {
                accepted(client.put(&format!("/products/{}", place + 1), body).await)
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.map_err(|error| cannot_open(&error.to_string()))??;
        }
        let shop = Self {
            campaigns: Mutex::new(VecDeque::new()),
        };
        for offer in OFFERS {
            shop.offer(client, offer).await?;
        }
        Ok(shop)
    }

    /// A campaign that a shopper has heard of.
    pub(super) fn some_campaign(&self) -> Option<i64> {
        let campaigns = self.campaigns();
        let place = fastrand::usize(..campaigns.len().max(1));
        campaigns.get(place).copied()
    }

    /// Opens another first come, first served campaign.
    ///
    /// # Errors
    ///
    /// When the server does not do it.
    pub(super) async fn flash(&self, client: &Client) -> Result<(), Failure> {
        self.offer(client, &FLASH_OFFER).await
    }

    /// Fills up what is low. Not every empty shelf at once.
    ///
    /// # Errors
    ///
    /// When the server does not do it.
    pub(super) async fn deliver(&self, client: &Client) -> Result<(), Failure> {
        let reply = accepted(client.get(&format!("/products?limit={PAGE}")).await)?;
        let products = reply.body.get("items").and_then(Value::as_array);
        for product in products.into_iter().flatten() {
            let number = |member| {
                product
                    .get(member)
                    .and_then(Value::as_i64)
                    .unwrap_or_default()
            };
            let (id, stock) = (number("productId"), number("stock"));
            let full = place(id).map_or(0, |place| ARTICLES[place].stock);
            let low = stock <= full / LOW_STOCK_PART;
            if low && (id == PASTED_PRODUCT || fastrand::u8(..100) < DELIVERY_PERCENT) {
                let body = json!({"delta": full - stock, "reason": "delivery"});
                let path = format!("/products/{id}/stock/adjustments");
                accepted(client.post(&path, body).await)?;
            }
        }
        Ok(())
    }

    async fn offer(&self, client: &Client, offer: &Offer) -> Result<(), Failure> {
        let discount: Value = serde_json::from_str(offer.discount)
            .map_err(|error| cannot_open(&error.to_string()))?;
        let from = Timestamp::now();
        let until = from
            .checked_add(SignedDuration::from_hours(24 * CAMPAIGN_DAYS))
            .map_err(|error| cannot_open(&error.to_string()))?;
        let body = json!({
            "name": offer.name,
            "discount": discount,
            "minimumSubtotal": offer.minimum_subtotal,
            "validFrom": whole_seconds(from),
            "validUntil": whole_seconds(until),
            "quantity": offer.quantity,
        });
        let reply = accepted(client.post("/campaigns", body).await)?;
        if let Some(id) = reply.body.get("campaignId").and_then(Value::as_i64) {
            let mut campaigns = self.campaigns();
            if campaigns.len() == MAX_CAMPAIGNS {
                // The first two are for everybody and stay.
                campaigns.remove(2);
            }
            campaigns.push_back(id);
        }
        Ok(())
    }

    fn campaigns(&self) -> MutexGuard<'_, VecDeque<i64>> {
        self.campaigns
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place in the catalogue of a product of ours.
fn place(product: i64) -> Option<usize> {
    let place = usize::try_from(product).ok()?.checked_sub(1)?;
    (place < ARTICLES.len()).then_some(place)
}

async fn register(client: &Client, user: i64) -> Result<Reply, Failure> {
    let body = json!({"name": user_name(user)});
    accepted(client.put(&format!("/users/{user}"), body).await)?;
    let amount = fastrand::i64(OPENING_BALANCES) / 1_000 * 1_000;
    let body = json!({"amount": amount, "reference": "opening balance"});
    accepted(
        client
            .post(&format!("/users/{user}/balance/charges"), body)
            .await,
    )
}

fn accepted(reply: reqwest::Result<Reply>) -> Result<Reply, Failure> {
    let reply = reply.map_err(|error| cannot_open(&error.to_string()))?;
    if reply.status == StatusCode::OK || reply.status == StatusCode::CREATED {
        Ok(reply)
    } else {
        Err(cannot_open(&format!(
            "the server answered {} {}",
            reply.status, reply.body
        )))
    }
}

fn cannot_open(reason: &str) -> Failure {
    Failure::new(format!("cannot keep the demonstration shop: {reason}"))
        .help("check that the temporary folder has room, and start the demonstration again")
}

fn whole_seconds(time: Timestamp) -> String {
    Timestamp::from_second(time.as_second())
        .unwrap_or(time)
        .to_string()
}
