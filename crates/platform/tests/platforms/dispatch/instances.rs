//! Several instances on one database.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jumun_platform::dispatch::{MAX_TAKE_OVER, SystemClock};
use jumun_store::Store as _;
use jumun_store_postgres::{Options, PostgresStore, Target};
use jumun_test_cluster::{Cluster, Database};

use super::hindered::{Hindered, Hindrance};
use super::shop::{all_events, dispatch, fill, place, settings};
use super::unruly::{Part, Unruly};
use crate::support::eventually;

/// A database for several instances.
struct Shared {
    database: Database,
}

impl Shared {
    fn new() -> Self {
        let database = Cluster::shared().create_database();
        Self { database }
    }

    async fn open(&self) -> Arc<PostgresStore> {
        let target = Target::parse(&self.database.url()).unwrap();
        Arc::new(
            PostgresStore::open(&target, &Options::default())
                .await
                .unwrap(),
        )
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_tell_each_event_once() {
    let shared = Shared::new();
    let (one, other) = (shared.open().await, shared.open().await);
    fill(&*one, 20).await;
    let platform = Unruly::start(|_| Part::Take).await;
    let settings = settings(&platform.url());
    let clock = Arc::new(SystemClock);
    let first = dispatch(one.clone(), clock.clone(), vec![settings.clone()]).await;
    let second = dispatch(other.clone(), clock, vec![settings]).await;
    // Orders of both, also of the one that does not deliver.
    let orders = || (0..400).map(|n| n % 20 + 1);
    tokio::join!(place(one.clone(), orders()), place(other.clone(), orders()));
    eventually("all are told", async || platform.taken.distinct() == 800).await;
    assert_eq!(platform.taken.repeats(), 0);
    // One that stops in good order is relieved at once, and nothing is repeated.
    first.stop().await;
    place(other.clone(), orders()).await;
    eventually("all are told", async || platform.taken.distinct() == 1_200).await;
    platform.taken.assert_all_of(&all_events(&*one).await);
    assert_eq!(platform.taken.repeats(), 0);
    second.stop().await;
    one.close().await;
    other.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_stands_still_is_relieved_within_seconds_and_writes_nothing_after() {
    let shared = Shared::new();
    let (one, other) = (shared.open().await, shared.open().await);
    fill(&*one, 20).await;
    let platform = Unruly::start(|_| Part::Take).await;
    let settings = settings(&platform.url());
    let clock = Arc::new(SystemClock);
    let stalling = Arc::new(Hindered::new(one.clone()));
    let first = dispatch(stalling.clone(), clock.clone(), vec![settings.clone()]).await;
    let second = dispatch(other.clone(), clock, vec![settings.clone()]).await;
    let orders = || (0..200).map(|n| n % 20 + 1);
    for round in 1..=3 {
        place(other.clone(), orders()).await;
        eventually("all are told", async || {
            platform.taken.distinct() == round * 400 - 200
        })
        .await;
        stalling.hinder(Hindrance::Stall);
        let stopped = Instant::now();
        place(other.clone(), orders()).await;
        eventually("all are told", async || {
            platform.taken.distinct() == round * 400
        })
        .await;
        let took = stopped.elapsed();
        assert!(took < MAX_TAKE_OVER + Duration::from_secs(3), "{took:?}");
        stalling.hinder(Hindrance::None);
    }
    platform.taken.assert_all_of(&all_events(&*one).await);
    let allowed = 3 * settings.max_in_flight.get();
    assert!(platform.taken.repeats() <= allowed);
    second.stop().await;
    first.stop().await;
    one.close().await;
    other.close().await;
}
