//! A mixed random load from several tasks, and then every sum anew.

use std::sync::Arc;

use fastrand::Rng;
use jumun_domain::{
    Answer, CampaignId, Command, Coupon, Decision, Order, ProductId, Request, UserId,
};

use super::expect;
use super::fixtures::{
    adjust_balance, adjust_stock, cancel, cancel_without_restock, charge, issue, keyed, order_of,
    plain, put_limited, register,
};
use super::trial::Trial;

/// Tasks that send requests at once.
const TASKS: usize = 8;
/// Requests of each task.
const REQUESTS_EACH: usize = 150;
/// So few users and products that the tasks meet in every batch.
const USERS: usize = 6;
/// See [`USERS`].
const PRODUCTS: usize = 5;

/// The environment variable that replays a failed run's random choices.
const SEED: &str = "JUMUN_CONFORMANCE_SEED";

fn seed() -> u64 {
    let given = std::env::var(SEED).ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| fastrand::u64(..))
}

/// One task: what it may name, and what it has been answered.
struct Shopper {
    trial: Trial,
    random: Rng,
    number: usize,
    users: Vec<UserId>,
    products: Vec<ProductId>,
    campaigns: Vec<CampaignId>,
    orders: Vec<Arc<Order>>,
    coupons: Vec<Coupon>,
    /// Keyed requests that were done, with their answers.
    answered: Vec<(Request, Answer)>,
}

impl Shopper {
    fn user(&mut self) -> UserId {
        self.users[self.random.usize(..self.users.len())]
    }

    fn product(&mut self) -> ProductId {
        self.products[self.random.usize(..self.products.len())]
    }

    fn order(&mut self) -> Command {
        let lines = self.random.usize(1..=4);
        let items: Vec<_> = (0..lines)
            .map(|_| (self.product(), self.random.i64(1..=3)))
            .collect();
        let coupon = self
            .random
            .choice(&self.coupons)
            .filter(|_| self.random.bool())
            .cloned();
        let user = coupon.as_ref().map_or_else(|| self.user(), |it| it.user_id);
        Command::PlaceOrder(order_of(user, &items, coupon.map(|it| it.id)))
    }

    fn command(&mut self) -> Command {
        match self.random.u8(..20) {
            0 => register(self.user(), Some("renamed")),
            1 => charge(self.user(), self.random.i64(1..=500)),
            2 => adjust_balance(self.user(), self.random.i64(-80..=-1)),
            3 => adjust_stock(self.product(), self.random.i64(-9..=-1)),
            4 => adjust_stock(self.product(), self.random.i64(1..=20)),
            5 => {
                let limit = Some(self.random.i64(1..=40)).filter(|_| self.random.bool());
                put_limited(self.product(), self.random.i64(0..=50), 0, limit)
            }
            6..=8 => {
                let campaign = self.campaigns[self.random.usize(..self.campaigns.len())];
                issue(campaign, self.user())
            }
            9..=12 if !self.orders.is_empty() => {
                let id = self.orders[self.random.usize(..self.orders.len())].id;
                if self.random.bool() {
                    cancel(id)
                } else {
                    cancel_without_restock(id)
                }
            }
            _ => self.order(),
        }
    }

    async fn run(mut self) -> Self {
        for index in 0..REQUESTS_EACH {
            let command = self.command();
            let request = if self.random.bool() {
                keyed(command, format!("{}-{index}", self.number))
            } else {
                plain(command)
            };
            if let Decision::Done(answer) = self.trial.decide(request.clone()).await {
                self.note(request, answer);
            }
        }
        self
    }

    fn note(&mut self, request: Request, answer: Answer) {
        match &answer {
            Answer::OrderPlaced(order) => self.orders.push(order.clone()),
            Answer::Coupon { coupon, .. } => self.coupons.push(coupon.clone()),
            _ => {}
        }
        let kept = !matches!(answer, Answer::User { .. } | Answer::Product { .. });
        if kept && request.idempotency.is_some() {
            self.answered.push((request, answer));
        }
    }
}

async fn shoppers(trial: &Trial, seed: u64) -> Vec<Shopper> {
    let users = trial.users(USERS, 3_000).await;
    let mut products = Vec::new();
    for price in 0..PRODUCTS as i64 {
        products.push(trial.product(10 * price, 150).await);
    }
    let campaigns = vec![
        trial.campaign(25, 4).await.id,
        trial.campaign(40, 100).await.id,
    ];
    let shopper = |number: usize| Shopper {
        trial: trial.clone(),
        random: Rng::with_seed(seed.wrapping_add(number as u64)),
        number,
        users: users.clone(),
        products: products.clone(),
        campaigns: campaigns.clone(),
        orders: Vec::new(),
        coupons: Vec::new(),
        answered: Vec::new(),
    };
    (0..TASKS).map(shopper).collect()
}

/// Printed when a case fails, so that the same choices can be made again.
struct Told(u64);

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            #[allow(clippy::print_stderr)] // The one word of a failing test to its reader.
            {
                eprintln!("to make the same random choices again: {SEED}={}", self.0);
            }
        }
    }
}

pub(super) async fn after_a_mixed_random_load_every_sum_is_right(trial: &Trial) {
    let seed = Told(seed());
    let tasks: Vec<_> = shoppers(trial, seed.0)
        .await
        .into_iter()
        .map(|it| tokio::spawn(it.run()))
        .collect();
    let mut shoppers = Vec::new();
    for task in tasks {
        shoppers.push(task.await.unwrap());
    }
    let shop = trial.check_laws().await;
    for shopper in &shoppers {
        for order in &shopper.orders {
            let index = shop.orders.binary_search_by_key(&order.id, |it| it.id);
            let kept = &shop.orders[index.unwrap_or_else(|_| panic!("{order:?} is gone"))];
            assert_eq!(kept.as_placed(), **order, "an order that was answered");
        }
    }
    trial.restart().await;
    assert_eq!(trial.snapshot().await, shop, "after a restart");
    for shopper in shoppers {
        for (request, first) in shopper.answered {
            match trial.decide(request.clone()).await {
                Decision::Replayed(again) => {
                    assert!(
                        expect::same_answer(&first, &again),
                        "{first:?}, then {again:?}"
                    );
                }
                other => panic!("{:?} was done before: {other:?}", request.command),
            }
        }
    }
    assert_eq!(trial.snapshot().await, shop, "after every replay");
}
