//! Dispatchers that are stopped and started.

use std::sync::Arc;

use jumun_platform::SettingsError;
use jumun_platform::dispatch::{Dispatchers, Means, StartError, SystemClock};
use jumun_store::delivery::Platforms as _;

use super::shop::{Shop, settings};
use super::unruly::{Part, Unruly};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_in_good_order_repeats_nothing() {
    let mut shop = Shop::open(20).await;
    let platform = Unruly::start(|_| Part::Take).await;
    for _ in 0..5 {
        let dispatchers = shop.dispatch(vec![settings(&platform.url())]).await;
        shop.orders((0..200).map(|n| n % 20 + 1)).await;
        dispatchers.stop().await;
        shop.reopen().await;
    }
    let dispatchers = shop.dispatch(vec![settings(&platform.url())]).await;
    shop.all_told().await;
    dispatchers.stop().await;
    platform.taken.assert_all_of(&shop.events().await);
    assert_eq!(platform.taken.repeats(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dispatcher_that_is_dropped_is_taken_over_and_repeats_at_most_what_was_in_flight() {
    let mut shop = Shop::open(20).await;
    let platform = Unruly::start(|_| Part::Take).await;
    let settings = settings(&platform.url());
    let mut repeats_allowed = 0;
    let first = shop.dispatch(vec![settings.clone()]).await;
    shop.all_told().await;
    drop(first);
    for _ in 0..5 {
        let dropped = shop.dispatch(vec![settings.clone()]).await;
        shop.orders((0..200).map(|n| n % 20 + 1)).await;
        drop(dropped);
        repeats_allowed += settings.max_in_flight.get();
        shop.reopen().await;
    }
    let dispatchers = shop.dispatch(vec![settings]).await;
    shop.assert_told(&platform.taken).await;
    assert!(platform.taken.repeats() <= repeats_allowed);
    dispatchers.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_platform_begins_with_the_events_after_its_first_start() {
    let mut shop = Shop::open(5).await;
    shop.orders(1..=5).await;
    let platform = Unruly::start(|_| Part::Take).await;
    let dispatchers = shop.dispatch(vec![settings(&platform.url())]).await;
    dispatchers.stop().await;
    // It was known when these came, though nobody delivered.
    shop.orders(1..=5).await;
    shop.reopen().await;
    let dispatchers = shop.dispatch(vec![settings(&platform.url())]).await;
    shop.all_told().await;
    let mut sequences: Vec<u64> = platform.taken.all().iter().map(|it| it.sequence).collect();
    sequences.sort_unstable();
    assert_eq!(sequences, [6, 7, 8, 9, 10]);
    dispatchers.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_that_cannot_be_used_starts_none_and_is_told() {
    let shop = Shop::open(1).await;
    let good = settings("http://127.0.0.1:9/events");
    let mut private = good.clone();
    private.name = "other".to_owned();
    private.allow_private_addresses = false;
    let means = Means {
        outbox: shop.store.clone(),
        render: Arc::new(|_| bytes::Bytes::new()),
        clock: Arc::new(SystemClock),
    };
    let start = async |platforms| match Dispatchers::start(&means, platforms).await {
        Err(StartError::Settings(error)) => error,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it started"),
    };
    let error = start(vec![good.clone(), private]).await;
    assert!(
        matches!(error, SettingsError::PrivateAddress { .. }),
        "{error}"
    );
    let error = start(vec![good.clone(), good]).await;
    assert!(matches!(error, SettingsError::SameName { .. }), "{error}");
    assert_eq!(shop.desk().platforms().await.unwrap(), []);
}
