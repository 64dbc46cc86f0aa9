//! A server is killed at each point of a delivery, again and again.

use std::collections::HashSet;
use std::time::Instant;

use super::history::{repeats_by_door, told_twice};
use super::platform::Receipt;
use super::points::Point;
use super::runs::{RUNS, all_at_once, rounds, seed};
use super::shop::{MAX_IN_FLIGHT, Shop, until};
use crate::support::Folder;

#[test]
fn an_embedded_shop_that_is_killed_while_it_delivers_loses_nothing_and_keeps_the_order() {
    let seed = seed();
    println!("JUMUN_FAULT_SEED={seed}");
    survives_kills_at_each_point(Folder::new, seed);
}

#[test]
fn a_shop_on_a_server_that_is_killed_while_it_delivers_loses_nothing_and_keeps_the_order() {
    let seed = seed();
    println!("JUMUN_FAULT_SEED={seed}");
    survives_kills_at_each_point(Folder::on_server, seed);
}

fn survives_kills_at_each_point(folder: fn() -> Folder, seed: u64) {
    let rounds = rounds(RUNS, Point::ALL.len());
    let mut random = fastrand::Rng::with_seed(seed);
    let case = |point| (format!("{point:?}"), (point, random.fork()));
    all_at_once(Point::ALL.map(case), async |(point, random)| {
        survives_kills(folder(), point, rounds, random).await;
    });
}

async fn survives_kills(folder: Folder, point: Point, rounds: usize, mut random: fastrand::Rng) {
    let (mut shop, mut told) = Shop::open(folder).await;
    let mut sent_again_up_to = 0;
    for _ in 0..rounds {
        let (asked, received) = (Instant::now(), shop.platform.count());
        let replayed = point.kill(&shop, told, &mut random).await;
        shop.folder.audit();
        told = shop.serve().await;
        shop.customers().go_to(&[&told.server]);
        point.mend(&shop, told.door).await;
        shop.all_told().await;
        let since = || shop.platform.receipts().split_off(received);
        until("a replay", || has_all(&since(), replayed, asked)).await;
        sent_again_up_to = replayed;
    }
    let mut receipts = shop.close(vec![told]).await;
    // What was asked for is no repeat.
    receipts.retain(|it| it.event.sequence > sent_again_up_to);
    let twice = told_twice(&receipts);
    assert!(twice.is_empty(), "{point:?}: {twice:?}");
    let repeats = repeats_by_door(&receipts);
    let too_many = repeats.iter().any(|it| *it > MAX_IN_FLIGHT);
    assert!(!too_many, "{point:?}: {repeats:?}");
}

/// Whether every event up to this one was taken again since then.
fn has_all(receipts: &[Receipt], up_to: u64, since: Instant) -> bool {
    let taken = receipts.iter().filter(|it| it.is_taken() && it.at >= since);
    let taken: HashSet<u64> = taken.map(|it| it.event.sequence).collect();
    (1..=up_to).all(|sequence| taken.contains(&sequence))
}
