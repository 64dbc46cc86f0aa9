//! Paging through a list while it grows: what was there at the start is seen
//! once and in order, whatever is added meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jumun_domain::{Entry, Order, ProductId, StockAdjustment, UserId};
use tokio::task::JoinHandle;

use super::expect;
use super::fixtures::{adjust_stock, cancel, place};
use super::read_all::{read_all, there};
use super::trial::Trial;

/// Orders before the reading begins.
const AT_FIRST: usize = 30;
/// Tasks that write meanwhile.
const WRITERS: usize = 4;
/// A page that no list ends on.
const PAGE: usize = 7;
/// How often each list is read while it grows.
const ROUNDS: usize = 8;

/// Most rounds of each writer: a fast engine must not make the list grow faster
/// than it can be read.
const WRITES_EACH: usize = 150;

/// Writes until told to stop: orders, cancels and stock adjustments.
struct Writers {
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Writers {
    fn start(trial: &Trial, user: UserId, product: ProductId) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let tasks = (0..WRITERS)
            .map(|_| {
                let (trial, stop) = (trial.clone(), stop.clone());
                tokio::spawn(async move {
                    for _ in 0..WRITES_EACH {
                        if stop.load(Ordering::Relaxed) {
                            return;
                        }
                        let answer = trial.done(place(user, &[(product, 1)])).await;
                        trial.done(cancel(expect::order(answer).id)).await;
                        trial.done(adjust_stock(product, 1)).await;
                    }
                })
            })
            .collect();
        Self { stop, tasks }
    }

    async fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.unwrap();
        }
    }
}

pub(super) async fn a_list_that_grows_is_paged_through_without_a_gap_or_a_repeat(trial: &Trial) {
    let user = trial.user(1_000_000).await;
    let product = trial.product(1, 1_000_000).await;
    for _ in 0..AT_FIRST {
        trial.order(user, &[(product, 1)]).await;
        trial.done(adjust_stock(product, 1)).await;
    }
    let first = trial.snapshot().await;
    let store = trial.store();
    let writers = Writers::start(trial, user, product);
    for _ in 0..ROUNDS {
        let key = |it: &Arc<Order>| it.id;
        let orders = read_all(PAGE, key, async |page| {
            there(store.orders(user, page).await)
        })
        .await;
        assert!(
            orders.is_sorted_by(|a, b| a.id > b.id),
            "newest first, none twice"
        );
        let oldest: Vec<_> = orders.iter().rev().take(AT_FIRST).collect();
        assert_eq!(
            oldest,
            first.orders.iter().collect::<Vec<_>>(),
            "all that was there"
        );

        let orders = read_all(PAGE, key, async |page| store.all_orders(page).await).await;
        assert!(
            orders.is_sorted_by(|a, b| a.id < b.id),
            "oldest first, none twice"
        );
        assert_eq!(orders[..AT_FIRST], first.orders, "all that was there");

        let read = async |page| there(store.entries(user, page).await);
        let entries = read_all(PAGE, |it: &Entry| it.id, read).await;
        ledger_has_no_gap(&entries);
        assert!(
            entries.ends_with(&first.user(user).entries),
            "all that was there"
        );

        let read = async |page| there(store.stock_adjustments(product, page).await);
        let adjustments = read_all(PAGE, |it: &StockAdjustment| it.id, read).await;
        assert!(
            adjustments.is_sorted_by(|a, b| a.id < b.id),
            "oldest first, none twice"
        );
        assert!(
            adjustments.starts_with(&first.products[0].adjustments),
            "all that was there"
        );
    }
    writers.stop().await;
}

/// Each entry goes on from the next older one: no entry is left out.
fn ledger_has_no_gap(newest_first: &[Entry]) {
    for pair in newest_first.windows(2) {
        let expected = pair[1].balance_after.checked_add(pair[0].amount);
        assert_eq!(Some(pair[0].balance_after), expected, "{pair:?}");
    }
}

pub(super) async fn a_read_sees_a_user_and_a_product_of_one_moment(trial: &Trial) {
    let user = trial.user(1_000_000).await;
    let product = trial.product(1, 1_000_000).await;
    let writers = Writers::start(trial, user, product);
    let store = trial.store();
    for _ in 0..ROUNDS * PAGE {
        let row = store.user(user).await.unwrap().unwrap();
        assert_eq!(row.balance.get() + row.paid.get(), 1_000_000, "{row:?}");
        let entries = store
            .entries(
                user,
                crate::Page {
                    after: None,
                    limit: PAGE,
                },
            )
            .await;
        ledger_has_no_gap(&entries.unwrap().unwrap().items);
    }
    writers.stop().await;
}
