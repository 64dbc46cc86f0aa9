//! Readers of events who only go forward miss nothing, whatever commits late.

use jumun_domain::{Answer, Decision};
use jumun_store::Reads as _;

use crate::support::asking::{done, hand_over};
use crate::support::commands::{order, plain};
use crate::support::follower::Follower;
use crate::support::held_commits::HeldCommits;
use crate::support::load::{CLIENTS, Load, PRODUCTS};
use crate::support::runs::repetitions;
use crate::support::shop::{ISOLATIONS, Shop};
use crate::support::wait::eventually;

/// Orders that are committed while an earlier one is held up.
const LATER: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_commits_late_is_seen_by_readers_who_have_gone_past() {
    for level in ISOLATIONS {
        let shop = Shop::with_isolation(level);
        shop.fill(3, 2).await;
        let (slow, quick) = (shop.narrow_instance().await, shop.narrow_instance().await);
        let held = HeldCommits::in_shop(&shop).await;
        let follower = Follower::start(quick.clone());
        let late = hand_over(&slow, vec![plain(order(1, &[1]))]);
        held.hold_one().await;
        for place in 0..LATER {
            done(&quick, order(2 + place as i64 % 2, &[2])).await;
        }
        eventually("the later ones are seen", async || {
            let seen = quick.events(0, 2 * LATER).await;
            seen.expect("events").len() == LATER
        })
        .await;
        // The same user's next order has to wait for the one that is held up.
        let next = hand_over(&quick, vec![plain(order(1, &[1]))]);
        drop(held);
        let mut last = Vec::new();
        for answer in [late, next] {
            match &answer.all().await[..] {
                [Ok(Decision::Done(Answer::OrderPlaced(order)))] => last.push(order.id),
                other => panic!("{level}: {other:?}"),
            }
        }
        let seen = follower.has_seen_all(&shop).await;
        let seen: Vec<_> = seen.iter().map(|it| it.event.order.id).collect();
        assert_eq!(seen[LATER..], last, "{level}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_readers_of_two_instances_see_each_event_once_and_in_the_same_order() {
    for level in ISOLATIONS {
        let shop = Shop::with_isolation(level);
        shop.fill(CLIENTS, PRODUCTS).await;
        let instances = [shop.instance().await, shop.instance().await];
        let followers: Vec<_> = (0..4)
            .map(|place| Follower::start(instances[place % 2].clone()))
            .collect();
        let load = Load::start("events", &instances);
        load.gets_on(repetitions(600)).await;
        let history = load.end().await;
        assert_eq!(history.faults().len(), 0, "{level}: {:?}", history.faults());
        let mut all = Vec::new();
        for follower in followers {
            all.push(follower.has_seen_all(&shop).await);
        }
        assert!(all.iter().all(|seen| *seen == all[0]), "{level}");
        history.check(&shop, &instances[0]).await;
    }
}
