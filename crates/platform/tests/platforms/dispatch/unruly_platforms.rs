//! Platforms that answer in every way there is.

use std::time::Duration;

use jumun_store::Page;
use jumun_store::delivery::{DeliveryFilter, DeliveryState, PauseReason, Platforms as _};

use super::shop::{Shop, settings};
use super::unruly::{Part, Unruly};
use crate::support::eventually;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_order_is_told_once_signed_and_in_order() {
    let shop = Shop::open(50).await;
    let platform = Unruly::start(|_| Part::Take).await;
    let dispatchers = shop.dispatch(vec![settings(&platform.url())]).await;
    shop.all_told().await;
    shop.orders((0..2_000).map(|n| n % 50 + 1)).await;
    shop.assert_told(&platform.taken).await;
    assert_eq!(platform.taken.repeats(), 0);
    dispatchers.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_order_is_told_in_order_whatever_the_platform_answers() {
    let shop = Shop::open(20).await;
    let platform = Unruly::start(|_| match fastrand::u8(..20) {
        0 => Part::Answer(500),
        1 => Part::Answer(503),
        2 => Part::Answer(301),
        3 => Part::Answer(404),
        4 => Part::Later(0),
        5 => Part::TakeAndClose,
        6 => Part::Close,
        7 => Part::TakeAfter(Duration::from_millis(fastrand::u64(..200))),
        8 if fastrand::u8(..5) == 0 => Part::Hang,
        9 => Part::Answer(201),
        _ => Part::Take,
    })
    .await;
    let mut settings = settings(&platform.url());
    settings.timeout = Duration::from_millis(300);
    let dispatchers = shop.dispatch(vec![settings]).await;
    shop.all_told().await;
    shop.orders((0..600).map(|n| n % 20 + 1)).await;
    shop.assert_told(&platform.taken).await;
    // What it took without saying so was sent again.
    assert!(platform.taken.repeats() > 0);
    dispatchers.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_that_says_gone_is_left_alone_until_it_is_resumed() {
    let shop = Shop::open(3).await;
    let platform = Unruly::start(|_| Part::Answer(410)).await;
    let dispatchers = shop.dispatch(vec![settings(&platform.url())]).await;
    shop.all_told().await;
    shop.orders([1]).await;
    eventually("it is paused", async || {
        let paused = shop.platform().await.pause;
        paused.is_some_and(|it| it.reason == PauseReason::Gone)
    })
    .await;
    platform.play(|_| Part::Take);
    shop.orders([2, 3, 1]).await;
    // Two renewals of the lease, in which it could have begun again.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(platform.taken.all(), []);
    let name = shop.platform().await.name;
    assert!(
        shop.desk()
            .resume(&name, &jumun_domain::Actor::local())
            .await
            .unwrap()
    );
    shop.assert_told(&platform.taken).await;
    dispatchers.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_attempt_is_recorded() {
    let shop = Shop::open(2).await;
    let mut parts = vec![Part::Take, Part::Answer(302), Part::Answer(500)];
    let platform = Unruly::start(move |_| parts.pop().unwrap_or(Part::Take)).await;
    let dispatchers = shop.dispatch(vec![settings(&platform.url())]).await;
    shop.all_told().await;
    shop.orders([1, 2]).await;
    shop.assert_told(&platform.taken).await;
    let desk = shop.desk();
    let name = shop.platform().await.name;
    let page = Page {
        after: None,
        limit: 10,
    };
    let list = desk.deliveries(&name, DeliveryFilter::All, page).await;
    let list = list.unwrap().unwrap().items;
    assert_eq!(
        list.iter().map(|it| it.sequence).collect::<Vec<_>>(),
        [2, 1]
    );
    let mut statuses = Vec::new();
    for one in list {
        assert_eq!(one.state, DeliveryState::Delivered);
        let one = desk.delivery(&name, one.sequence).await.unwrap().unwrap();
        let last = one.attempts.last().unwrap();
        assert_eq!((last.result.label(), last.status), ("delivered", Some(204)));
        statuses.extend(one.attempts.iter().map(|it| it.status.unwrap()));
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 204, 302, 500]);
    dispatchers.stop().await;
}
