//! Platforms that are away.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::clock::TestClock;
use super::shop::{Shop, settings};
use super::unruly::{Part, Unruly};
use crate::support::eventually;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_that_was_away_for_a_day_is_told_everything_within_minutes() {
    let clock = Arc::new(TestClock::new());
    let shop = Shop::with_clock(30, clock.clone()).await;
    let mut platform = Unruly::start(|_| Part::Take).await;
    let dispatchers = shop.dispatch(vec![settings(&platform.url())]).await;
    shop.all_told().await;
    platform.leave().await;
    for _ in 0..24 {
        shop.orders((0..30).map(|n| n % 30 + 1)).await;
        clock.put_forward(HOUR);
    }
    assert_eq!(platform.taken.all(), []);
    eventually("its failure is recorded", async || {
        shop.platform().await.counts.failing > 0
    })
    .await;
    platform.come_back().await;
    clock.put_forward(Duration::from_secs(300));
    shop.assert_told(&platform.taken).await;
    assert_eq!(platform.taken.repeats(), 0);
    dispatchers.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_that_comes_and_goes_is_told_everything() {
    let shop = Shop::open(20).await;
    let mut platform = Unruly::start(|_| Part::Take).await;
    let dispatchers = shop.dispatch(vec![settings(&platform.url())]).await;
    shop.all_told().await;
    for _ in 0..5 {
        shop.orders((0..100).map(|n| n % 20 + 1)).await;
        platform.leave().await;
        shop.orders((0..20).map(|n| n % 20 + 1)).await;
        platform.come_back().await;
    }
    shop.assert_told(&platform.taken).await;
    dispatchers.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_do_not_wait_for_a_platform_that_hangs() {
    let shop = Shop::open(20).await;
    let platform = Unruly::start(|_| Part::Hang).await;
    let mut settings = settings(&platform.url());
    settings.timeout = Duration::from_secs(60);
    let dispatchers = shop.dispatch(vec![settings]).await;
    let begun = Instant::now();
    shop.orders((0..2_000).map(|n| n % 20 + 1)).await;
    // A hundred times as long as it takes.
    assert!(begun.elapsed() < Duration::from_secs(30));
    // Nor does a stop, for long.
    let begun = Instant::now();
    dispatchers.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_platform_does_not_wait_for_another() {
    let shop = Shop::open(10).await;
    let hanging = Unruly::start(|_| Part::Hang).await;
    let other = Unruly::start(|_| Part::Take).await;
    let dispatchers = shop
        .dispatch(vec![settings(&hanging.url()), settings(&other.url())])
        .await;
    shop.orders((0..200).map(|n| n % 10 + 1)).await;
    eventually("the other has all", async || other.taken.distinct() == 200).await;
    other.taken.assert_all_of(&shop.events().await);
    assert_eq!(hanging.taken.all(), []);
    dispatchers.stop().await;
}
