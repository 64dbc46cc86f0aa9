//! A commit waits for its standby, and somebody ends that wait: the server
//! tells of success, with a warning. It is none until the standby has it.

use jumun_domain::{Decision, Request};
use jumun_store::{Fault, Readiness, Reads as _, Store as _};
use tokio::task::block_in_place;

use crate::support::asking::hand_over;
use crate::support::commands::{keyed, order, plain};
use crate::support::laws;
use crate::support::replicas::{Replicas, WAITING};
use crate::support::shop::{ISOLATIONS, Shop};
use crate::support::wait::eventually;

/// How the wait is ended.
const ENDS: [&str; 2] = ["pg_cancel_backend", "pg_terminate_backend"];

/// Waits until `count` sessions wait for the standby.
async fn waiting(shop: &Shop, count: u64) {
    eventually("commits wait", async || shop.count(WAITING) == count).await;
}

/// Ends the waits of all.
fn end_waits(shop: &Shop, how: &str) {
    shop.sql(&format!(
        "SELECT {how}(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    ));
}

/// How many orders are seen on the primary.
const SEEN: &str = "SELECT count(*) FROM orders";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_wait_was_ended_is_answered_when_the_standby_has_it() {
    let replicas = block_in_place(Replicas::start);
    let shop = Shop::on(&replicas.primary);
    shop.fill(1, 1).await;
    let instance = shop.narrow_instance().await;
    let mut orders = 0;
    for how in ENDS {
        let requests: [Request; 2] = [keyed(order(1, &[1]), how), plain(order(1, &[1]))];
        for request in requests {
            let lag = replicas.lag();
            let answers = tokio::spawn(hand_over(&instance, vec![request]).all());
            waiting(&shop, 1).await;
            end_waits(&shop, how);
            orders += 1;
            eventually("it is seen", async || shop.count(SEEN) == orders).await;
            // The look-up has to wait for the standby, too, however often.
            waiting(&shop, 1).await;
            end_waits(&shop, how);
            waiting(&shop, 1).await;
            assert!(!answers.is_finished(), "{how}");
            drop(lag);
            let answers = answers.await.expect("no panic");
            assert!(
                matches!(answers[..], [Ok(Decision::Done(_))]),
                "{answers:?}"
            );
            assert_eq!(shop.count(SEEN), orders, "{how}");
        }
    }
    laws::check(&shop).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_not_answered_as_done_before_the_standby_has_what_it_did() {
    let replicas = block_in_place(Replicas::start);
    let shop = Shop::on(&replicas.primary);
    shop.set_isolation(ISOLATIONS[1]);
    shop.fill(1, 1).await;
    let (one, two) = (shop.narrow_instance().await, shop.narrow_instance().await);
    let lag = replicas.lag();
    let request = || vec![keyed(order(1, &[1]), "key")];
    let first = tokio::spawn(hand_over(&one, request()).all());
    waiting(&shop, 1).await;
    end_waits(&shop, ENDS[0]);
    // Seen on the primary, which may yet be lost.
    waiting(&shop, 1).await;
    assert_eq!(shop.count(SEEN), 1);
    let second = tokio::spawn(hand_over(&two, request()).all());
    eventually("it waits or is answered", async || {
        second.is_finished() || shop.count(WAITING) == 2
    })
    .await;
    assert!(!second.is_finished(), "{:?}", second.await);
    drop(lag);
    let (first, second) = (
        first.await.expect("no panic"),
        second.await.expect("no panic"),
    );
    let ([Ok(Decision::Done(first))], [Ok(Decision::Replayed(second))]) = (&first[..], &second[..])
    else {
        panic!("{first:?}, {second:?}");
    };
    assert_eq!(first, second);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_number_of_an_event_and_no_probe_counts_whose_wait_was_ended() {
    let replicas = block_in_place(Replicas::start);
    let shop = Shop::on(&replicas.primary);
    shop.fill(1, 1).await;
    let instance = shop.narrow_instance().await;
    let answers = hand_over(&instance, vec![plain(order(1, &[1]))])
        .all()
        .await;
    assert!(matches!(answers[..], [Ok(Decision::Done(_))]));

    let lag = replicas.lag();
    let reader = instance.clone();
    let reading = tokio::spawn(async move { reader.events(0, 10).await });
    waiting(&shop, 1).await;
    end_waits(&shop, "pg_cancel_backend");
    let told = reading.await.expect("no panic");
    assert!(matches!(told, Err(Fault::Determinate(_))), "{told:?}");

    let prober = instance.clone();
    let probing = tokio::spawn(async move { prober.readiness().await });
    waiting(&shop, 1).await;
    end_waits(&shop, "pg_cancel_backend");
    let told = probing.await.expect("no panic");
    assert!(matches!(told, Readiness::NotReady(_)), "{told:?}");

    drop(lag);
    assert_eq!(
        instance.events(0, 10).await.map(|it| it.len()).ok(),
        Some(1)
    );
    assert_eq!(instance.readiness().await, Readiness::Ready);
}
