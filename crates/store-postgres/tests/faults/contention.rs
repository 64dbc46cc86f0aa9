//! Two instances want the same rows. Nobody is told to come again.

use std::collections::HashSet;

use jumun_domain::{Answer, CancelOrder, Command, Decision, OrderId, Rejection, Request};
use jumun_store::Store as _;
use tokio::task::JoinSet;

use crate::support::asking::{balance, done, hand_over, stock};
use crate::support::commands::{charge, keyed, order, plain, put_product};
use crate::support::laws;
use crate::support::shop::{ISOLATIONS, Instance, PLENTY, PRICE, Shop};
use crate::support::wait::{eventually, in_time};

/// Requests at once.
const MANY: usize = 1_000;

/// Clients that send one order after the other, so that there are many batches.
const CLIENTS: i64 = 8;

/// Orders that each of them sends.
const ORDERS_OF_A_CLIENT: i64 = 30;

/// Products of each order: to lock that many takes a while, in which another
/// batch begins to lock them, too.
const MANY_PRODUCTS: i64 = 40;

/// A shop at this isolation, and two instances.
async fn shop(level: &str, users: i64, products: i64) -> (Shop, [Instance; 2]) {
    let shop = Shop::with_isolation(level);
    shop.fill(users, products).await;
    let instances = [shop.instance().await, shop.instance().await];
    (shop, instances)
}

/// Sends half of the requests to each instance, all at once.
async fn decide(instances: &[Instance; 2], requests: Vec<Request>) -> Vec<Decision> {
    let mut halves = [Vec::new(), Vec::new()];
    for (place, request) in requests.into_iter().enumerate() {
        halves[place % 2].push(request);
    }
    let [one, two] = halves;
    let answers = [hand_over(&instances[0], one), hand_over(&instances[1], two)];
    let mut decisions = Vec::new();
    for answers in answers {
        for answer in answers.all().await {
            decisions.push(answer.expect("no fault"));
        }
    }
    decisions
}

/// Closes the instances, so that the server has all figures of their sessions;
/// prints how often it took a transaction back, and checks that none was for a
/// deadlock: there is one order of locks.
async fn check_end(name: &str, level: &str, shop: &Shop, instances: [Instance; 2]) {
    laws::check(shop).await;
    for instance in instances {
        in_time("its end", instance.close()).await;
    }
    let others = "SELECT count(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()";
    eventually("the sessions end", async || shop.count(others) == 0).await;
    let figures = "SELECT xact_rollback, xact_commit, deadlocks FROM pg_stat_database \
         WHERE datname = current_database()";
    let figures = shop.sql(figures);
    println!("{name}, {level}: rolled back|committed|deadlocks: {figures}");
    assert!(figures.ends_with("|0"), "{name}, {level}: {figures}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_piece_goes_to_one_of_a_thousand_buyers() {
    for level in ISOLATIONS {
        let (shop, instances) = shop(level, MANY as i64, 1).await;
        done(&instances[0], put_product(2, PRICE, 1)).await;
        let orders = (1..=MANY as i64).map(|user| plain(order(user, &[2])));
        let decisions = decide(&instances, orders.collect()).await;
        let is_done = |it: &&Decision| matches!(it, Decision::Done(_));
        assert_eq!(decisions.iter().filter(is_done).count(), 1, "{level}");
        for decision in decisions.iter().filter(|it| !is_done(it)) {
            let Decision::Rejected(rejections) = decision else {
                panic!("{level}: {decision:?}");
            };
            assert!(
                matches!(rejections[..], [Rejection::OutOfStock { .. }]),
                "{level}: {rejections:?}"
            );
        }
        assert_eq!(stock(&instances[0], 2).await, 0, "{level}");
        check_end("one piece", level, &shop, instances).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_user_on_a_hundred_devices_pays_for_each_order_once() {
    for level in ISOLATIONS {
        let (shop, instances) = shop(level, 1, 1).await;
        let mut devices = JoinSet::new();
        for device in 0..100 {
            let instance = instances[device % 2].clone();
            devices.spawn(async move {
                for _ in 0..5 {
                    done(&instance, order(1, &[1])).await;
                    done(&instance, charge(1, 1)).await;
                }
            });
        }
        in_time("all orders", devices.join_all()).await;
        let expected = PLENTY - 500 * PRICE + 500;
        assert_eq!(balance(&instances[0], 1).await, expected, "{level}");
        check_end("one user", level, &shop, instances).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_sent_a_hundred_times_to_two_instances_has_one_effect() {
    for level in ISOLATIONS {
        let (shop, instances) = shop(level, 1, 1).await;
        for round in 0..5 {
            let key = format!("key-{round}");
            let orders = (0..100).map(|_| keyed(order(1, &[1]), &key)).collect();
            let decisions = decide(&instances, orders).await;
            let is_done = |it: &&Decision| matches!(it, Decision::Done(_));
            assert_eq!(decisions.iter().filter(is_done).count(), 1, "{level}");
            let placed = decisions.iter().map(|decision| match decision {
                Decision::Done(Answer::OrderPlaced(order))
                | Decision::Replayed(Answer::OrderPlaced(order)) => order.id,
                other => panic!("{level}: {other:?}"),
            });
            assert_eq!(placed.collect::<HashSet<OrderId>>().len(), 1, "{level}");
        }
        check_end("one key", level, &shop, instances).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_that_name_products_in_opposite_order_do_not_stop_each_other() {
    for level in ISOLATIONS {
        let (shop, instances) = shop(level, CLIENTS, MANY_PRODUCTS).await;
        // Those of one instance and those of the other have no user in common.
        let mut clients = JoinSet::new();
        for user in 1..=CLIENTS {
            let instance = instances[user as usize % 2].clone();
            clients.spawn(async move {
                let mut products: Vec<_> = (1..=MANY_PRODUCTS).collect();
                for _ in 0..ORDERS_OF_A_CLIENT {
                    done(&instance, order(user, &products)).await;
                    products.reverse();
                }
            });
        }
        in_time("all orders", clients.join_all()).await;
        let sold = CLIENTS * ORDERS_OF_A_CLIENT;
        for id in 1..=MANY_PRODUCTS {
            assert_eq!(stock(&instances[0], id).await, PLENTY - sold, "{level}");
        }
        check_end("opposite order", level, &shop, instances).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_and_cancels_of_the_same_rows_do_not_stop_each_other() {
    for level in ISOLATIONS {
        let (shop, instances) = shop(level, 5, 2).await;
        let orders = (0..200).map(|place| plain(order(place % 5 + 1, &[1, 2])));
        let mut placed = Vec::new();
        for decision in decide(&instances, orders.collect()).await {
            match decision {
                Decision::Done(Answer::OrderPlaced(order)) => placed.push(order.id),
                other => panic!("{level}: {other:?}"),
            }
        }
        // Each cancel goes to both instances, with orders between.
        let mut requests = Vec::new();
        for (place, id) in placed.iter().enumerate() {
            let cancel = || CancelOrder::new(*id, None, true).expect("a cancel");
            requests.push(plain(Command::CancelOrder(cancel())));
            requests.push(plain(Command::CancelOrder(cancel())));
            requests.push(plain(order(place as i64 % 5 + 1, &[2, 1])));
        }
        let decisions = decide(&instances, requests).await;
        let count = |is: fn(&Decision) -> bool| decisions.iter().filter(|it| is(it)).count();
        let cancelled = count(|it| matches!(it, Decision::Done(Answer::OrderCancelled(_))));
        let rejected = count(|it| matches!(it, Decision::Rejected(_)));
        assert_eq!((cancelled, rejected), (200, 200), "{level}");
        assert_eq!(stock(&instances[0], 1).await, PLENTY - 200, "{level}");
        check_end("orders and cancels", level, &shop, instances).await;
    }
}
