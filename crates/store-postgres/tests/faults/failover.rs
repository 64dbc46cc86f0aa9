//! The primary is killed under load, and its synchronous standby takes over.

use jumun_store::Readiness;
use tokio::task::block_in_place;

use crate::support::asking::readiness;
use crate::support::follower::Follower;
use crate::support::load::{CLIENTS, Load, PRODUCTS};
use crate::support::replicas::{Replicas, WAITING};
use crate::support::runs::{random, repetitions};
use crate::support::shop::{ISOLATIONS, Shop, open};
use crate::support::wait::eventually;

/// The most requests that are answered before the primary is killed.
const MOST_BEFORE: u64 = 300;

/// What happens to the standby right before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standby {
    /// It follows.
    Follows,
    /// It has stopped, so that commits wait that only the primary has.
    Lags,
}

async fn fails_over(standby_before: Standby, level: &str) {
    let mut random = random();
    let replicas = block_in_place(Replicas::start);
    let mut shop = Shop::on(&replicas.primary);
    shop.set_isolation(level);
    shop.fill(CLIENTS, PRODUCTS).await;
    let url = replicas.url(shop.name());
    let instances = [open(&url).await, open(&url).await];
    let load = Load::start("failover", &instances);
    load.gets_on(random.u64(1..=MOST_BEFORE)).await;
    let lag = (standby_before == Standby::Lags).then(|| replicas.lag());
    if lag.is_some() {
        eventually("commits wait", async || shop.count(WAITING) > 0).await;
    }
    replicas.primary.kill();
    drop(lag);
    let told = readiness(&instances[0]).await;
    assert!(matches!(told, Readiness::NotReady(_)), "{told:?}");
    block_in_place(|| replicas.standby.promote());
    shop.has_moved_to(replicas.standby.clone());
    load.gets_on(100).await;
    assert_eq!(readiness(&instances[0]).await, Readiness::Ready);
    let history = load.end().await;
    let faults = history.faults();
    assert!(faults.is_empty(), "{standby_before:?}: {faults:?}");
    println!(
        "{standby_before:?}: {} acknowledged",
        history.acknowledged()
    );
    history.check(&shop, &instances[0]).await;
    Follower::start(instances[1].clone())
        .has_seen_all(&shop)
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_standby_takes_over() {
    for _ in 0..repetitions(1) {
        fails_over(Standby::Follows, ISOLATIONS[0]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_that_only_the_lost_primary_had_are_done_anew() {
    for _ in 0..repetitions(1) {
        fails_over(Standby::Lags, ISOLATIONS[1]).await;
    }
}
