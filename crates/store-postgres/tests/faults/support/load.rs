//! Clients that send one request after the other until they are told to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use jumun_domain::Request;
use tokio::task::JoinSet;

use super::asking::ask;
use super::commands::{charge_for, keyed, order, plain};
use super::history::{History, Sent};
use super::shop::Instance;
use super::wait::{eventually, in_time};

/// Clients at the same time, each for a user of its own.
pub(crate) const CLIENTS: i64 = 8;

/// The products that they order.
pub(crate) const PRODUCTS: i64 = 3;

/// A load on instances of one shop that has users 1 to [`CLIENTS`] and
/// products 1 to [`PRODUCTS`].
pub(crate) struct Load {
    told: Arc<Told>,
    clients: JoinSet<Vec<Sent>>,
}

#[derive(Default)]
struct Told {
    to_end: AtomicBool,
    acknowledged: AtomicU64,
}

impl Load {
    /// Begins. Each client goes to the instances in turn. `name` is a part of
    /// every key and reference, so that two loads of a shop have none in common.
    pub(crate) fn start(name: &str, instances: &[Instance]) -> Self {
        let told = Arc::new(Told::default());
        let mut clients = JoinSet::new();
        for user in 1..=CLIENTS {
            clients.spawn(client(
                name.to_owned(),
                user,
                instances.to_vec(),
                told.clone(),
            ));
        }
        Self { told, clients }
    }

    /// Waits until so many more requests were answered, and not with a fault.
    pub(crate) async fn gets_on(&self, count: u64) {
        let acknowledged = || self.told.acknowledged.load(Ordering::Relaxed);
        let goal = acknowledged() + count;
        eventually("the load gets on", async || acknowledged() >= goal).await;
    }

    /// Lets every client have its last answer, and tells all that was sent.
    pub(crate) async fn end(self) -> History {
        self.told.to_end.store(true, Ordering::Relaxed);
        let sent = in_time("the load ends", self.clients.join_all()).await;
        History(sent.into_iter().flatten().collect())
    }
}

async fn client(name: String, user: i64, instances: Vec<Instance>, told: Arc<Told>) -> Vec<Sent> {
    let mut sent = Vec::new();
    for place in 0.. {
        if told.to_end.load(Ordering::Relaxed) {
            break;
        }
        let request = request(&name, user, place);
        let instance = &instances[place as usize % instances.len()];
        let outcome = ask(instance, request.clone()).await;
        if outcome.is_ok() {
            told.acknowledged.fetch_add(1, Ordering::Relaxed);
        }
        sent.push(Sent { request, outcome });
    }
    sent
}

/// Orders and charges in turn, of which some have no key.
fn request(name: &str, user: i64, place: i64) -> Request {
    let text = format!("{name}-{user}-{place}");
    match place % 4 {
        0 => keyed(charge_for(user, 1, &text), &text),
        1 => plain(charge_for(user, 1, &text)),
        _ => {
            let first = (user + place) % PRODUCTS + 1;
            let second = (user + place + 1) % PRODUCTS + 1;
            keyed(order(user, &[first, second]), &text)
        }
    }
}
