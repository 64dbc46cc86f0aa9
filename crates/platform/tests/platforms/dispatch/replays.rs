//! What operators want sent again.

use jumun_store::delivery::{Platforms as _, ReplayRange};

use super::shop::{Shop, settings};
use super::unruly::{Part, Unruly};
use crate::support::eventually;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_before_the_platform_s_time_are_sent_by_a_replay() {
    let shop = Shop::open(10).await;
    shop.orders((0..300).map(|n| n % 10 + 1)).await;
    let platform = Unruly::start(|_| Part::Take).await;
    let dispatchers = shop.dispatch(vec![settings(&platform.url())]).await;
    shop.all_told().await;
    assert_eq!(platform.taken.all(), []);
    let name = shop.platform().await.name;
    let range = ReplayRange::Sequences {
        first: 1,
        last: 300,
    };
    shop.desk()
        .replay(&name, range, &jumun_domain::Actor::local())
        .await
        .unwrap()
        .unwrap();
    eventually("all are sent", async || platform.taken.distinct() == 300).await;
    shop.assert_told(&platform.taken).await;
    assert_eq!(platform.taken.repeats(), 0);
    let one = ReplayRange::Sequences { first: 7, last: 7 };
    shop.desk()
        .replay(&name, one, &jumun_domain::Actor::local())
        .await
        .unwrap()
        .unwrap();
    eventually("one is sent again", async || platform.taken.repeats() == 1).await;
    assert_eq!(platform.taken.all().last().map(|it| it.sequence), Some(7));
    dispatchers.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_while_an_operator_pauses_a_platform() {
    let shop = Shop::open(10).await;
    let platform = Unruly::start(|_| Part::Take).await;
    let dispatchers = shop.dispatch(vec![settings(&platform.url())]).await;
    shop.all_told().await;
    let name = shop.platform().await.name;
    assert!(
        shop.desk()
            .pause(&name, &jumun_domain::Actor::local())
            .await
            .unwrap()
    );
    eventually("the pause is heard of", async || {
        // One more order shows whether it still sends.
        let before = platform.taken.distinct();
        shop.orders([1]).await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        platform.taken.distinct() == before
    })
    .await;
    shop.orders(1..=10).await;
    assert!(
        shop.desk()
            .resume(&name, &jumun_domain::Actor::local())
            .await
            .unwrap()
    );
    shop.assert_told(&platform.taken).await;
    dispatchers.stop().await;
}
