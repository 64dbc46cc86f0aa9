//! Ids that have run ahead of the clock, as after a clock that was wrong: those
//! of one user rise all the same, and their events keep their order.

use jumun_domain::{Answer, Command, Decision, Order, PutProduct};

use crate::support::asking::done;
use crate::support::commands::{order, plain, product};
use crate::support::follower::Follower;
use crate::support::one_batch::hand_over_as_one;
use crate::support::shop::{Instance, PRICE, Shop};

/// A day, as ids count it: milliseconds above twelve bits of a counter.
const DAY: u64 = (24 * 60 * 60 * 1_000) << 12;

/// More orders than one batch of a few can mint ids for.
const MANY: usize = 50;

/// A clock that is wrong by this much would show.
const HOUR_MICROS: i64 = 60 * 60 * 1_000_000;

async fn placed(instance: &Instance, user: i64, product: i64) -> Order {
    match done(instance, order(user, &[product])).await {
        Answer::OrderPlaced(order) => order.as_ref().clone(),
        other => panic!("no order: {other:?}"),
    }
}

/// The time in an order's id: milliseconds in its upper 48 bits.
fn minted_at_micros(order: &Order) -> i64 {
    let millis = order.id.0.as_u128() >> 80;
    i64::try_from(millis).expect("48 bits") * 1_000
}

/// The ids of this user were last minted tomorrow.
fn run_ahead(shop: &Shop, user: i64) {
    let ahead = format!("UPDATE users SET last_key = last_key + {DAY} WHERE user_id = {user}");
    shop.sql(&ahead);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_of_a_user_rise_on_every_instance_when_the_clock_is_a_day_behind_them() {
    let shop = Shop::new();
    shop.fill(2, 1).await;
    let (one, two) = (shop.instance().await, shop.instance().await);
    let first = placed(&one, 1, 1).await;
    run_ahead(&shop, 1);
    let mut last = first.clone();
    for instance in [&two, &one, &two, &one] {
        let next = placed(instance, 1, 1).await;
        assert!(next.id > last.id, "{} after {}", next.id, last.id);
        let late = next.created_at.as_micros() - first.created_at.as_micros();
        assert!(late < HOUR_MICROS, "the time of an order is the clock's");
        let ahead = minted_at_micros(&next) - next.created_at.as_micros();
        assert!(
            ahead > 23 * HOUR_MICROS,
            "{} is above what was stored",
            next.id
        );
        last = next;
    }
    placed(&one, 2, 1).await;
    Follower::start(two).has_seen_all(&shop).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_needs_a_second_look_is_numbered_before_later_ones_of_its_users() {
    let shop = Shop::new();
    shop.fill(2, 2).await;
    run_ahead(&shop, 1);
    let (one, two) = (shop.narrow_instance().await, shop.narrow_instance().await);

    // The limit makes the orders after it need a count that was not loaded.
    let limit = PutProduct::new(product(1), "동백 비누", PRICE, None, true, Some(1_000));
    let mut requests = vec![
        plain(order(1, &[1])),
        plain(Command::PutProduct(limit.expect("a product"))),
    ];
    requests.extend((0..MANY).map(|_| plain(order(2, &[1]))));
    let count = requests.len();
    let batch = hand_over_as_one(&shop, &one, requests).await;
    for answer in batch.all().await {
        assert!(matches!(answer, Ok(Decision::Done(_))), "{answer:?}");
    }
    let largest = shop.count("SELECT max(cardinality(event_ids)) FROM batches");
    assert_eq!(largest as usize, count - 1, "it was one batch");

    // Of another product: only the user's own row tells how far the ids had come.
    placed(&two, 1, 2).await;
    Follower::start(two).has_seen_all(&shop).await;
}
