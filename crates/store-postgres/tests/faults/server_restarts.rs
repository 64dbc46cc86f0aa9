//! The server is killed or stopped under load and comes back.

use jumun_store::Readiness;
use jumun_test_cluster::{Cluster, Mode, Settings};
use tokio::task::block_in_place;

use crate::support::asking::readiness;
use crate::support::follower::Follower;
use crate::support::load::{CLIENTS, Load, PRODUCTS};
use crate::support::runs::{random, repetitions};
use crate::support::shop::{ISOLATIONS, Instance, Shop};
use crate::support::wait::eventually;

/// How the server ends; each is tried in turn, so often in a normal run.
const ENDS: [Option<Mode>; 3] = [None, Some(Mode::Fast), Some(Mode::Immediate)];

/// The most requests that are answered between two ends.
const MOST_BETWEEN: u64 = 300;

fn end(cluster: &Cluster, how: Option<Mode>) {
    match how {
        None => cluster.kill(),
        Some(mode) => cluster.stop(mode),
    }
}

async fn is_ready(instance: &Instance) -> bool {
    readiness(instance).await == Readiness::Ready
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_ends_and_comes_back_at_once_costs_no_request_an_answer() {
    let mut random = random();
    let cluster = block_in_place(|| Cluster::start(Settings::default()));
    let shop = Shop::on(&cluster);
    shop.fill(CLIENTS, PRODUCTS).await;
    // With it an audit checks the indexes, too.
    shop.sql("CREATE EXTENSION amcheck");
    let instances = [shop.instance().await, shop.instance().await];
    let follower = Follower::start(instances[0].clone());
    let load = Load::start("restarts", &instances);
    for round in 0..repetitions(2) * ENDS.len() as u64 {
        load.gets_on(random.u64(1..=MOST_BETWEEN)).await;
        assert!(is_ready(&instances[0]).await);
        end(&cluster, ENDS[round as usize % ENDS.len()]);
        match readiness(&instances[0]).await {
            Readiness::Ready => panic!("it is not ready without a server"),
            Readiness::NotReady(reason) => assert!(reason.contains("start"), "{reason}"),
        }
        cluster.start_again();
        eventually("it is ready", async || is_ready(&instances[0]).await).await;
    }
    load.gets_on(1).await;
    let history = load.end().await;
    assert_eq!(history.faults().len(), 0, "{:?}", history.faults());
    history.check(&shop, &instances[1]).await;
    follower.has_seen_all(&shop).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_hangs_is_told_as_not_ready_and_goes_on_where_it_was() {
    let cluster = block_in_place(|| Cluster::start(Settings::default()));
    let shop = Shop::on(&cluster);
    shop.set_isolation(ISOLATIONS[1]);
    shop.fill(CLIENTS, PRODUCTS).await;
    let instances = [shop.instance().await];
    let load = Load::start("hangs", &instances);
    load.gets_on(100).await;
    cluster.pause();
    let told = readiness(&instances[0]).await;
    assert!(matches!(told, Readiness::NotReady(_)), "{told:?}");
    cluster.resume();
    eventually("it is ready", async || is_ready(&instances[0]).await).await;
    load.gets_on(100).await;
    let history = load.end().await;
    assert_eq!(history.faults().len(), 0, "{:?}", history.faults());
    history.check(&shop, &instances[0]).await;
}
