//! Customers that order all the while, wherever a server lets them in.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::shop::LOOK_PERIOD;
use crate::support::{Client, DEADLINE, Server, one_piece};

/// How many there are: more than must fail until a platform counts as down, as
/// one event of a user is on its way at a time.
pub(super) const CUSTOMERS: u64 = 8;
/// The product that they buy, of which there is plenty.
pub(super) const PRODUCT: u64 = 1;
/// The pause of a customer between two orders: enough shops are open at the same
/// time to keep the machine busy.
const THINKS_FOR: Duration = Duration::from_millis(150);
/// How long a customer waits for an answer before asking elsewhere.
const PATIENCE: Duration = Duration::from_secs(1);

/// An order that was acknowledged.
#[derive(Clone)]
pub(super) struct Placed {
    pub(super) order: String,
    /// How long it took, with every attempt.
    pub(super) took: Duration,
}

/// Customers at work; they stop when dropped.
pub(super) struct Customers {
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
}

#[derive(Default)]
struct Shared {
    entrances: Mutex<Vec<Client>>,
    placed: Mutex<Vec<Placed>>,
    go_home: AtomicBool,
}

impl Customers {
    /// They begin to order, each with a key an order, as a user of their own.
    pub(super) fn come(servers: &[&Server]) -> Self {
        let shared = Arc::new(Shared::default());
        let mut tasks = JoinSet::new();
        for user in 1..=CUSTOMERS {
            tasks.spawn(order(user, shared.clone()));
        }
        let customers = Self { shared, tasks };
        customers.go_to(servers);
        customers
    }

    /// They order there from now on, and ask there again what they do not know.
    pub(super) fn go_to(&self, servers: &[&Server]) {
        let clients = servers.iter().map(|it| it.client()).collect();
        *self.shared.entrances.lock().expect("no panic elsewhere") = clients;
    }

    /// All orders that were acknowledged.
    pub(super) fn placed(&self) -> Vec<Placed> {
        let placed = self.shared.placed.lock().expect("no panic elsewhere");
        placed.clone()
    }

    /// They finish what they have begun; all orders that there are.
    pub(super) async fn leave(mut self) -> Vec<String> {
        self.shared.go_home.store(true, Ordering::SeqCst);
        while let Some(ended) = self.tasks.join_next().await {
            ended.expect("a customer is content");
        }
        self.placed().into_iter().map(|it| it.order).collect()
    }
}

async fn order(user: u64, shared: Arc<Shared>) {
    for place in 0.. {
        if shared.go_home.load(Ordering::SeqCst) {
            return;
        }
        let key = format!("user-{user}-order-{place}");
        let begun = Instant::now();
        let order = place_one(user, &key, &shared).await;
        let took = begun.elapsed();
        let placed = shared.placed.lock();
        placed
            .expect("no panic elsewhere")
            .push(Placed { order, took });
        tokio::time::sleep(THINKS_FOR).await;
    }
}

/// Asks with the same key until there is an answer; the id of the order.
async fn place_one(user: u64, key: &str, shared: &Shared) -> String {
    let body = one_piece(user, PRODUCT);
    let deadline = Instant::now() + DEADLINE;
    // Each begins elsewhere, so that every server has orders.
    for attempt in user as usize.. {
        let client = {
            let entrances = shared.entrances.lock().expect("no panic elsewhere");
            let place = attempt.checked_rem(entrances.len());
            place.map(|place| entrances[place].clone())
        };
        if let Some(client) = client {
            let answer = client.try_post("/orders", key, &body);
            if let Ok(Ok(reply)) = tokio::time::timeout(PATIENCE, answer).await {
                if reply.status == 201 {
                    let order = reply.json()["orderId"].clone();
                    return order.as_str().expect("an id").to_owned();
                }
                assert!(reply.status >= 500, "{key}: {}", reply.text);
            }
        }
        assert!(Instant::now() < deadline, "{key} gets no answer");
        tokio::time::sleep(LOOK_PERIOD).await;
    }
    unreachable!("attempts do not run out")
}
