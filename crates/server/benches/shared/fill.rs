//! A new database: users with money, products with stock, and orders.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, anyhow, ensure};
use fastrand::Rng;
use jumun_domain::{
    Charge, Command, Decision, IdempotencyKey, PlaceOrder, ProductId, PutProduct, RegisterUser,
    Request, UserId, Violation,
};
use jumun_load::{Baskets, KeyMint, Keys, Shop, Workload};
use jumun_store::Store;
use tokio::task::JoinSet;

/// Two of the largest batches: one is written while the next comes together.
const IN_FLIGHT: usize = 2_048;
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
    pub(crate) shop: Shop,
    /// Orders of the uniform workload, under time-ordered keys.
    pub(crate) orders: u64,
    /// Whether nine of ten products are sold out.
    pub(crate) is_sold_out: bool,
}

impl FillPlan {
    /// Users and products, and no order.
    pub(crate) fn empty(shop: Shop) -> Self {
        Self {
            shop,
            orders: 0,
            is_sold_out: false,
        }
    }
}

/// Fills an empty store through its ordinary requests.
pub(crate) async fn fill(store: Arc<dyn Store>, plan: FillPlan) -> anyhow::Result<()> {
    let shop = plan.shop;
    let (users, products) = (1..=i64::from(shop.users), 0..shop.products);
    let stock = move |product| match plan.is_sold_out && !is_plentiful(product) {
        true => 0,
        false => STOCK,
    };
    let products = products.map(move |it| product(shop.product_id(it), stock(it)));
    execute_all(&store, products).await?;
    execute_all(&store, users.clone().map(user)).await?;
    execute_all(&store, users.map(charge)).await?;
    let mut demand = Demand::of(shop, Keys::TimeOrdered);
    let orders = (0..plan.orders).map(move |_| demand.order());
    execute_all(&store, orders).await
}

/// Whether a product, counted from 0, is never sold out: one in ten.
fn is_plentiful(product: u32) -> bool {
    const ONE_IN: u32 = 10;
    product.is_multiple_of(ONE_IN)
}

/// Orders of any users of any products, as an engine takes them.
pub(crate) struct Demand {
    rng: Rng,
    baskets: Baskets,
    mint: KeyMint,
    shop: Shop,
}

impl Demand {
    /// Orders in this shop.
    pub(crate) fn of(shop: Shop, keys: Keys) -> Self {
        Self {
            rng: Rng::new(),
            baskets: Baskets::new(Workload::Uniform, shop),
            mint: KeyMint::new(keys),
            shop,
        }
    }

    /// The next order.
    pub(crate) fn order(&mut self) -> anyhow::Result<Request> {
        let basket = self.baskets.draw(&mut self.rng);
        let user_id = user_id(self.shop.user_id(basket.user))?;
        let items = basket.items().iter();
        let items = items.map(|it| (self.shop.product_id(it.product), i64::from(it.quantity)));
        let order = PlaceOrder::new(user_id, items, None, None).map_err(invalid)?;
        let key = self.mint.mint();
        let key = key.and_then(|key| IdempotencyKey::parse(&key.to_string()).ok());
        Ok(Request::new(Command::PlaceOrder(order), key))
    }
}

fn product(id: i64, stock: i64) -> anyhow::Result<Request> {
    let product_id = ProductId::new(id).context("product ids start at 1")?;
    let price = MIN_PRICE + id;
    let name = format!("Product {id}");
    let product = PutProduct::new(product_id, &name, price, Some(stock), true, None);
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
