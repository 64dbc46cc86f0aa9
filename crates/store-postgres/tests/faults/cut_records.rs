//! A dispatcher's connection is cut at each statement that it sends. What it
//! asked for is done once, and it is told, at the latest when it asks again.

use jumun_domain::Actor;
use jumun_store::delivery::{Lease, Outbox as _, Platforms as _, Recorded};
use jumun_test_cluster::{Point, Proxy};

use crate::support::deliveries::{
    HOLDERS, LONG_TERM, PLATFORM, check, lease, progress, record, repeated,
};
use crate::support::points::{ANY, PLACES};
use crate::support::runs::repetitions;
use crate::support::shop::{ISOLATIONS, Instance, Shop, behind_a_proxy};

/// A record locks, moves the platform, adds three kinds of rows, and begins and
/// ends a transaction.
const STATEMENTS_OF_A_RECORD: usize = 7;

/// A shop behind a proxy, its platform, and how many records it has.
struct Trial {
    shop: Shop,
    proxy: Proxy,
    instance: Instance,
    lease: Lease,
    records: u64,
    fired: usize,
}

impl Trial {
    async fn new(level: &str) -> Self {
        let shop = Shop::with_isolation(level);
        let (proxy, instance) = behind_a_proxy(&shop).await;
        let lease = lease(&instance).await;
        Self {
            shop,
            proxy,
            instance,
            lease,
            records: 0,
            fired: 0,
        }
    }

    /// Leaves behind the point that no connection has come to.
    async fn renew_proxy(&mut self) {
        (self.proxy, self.instance) = behind_a_proxy(&self.shop).await;
        self.fired = 0;
    }

    /// Whether a connection was cut since it was last asked.
    fn was_cut(&mut self) -> bool {
        let before = std::mem::replace(&mut self.fired, self.proxy.fired());
        self.fired > before
    }

    /// Records once more, cut at `point`; whether it came to that.
    async fn cuts_a_record(&mut self, point: Point) -> bool {
        self.proxy.cut_when(point.clone());
        self.records += 1;
        for _ in 0..2 {
            let (lease, number) = (&self.lease, self.records);
            let recorded = repeated(async || self.instance.record(lease, progress(number)).await);
            assert_eq!(recorded.await, Recorded::Durably, "{point:?}");
        }
        check(&self.shop, self.records);
        self.was_cut()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_whose_connection_is_cut_at_any_statement_is_written_once_and_answered() {
    for level in ISOLATIONS {
        let mut trial = Trial::new(level).await;
        for place in PLACES {
            let mut statements = 0;
            while trial.cuts_a_record(place(ANY).nth(statements + 1)).await {
                statements += 1;
            }
            assert!(statements >= STATEMENTS_OF_A_RECORD, "only {statements}");
            trial.renew_proxy().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_whose_commit_is_cut_again_and_again_is_written_once() {
    const CUTS: usize = 3;
    let mut trial = Trial::new(ISOLATIONS[0]).await;
    for place in PLACES {
        for _ in 0..repetitions(20) {
            for nth in 1..=CUTS {
                trial.proxy.cut_when(place("COMMIT").nth(nth));
            }
            let number = trial.records + 1;
            // No fault: the engine asks again by itself.
            let recorded = record(&trial.instance, &trial.lease, number).await;
            assert_eq!(recorded, Recorded::Durably);
            trial.records = number;
            check(&trial.shop, number);
            assert_eq!(trial.proxy.fired() - trial.fired, CUTS);
            assert!(trial.was_cut());
        }
        trial.renew_proxy().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_whose_connection_is_cut_at_any_statement_is_taken_and_kept() {
    let mut trial = Trial::new(ISOLATIONS[0]).await;
    for place in PLACES {
        let mut statements = 0;
        loop {
            trial.proxy.cut_when(place(ANY).nth(statements + 1));
            let instance = &trial.instance;
            let take = async || instance.take_lease(PLATFORM, HOLDERS[0], LONG_TERM).await;
            let lease = repeated(take).await.expect("it is free for its holder");
            let kept = repeated(async || instance.keep_lease(&lease).await).await;
            assert!(kept.is_some());
            let old = repeated(async || instance.keep_lease(&trial.lease).await).await;
            assert_eq!(old, None);
            trial.lease = lease;
            if !trial.was_cut() {
                break;
            }
            statements += 1;
        }
        // Taking is four statements, keeping five.
        assert!(statements >= 9, "only {statements}");
        trial.renew_proxy().await;
    }
}

/// What is left of platforms.
const LEFT: &str = "SELECT (SELECT count(*) FROM platforms) \
     + (SELECT count(*) FROM pending_deliveries) + (SELECT count(*) FROM delivery_attempts) \
     + (SELECT count(*) FROM delivery_log) + (SELECT count(*) FROM replays)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_whose_beginning_or_end_is_cut_at_any_statement_begins_and_ends_whole() {
    let shop = Shop::new();
    for place in PLACES {
        let (proxy, instance) = behind_a_proxy(&shop).await;
        let mut statements = 0;
        loop {
            proxy.cut_when(place(ANY).nth(statements + 1));
            let take = async || instance.take_lease(PLATFORM, HOLDERS[0], LONG_TERM).await;
            let lease = repeated(take).await.expect("it is free for its holder");
            let recorded = repeated(async || instance.record(&lease, progress(1)).await).await;
            assert_eq!(recorded, Recorded::Durably);
            check(&shop, 1);
            let held = repeated(async || instance.forget(PLATFORM, &Actor::local()).await).await;
            assert_eq!(held, Some(false));
            repeated(async || instance.release_lease(&lease).await).await;
            let forgotten =
                repeated(async || instance.forget(PLATFORM, &Actor::local()).await).await;
            // Where all of it was done and not told, there is none any more.
            assert_ne!(forgotten, Some(false));
            assert_eq!(shop.count(LEFT), 0);
            if proxy.fired() == statements {
                break;
            }
            statements += 1;
        }
        // To make it known is four statements more than to take it again, and to
        // forget it is to take, keep and prune it first.
        assert!(statements >= 30, "only {statements}");
    }
}
