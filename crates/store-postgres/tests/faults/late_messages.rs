//! A batch's last statements reach the server long after its client has given
//! the connection up, or never. A fence keeps them out.

use jumun_domain::{Answer, Decision, Request};
use jumun_test_cluster::Cluster;

use crate::support::asking::{balance, hand_over, stock};
use crate::support::commands::{charge, keyed, order, plain};
use crate::support::gate::Gate;
use crate::support::laws;
use crate::support::one_batch::WAITING_FOR_ROWS;
use crate::support::shop::{ISOLATIONS, PLENTY, PRICE, Shop, open_narrow};
use crate::support::wait::eventually;

/// What the fence is told by: the batch it was put up against is not done.
const FENCES: &str = "SELECT count(*) FROM batches WHERE fenced";

/// Batches whose own row is written and that do nothing more.
const WRITTEN: &str = "SELECT count(*) FROM pg_stat_activity AS it \
     WHERE datname = current_database() AND state = 'idle in transaction' \
     AND EXISTS (SELECT FROM pg_locks WHERE pg_locks.pid = it.pid \
                 AND relation = 'batches'::regclass AND mode = 'RowExclusiveLock')";

/// The error of a batch that finds the fence.
const UNIQUE_VIOLATION: &str = "23505";

/// In a shop of user 1 and product 1, sends requests of each kind to instances
/// behind a gate that holds `text`; `fault` is what happens then. Each is done
/// once, and its client is told.
async fn each_is_done_once(shop: &Shop, text: &'static str, mut fault: impl AsyncFnMut(&Gate)) {
    let requests: [Request; 3] = [
        keyed(order(1, &[1]), "key"),
        plain(order(1, &[1])),
        plain(charge(1, PRICE)),
    ];
    let effects = [(1, 0), (2, 0), (2, 1)];
    for (request, (orders, charges)) in requests.into_iter().zip(effects) {
        let gate = Gate::before(&Cluster::shared().host_port()).await;
        let instance = open_narrow(&gate.url(shop.name())).await;
        gate.hold_from(text);
        let answers = tokio::spawn(hand_over(&instance, vec![request]).all());
        gate.is_held().await;
        fault(&gate).await;
        let answers = answers.await.expect("no panic");
        assert!(
            matches!(answers[..], [Ok(Decision::Done(_))]),
            "{answers:?}"
        );
        let sold = PLENTY - stock(&instance, 1).await;
        let spent = PLENTY - balance(&instance, 1).await;
        assert_eq!((sold, spent), (orders, (orders - charges) * PRICE));
    }
    laws::check(shop).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_that_arrive_after_they_were_given_up_fail_at_the_fence() {
    for level in ISOLATIONS {
        let shop = Shop::with_isolation(level);
        shop.fill(1, 1).await;
        let mut fences = 0;
        each_is_done_once(&shop, "INTO entries", async |gate| {
            gate.cut_off();
            fences += 1;
            eventually("a fence", async || shop.count(FENCES) == fences).await;
            let told = gate.release().await;
            assert!(told.contains(UNIQUE_VIOLATION), "{level}: {told}");
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_arrives_while_it_is_looked_up_is_waited_for() {
    for level in ISOLATIONS {
        let shop = Shop::with_isolation(level);
        shop.fill(1, 1).await;
        each_is_done_once(&shop, "COMMIT", async |gate| {
            eventually("it is written", async || shop.count(WRITTEN) == 1).await;
            gate.cut_off();
            let waits = async || shop.count(WAITING_FOR_ROWS) == 1;
            eventually("the fence waits", waits).await;
            let told = gate.release().await;
            assert!(told.contains("COMMIT"), "{level}: {told}");
        })
        .await;
        assert_eq!(shop.count(FENCES), 0, "{level}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_never_arrives_is_done_anew_once_the_server_gives_it_up() {
    let trial = async |is_cut_off: bool| {
        let shop = Shop::new();
        shop.fill(1, 1).await;
        let gate = Gate::before(&Cluster::shared().host_port()).await;
        let instance = open_narrow(&gate.url(shop.name())).await;
        gate.hold_from("COMMIT");
        if is_cut_off {
            gate.cut_off();
        }
        let answers = hand_over(&instance, vec![plain(order(1, &[1]))])
            .all()
            .await;
        let [Ok(Decision::Done(Answer::OrderPlaced(order)))] = &answers[..] else {
            panic!("{answers:?}");
        };
        let told = gate.release().await;
        assert!(!told.contains("COMMIT"), "{told}");
        let stored = shop.sql("SELECT order_id FROM orders");
        assert_eq!(stored, order.id.to_string());
        laws::check(&shop).await;
    };
    // Both wait for time-outs of seconds.
    tokio::join!(trial(true), trial(false));
}
