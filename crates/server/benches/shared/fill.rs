//! A new database: users with money, products with stock, and orders.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, anyhow, ensure};
use fastrand::Rng;
use jumun_domain::{
    Charge, Command, Decision, IdempotencyKey, PlaceOrder, ProductId, PutProduct, RegisterUser,
    Request, UserId, Violation,
};
use jumun_store::Store;
use tokio::task::JoinSet;

use crate::shared::demand::{Basket, KeyMint, Keys, Size, Workload};

/// Enough waiting requests for full batches, far below an engine's queue.
const IN_FLIGHT: usize = 512;
/// No run empties it.
pub(crate) const BALANCE: i64 = 1_000_000_000_000;
/// No run empties it.
pub(crate) const STOCK: i64 = 1_000_000_000_000;
/// A product costs this and its id.
pub(crate) const MIN_PRICE: i64 = 1_000;

/// What a new database holds beside users and products.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FillPlan {
    /// How many users and products.
    pub(crate) size: Size,
    /// Orders of the uniform workload.
    pub(crate) orders: u64,
    /// Which keys they were placed under.
    pub(crate) keys: Keys,
}

/// Fills an empty store through its ordinary requests.
pub(crate) async fn fill(store: Arc<dyn Store>, plan: FillPlan) -> anyhow::Result<()> {
    let size = plan.size;
    execute_all(&store, (1..=size.products).map(product)).await?;
    execute_all(&store, (1..=size.users).map(user)).await?;
    execute_all(&store, (1..=size.users).map(charge)).await?;
    let mut rng = Rng::new();
    let mut mint = KeyMint::new(plan.keys);
    let orders = (0..plan.orders).map(move |_| order(&mut rng, &mut mint, size));
    execute_all(&store, orders).await
}

fn product(id: i64) -> anyhow::Result<Request> {
    let product_id = ProductId::new(id).context("product ids start at 1")?;
    let price = MIN_PRICE + id;
    let name = format!("Product {id}");
    let product = PutProduct::new(product_id, &name, price, Some(STOCK), true, None);
    Ok(Request::new(
        Command::PutProduct(product.map_err(invalid)?),
        None,
    ))
}

fn user(id: i64) -> anyhow::Result<Request> {
    let user = RegisterUser::new(user_id(id)?, Some(&format!("User {id}")));
    Ok(Request::new(
        Command::RegisterUser(user.map_err(invalid)?),
        None,
    ))
}

fn charge(id: i64) -> anyhow::Result<Request> {
    let charge = Charge::new(user_id(id)?, BALANCE, None);
    Ok(Request::new(
        Command::Charge(charge.map_err(invalid)?),
        None,
    ))
}

fn order(rng: &mut Rng, mint: &mut KeyMint, size: Size) -> anyhow::Result<Request> {
    let basket = Basket::any(rng, Workload::Uniform, size);
    let user_id = user_id(basket.user_id)?;
    let order = PlaceOrder::new(user_id, basket.items.into_iter(), None, None);
    let key = mint
        .next()
        .and_then(|key| IdempotencyKey::parse(&key.to_string()).ok());
    Ok(Request::new(
        Command::PlaceOrder(order.map_err(invalid)?),
        key,
    ))
}

fn user_id(id: i64) -> anyhow::Result<UserId> {
    UserId::new(id).context("user ids start at 1")
}

fn invalid(violations: Vec<Violation>) -> anyhow::Error {
    anyhow!("the bench asks for something invalid; mend its fill: {violations:?}")
}

/// Executes requests of which none may be rejected, many at once.
async fn execute_all(
    store: &Arc<dyn Store>,
    requests: impl Iterator<Item = anyhow::Result<Request>> + Send + 'static,
) -> anyhow::Result<()> {
    let requests = Arc::new(Mutex::new(requests));
    let mut tasks = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let (store, requests) = (Arc::clone(store), Arc::clone(&requests));
        tasks.spawn(async move {
            loop {
                let next = requests
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .next();
                let Some(request) = next else { return Ok(()) };
                let decision = store.execute(request?).await?;
                ensure!(
                    matches!(decision, Decision::Done(_)),
                    "rejected: {decision:?}"
                );
            }
        });
    }
    while let Some(finished) = tasks.join_next().await {
        finished??;
    }
    Ok(())
}
