//! One of two instances stops in the middle of a batch, as on a machine that
//! hangs, and goes on much later.

use std::time::{Duration, Instant};

use jumun_test_cluster::Cluster;
use rustix::process::Signal;
use tokio::time::sleep_until;

use crate::support::follower::Follower;
use crate::support::gate::Gate;
use crate::support::load::{CLIENTS, Load, PRODUCTS};
use crate::support::other_process::{self, OtherProcess};
use crate::support::runs::is_thorough;
use crate::support::shop::Shop;

/// How long it is stopped: longer than a row stays locked, and than a wait for
/// a row lasts.
const STOPPED: Duration = Duration::from_secs(13);

/// How long where more than the usual was asked for.
const STOPPED_LONG: Duration = Duration::from_secs(30);

/// How long the other instance may have to wait for the rows: as long as the
/// server lets a transaction do nothing, and a bit.
const LONGEST_WAIT: Duration = Duration::from_secs(9);

/// The other instance has to wait this long at the least, or no row it needs
/// was locked.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// Transactions of the other process that do nothing and have rows of users locked.
const LOCKED: &str = "SELECT count(*) FROM pg_stat_activity AS it \
     WHERE datname = current_database() AND state = 'idle in transaction' \
     AND EXISTS (SELECT FROM pg_locks WHERE pg_locks.pid = it.pid \
                 AND relation = 'users'::regclass AND mode = 'RowShareLock')";

/// What the server says when it takes a transaction back that does nothing.
const IDLE_IN_TRANSACTION_SESSION_TIMEOUT: &str = "25P03";

/// The test that the other process runs.
const TEST: &str = "stopped_instance::what_the_other_process_does";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "another test runs it, in a process of its own"]
async fn what_the_other_process_does() {
    other_process::run().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_stops_in_a_batch_neither_blocks_the_other_nor_doubles_anything() {
    let shop = Shop::new();
    shop.fill(CLIENTS, PRODUCTS).await;
    let instance = shop.instance().await;
    let follower = Follower::start(instance.clone());
    let gate = Gate::before(&Cluster::shared().host_port()).await;
    let mut other = OtherProcess::start(&gate.url(shop.name()), TEST);
    other.gets_on().await;
    // It has locked its rows and decided; nothing of what it writes arrives.
    gate.hold_from("INTO orders");
    gate.is_held().await;
    other.signal(Signal::STOP);
    let stopped = Instant::now();
    assert_eq!(shop.count(LOCKED), 1);
    let load = Load::start("stopped", std::slice::from_ref(&instance));
    load.gets_on(50).await;
    let waited = stopped.elapsed();
    println!("the other instance got on after {waited:?}");
    assert!(
        waited > SHORTEST_WAIT && waited < LONGEST_WAIT,
        "{waited:?}"
    );
    let lasts = if is_thorough() { STOPPED_LONG } else { STOPPED };
    // Not a wait for something: to be stopped for so long is the fault.
    sleep_until((stopped + lasts).into()).await;
    other.signal(Signal::CONT);
    let told = gate.release().await;
    assert!(told.contains(IDLE_IN_TRANSACTION_SESSION_TIMEOUT), "{told}");
    other.gets_on().await;
    other.gets_on().await;
    load.gets_on(20).await;
    other.end().await;

    let mut history = load.end().await;
    assert_eq!(history.faults().len(), 0, "{:?}", history.faults());
    other.check(&shop, &instance, &mut history).await;
    history.check(&shop, &instance).await;
    follower.has_seen_all(&shop).await;
}
