//! The server is away for longer than a request is tried.

use std::time::{Duration, Instant};

use jumun_domain::{Decision, Request};
use jumun_store::{Fault, Readiness};
use jumun_test_cluster::{Cluster, Point, Proxy};
use tokio::task::block_in_place;

use crate::support::asking::{Answers, ask, hand_over, readiness};
use crate::support::commands::{charge_for, keyed, order, plain};
use crate::support::history::{History, Sent};
use crate::support::one_batch::hand_over_as_one;
use crate::support::shop::{Instance, Shop, open_narrow};

/// A client should not have to wait much longer for the answer.
const LONGEST_WAIT: Duration = Duration::from_secs(40);

/// A shop with one user and one product behind a proxy.
async fn shop() -> (Shop, Proxy, Instance) {
    let shop = Shop::new();
    shop.fill(1, 1).await;
    let proxy = block_in_place(|| Proxy::start(&Cluster::shared().host_port()));
    let instance = open_narrow(&shop.url_through(&proxy)).await;
    (shop, proxy, instance)
}

fn requests() -> Vec<Request> {
    vec![
        keyed(order(1, &[1]), "order"),
        plain(charge_for(1, 1, "charge without a key")),
        keyed(charge_for(1, 1, "charge"), "charge"),
    ]
}

/// The answers to requests that were handed over to a server that goes away.
async fn wait_in_vain(answers: Answers) -> History {
    let began = Instant::now();
    let outcomes = answers.all().await;
    assert!(began.elapsed() < LONGEST_WAIT, "{:?}", began.elapsed());
    let sent = requests().into_iter().zip(outcomes);
    let sent = sent.map(|(request, outcome)| Sent { request, outcome });
    History(sent.collect())
}

/// Lets the server be reached again. The instance goes on by itself.
async fn returns(proxy: &Proxy, instance: &Instance) {
    let told = readiness(instance).await;
    assert!(matches!(told, Readiness::NotReady(_)), "{told:?}");
    proxy.refuse(false);
    assert_eq!(readiness(instance).await, Readiness::Ready);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_told_what_is_certain_when_the_server_stays_away() {
    let before = async {
        let (shop, proxy, instance) = shop().await;
        proxy.refuse(true);
        proxy.cut_all();
        let history = wait_in_vain(hand_over(&instance, requests())).await;
        for fault in history.faults() {
            assert!(matches!(fault, Fault::Determinate(_)), "{fault}");
        }
        assert_eq!(history.acknowledged(), 0);
        returns(&proxy, &instance).await;
        history.check(&shop, &instance).await;
    };
    // The answer is lost, and what became of it cannot be asked.
    let after = async |point: fn(&str) -> Point| {
        let (shop, proxy, instance) = shop().await;
        proxy.refuse(true);
        // The first is that of the batch which the requests wait behind.
        proxy.cut_when(point("COMMIT").nth(2));
        let answers = hand_over_as_one(&shop, &instance, requests()).await;
        let history = wait_in_vain(answers).await;
        for fault in history.faults() {
            assert!(matches!(fault, Fault::Indeterminate(_)), "{fault}");
        }
        assert_eq!(history.acknowledged(), 0);
        returns(&proxy, &instance).await;
        history.check(&shop, &instance).await;
        let done = ask(&instance, plain(order(1, &[1]))).await;
        assert!(matches!(done, Ok(Decision::Done(_))), "{done:?}");
    };
    // All wait for the same time-outs of seconds.
    tokio::join!(before, after(Point::before), after(Point::after_answer));
}
