//! One of two who deliver stops, and the other goes on in its place.

use std::time::{Duration, Instant};

use jumun_domain::Actor;
use jumun_store::Fault;
use jumun_store::delivery::{Lease, Outbox as _, Platforms as _, Recorded};
use jumun_test_cluster::{Cluster, Settings};
use tokio::task::block_in_place;

use crate::support::asking::hand_over;
use crate::support::commands::{order, plain};
use crate::support::deliveries::{HOLDERS, LONG_TERM, PLATFORM, check, lease, progress, record};
use crate::support::gate::Gate;
use crate::support::replicas::{Replicas, WAITING};
use crate::support::runs::repetitions;
use crate::support::shop::{ISOLATIONS, Instance, Shop, open_narrow};
use crate::support::wait::{PAUSE, eventually, in_time};

/// For how long a lease holds that is to run out.
const SHORT_TERM: Duration = Duration::from_secs(1);

/// How much later than the term another may have it at the latest.
const SLACK: Duration = Duration::from_secs(1);

/// How long the row of an instance that was stopped stays locked at most.
const LOCKED: Duration = Duration::from_secs(5);

/// Asks for the lease until it is had.
async fn take_over(instance: &Instance) -> Lease {
    loop {
        let taken = instance.take_lease(PLATFORM, HOLDERS[1], LONG_TERM);
        if let Some(lease) = in_time("an answer", taken).await.expect("no fault") {
            return lease;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn keep(instance: &Instance, lease: &Lease) -> bool {
    let kept = in_time("an answer", instance.keep_lease(lease)).await;
    kept.expect("no fault").is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_that_is_not_renewed_is_another_s_soon_and_the_first_is_fenced() {
    for round in 0..repetitions(4) {
        let shop = Shop::with_isolation(ISOLATIONS[round as usize % ISOLATIONS.len()]);
        let (one, two) = (shop.narrow_instance().await, shop.narrow_instance().await);
        let taken = one.take_lease(PLATFORM, HOLDERS[0], SHORT_TERM);
        let first = taken.await.expect("no fault").expect("it is free");
        assert_eq!(record(&one, &first, 1).await, Recorded::Durably);
        let asked = Instant::now();
        assert!(keep(&one, &first).await);
        let kept = Instant::now();
        let second = take_over(&two).await;
        assert!(asked.elapsed() >= SHORT_TERM, "{:?}", asked.elapsed());
        assert!(kept.elapsed() < SHORT_TERM + SLACK, "{:?}", kept.elapsed());
        assert!(second.epoch > first.epoch);
        assert_eq!(record(&one, &first, 2).await, Recorded::Fenced);
        assert!(!keep(&one, &first).await);
        one.release_lease(&first).await.expect("no fault");
        check(&shop, 1);
        assert_eq!(record(&two, &second, 2).await, Recorded::Durably);
        check(&shop, 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dispatcher_that_stops_amid_a_record_is_taken_over_from_and_writes_nothing() {
    let shop = Shop::new();
    let gate = Gate::before(&Cluster::shared().host_port()).await;
    let (one, two) = (
        open_narrow(&gate.url(shop.name())).await,
        shop.narrow_instance().await,
    );
    let taken = one.take_lease(PLATFORM, HOLDERS[0], SHORT_TERM);
    let first = taken.await.expect("no fault").expect("it is free");
    assert_eq!(record(&one, &first, 1).await, Recorded::Durably);
    // It has locked its platform; nothing of what it writes arrives.
    gate.hold_from("UPDATE platforms SET position");
    let (late, lease) = (one.clone(), first.clone());
    let recording = tokio::spawn(async move { late.record(&lease, progress(2)).await });
    gate.is_held().await;
    let held = Instant::now();
    let second = take_over(&two).await;
    println!("the other took over after {:?}", held.elapsed());
    assert!(held.elapsed() < LOCKED + SHORT_TERM + SLACK);
    gate.release().await;
    let told = in_time("an answer", recording).await.expect("no panic");
    assert!(matches!(told, Ok(Recorded::Fenced)), "{told:?}");
    check(&shop, 1);
    assert_eq!(record(&two, &second, 2).await, Recorded::Durably);
    check(&shop, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_killed_and_started_is_delivered_from_again() {
    let cluster = block_in_place(|| Cluster::start(Settings::default()));
    let shop = Shop::on(&cluster);
    shop.fill(1, 1).await;
    let instance = shop.instance().await;
    let lease = lease(&instance).await;
    for number in 1..=repetitions(3) {
        let ordered = hand_over(&instance, vec![plain(order(1, &[1]))]);
        assert!(ordered.all().await.iter().all(Result::is_ok));
        cluster.kill();
        for _ in 0..repetitions(20) {
            let kept = in_time("an answer", instance.keep_lease(&lease)).await;
            assert!(kept.is_err(), "{kept:?}");
            let recorded = in_time("an answer", instance.record(&lease, progress(number))).await;
            assert!(recorded.is_err(), "{recorded:?}");
        }
        let taken = instance.take_lease(PLATFORM, HOLDERS[1], LONG_TERM);
        assert!(in_time("an answer", taken).await.is_err());
        let listed = in_time("an answer", instance.platforms()).await;
        assert!(matches!(listed, Err(Fault::Determinate(_))), "{listed:?}");
        cluster.start_again();
        eventually("it is kept", async || {
            matches!(instance.keep_lease(&lease).await, Ok(Some(_)))
        })
        .await;
        assert_eq!(record(&instance, &lease, number).await, Recorded::Durably);
        check(&shop, number);
        let standing = instance.keep_lease(&lease).await.unwrap().unwrap();
        assert_eq!((standing.records, standing.newest), (number, number));
        let events = instance.events(standing.newest - 1, 5).await.unwrap();
        assert_eq!(events.len(), 1);
        assert_eq!(instance.platforms().await.unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_whose_wait_for_its_standby_was_ended_is_settled_by_a_repeat() {
    let replicas = block_in_place(Replicas::start);
    let shop = Shop::on(&replicas.primary);
    let instance = shop.narrow_instance().await;
    let lease = lease(&instance).await;
    for (number, how) in (1..).zip(["pg_cancel_backend", "pg_terminate_backend"]) {
        let lag = replicas.lag();
        let ask = || {
            let (instance, lease) = (instance.clone(), lease.clone());
            tokio::spawn(async move { instance.record(&lease, progress(number)).await })
        };
        let first = ask();
        waiting(&shop).await;
        end_wait(&shop, how);
        if how == "pg_cancel_backend" {
            let told = first.await.expect("no panic");
            assert!(matches!(told, Err(Fault::Indeterminate(_))), "{told:?}");
        } else {
            // It has lost its connection and repeats by itself.
            waiting(&shop).await;
            end_wait(&shop, "pg_cancel_backend");
            let told = first.await.expect("no panic");
            assert!(matches!(told, Err(Fault::Indeterminate(_))), "{told:?}");
        }
        // It is seen, and not done before the standby has it.
        check(&shop, number);
        let second = ask();
        waiting(&shop).await;
        assert!(!second.is_finished());
        drop(lag);
        let told = second.await.expect("no panic");
        assert!(matches!(told, Ok(Recorded::Durably)), "{told:?}");
        check(&shop, number);
    }
}

/// Waits until a commit waits for the standby.
async fn waiting(shop: &Shop) {
    eventually("a commit waits", async || shop.count(WAITING) == 1).await;
}

/// Ends that wait.
fn end_wait(shop: &Shop, how: &str) {
    shop.sql(&format!(
        "SELECT {how}(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_platform_is_forgotten_while_its_lease_is_held_whatever_its_holder_is_called() {
    let shop = Shop::new();
    let instance = shop.narrow_instance().await;
    for holder in [uuid::Uuid::nil(), HOLDERS[0], uuid::Uuid::max()] {
        let taken = instance.take_lease(PLATFORM, holder, LONG_TERM).await;
        let Ok(taken) = taken else {
            // An id that stands for something else is refused, and nothing is held.
            assert!(matches!(taken, Err(Fault::Determinate(_))), "{taken:?}");
            continue;
        };
        let lease = taken.expect("it is free");
        assert_eq!(
            instance.forget(PLATFORM, &Actor::local()).await.unwrap(),
            Some(false),
            "{holder}"
        );
        assert!(keep(&instance, &lease).await, "{holder}");
        instance.release_lease(&lease).await.expect("no fault");
    }
}
