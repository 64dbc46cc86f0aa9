//! What an engine is asked, and that it does it.

use std::sync::Arc;

use anyhow::{bail, ensure};
use fastrand::Rng;
use jumun_domain::{Answer, Decision, OrderId, Request};
use jumun_load::{Keys, Shop};
use jumun_store::Store;
use tokio::task::JoinSet;

use crate::shared::fill::Demand;

/// Orders that reads choose from: more than the caches of a database hold in
/// its nearest pages, few enough to be kept.
const MAX_REMEMBERED: usize = 1 << 17;

/// Orders without end, and those that were placed.
pub(crate) struct Requests {
    rng: Rng,
    demand: Demand,
    placed: Vec<OrderId>,
}

impl Requests {
    /// For a shop of this size.
    pub(crate) fn of(shop: Shop) -> Self {
        Self {
            rng: Rng::new(),
            demand: Demand::of(shop, Keys::TimeOrdered),
            placed: Vec::new(),
        }
    }

    /// The next orders.
    pub(crate) fn orders(&mut self, count: usize) -> Vec<Request> {
        let orders = std::iter::repeat_with(|| self.demand.order()).take(count);
        orders
            .collect::<anyhow::Result<_>>()
            .unwrap_or_else(|error| panic!("{error:#}"))
    }

    /// Keeps the ids of orders, up to a bound.
    pub(crate) fn remember(&mut self, placed: Vec<OrderId>) {
        let room = MAX_REMEMBERED.saturating_sub(self.placed.len());
        self.placed.extend(placed.into_iter().take(room));
    }

    /// Whether there is no order yet.
    pub(crate) fn nothing_placed(&self) -> bool {
        self.placed.is_empty()
    }

    /// Any of the orders that were placed.
    pub(crate) fn any_placed(&mut self, count: usize) -> Vec<OrderId> {
        let any = || self.placed[self.rng.usize(..self.placed.len())];
        std::iter::repeat_with(any).take(count).collect()
    }
}

/// Places orders at once; their ids.
///
/// # Errors
///
/// When one is rejected or fails.
pub(crate) async fn place(
    store: &Arc<dyn Store>,
    orders: Vec<Request>,
) -> anyhow::Result<Vec<OrderId>> {
    let mut tasks = JoinSet::new();
    let count = orders.len();
    for order in orders {
        let store = Arc::clone(store);
        tasks.spawn(async move { store.execute(order).await });
    }
    let mut placed = Vec::with_capacity(count);
    while let Some(answered) = tasks.join_next().await {
        match answered?? {
            Decision::Done(Answer::OrderPlaced(order)) => placed.push(order.id),
            other => bail!("an order was not placed: {other:?}"),
        }
    }
    Ok(placed)
}

/// Reads orders at once.
///
/// # Errors
///
/// When one is not there or a read fails.
pub(crate) async fn read(store: &Arc<dyn Store>, ids: Vec<OrderId>) -> anyhow::Result<()> {
    let mut tasks = JoinSet::new();
    for id in ids {
        let store = Arc::clone(store);
        tasks.spawn(async move { store.order(id).await });
    }
    while let Some(answered) = tasks.join_next().await {
        ensure!(
            answered??.is_some(),
            "an order that was placed is not there"
        );
    }
    Ok(())
}
