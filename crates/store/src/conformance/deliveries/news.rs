//! How a dispatcher learns of events, and reads them.

use std::time::Duration;

use tokio::sync::watch;

use super::fixtures::{NAME, progress};
use super::trial::DeliveryTrial;
use crate::conformance::fixtures::{cancel, charge, place, plain};

/// Far more than a wake-up takes: who waits so long waits for ever.
const DEADLINE: Duration = Duration::from_secs(30);

async fn comes(news: &mut watch::Receiver<()>, with: &str) {
    match tokio::time::timeout(DEADLINE, news.changed()).await {
        Ok(changed) => changed.unwrap(),
        Err(_) => panic!("no news of {with}"),
    }
}

pub(super) async fn news_comes_with_events_and_with_nothing_else(trial: &DeliveryTrial) {
    let lease = trial.lease(NAME).await;
    let user = trial.shop.user(1_000).await;
    let product = trial.shop.product(10, 5).await;
    let mut news = trial.outbox().news();
    news.mark_unchanged();
    trial.shop.done(charge(user, 1)).await;
    trial.shop.rejected(place(user, &[(product, 6)])).await;
    trial.record(&lease, progress(1, 0)).await;
    assert!(!news.has_changed().unwrap(), "no event was written");

    let order = trial.shop.order(user, &[(product, 1)]).await;
    comes(&mut news, "an order").await;
    news.mark_unchanged();
    trial.shop.done(cancel(order.id)).await;
    comes(&mut news, "a cancel").await;
    // Whoever comes later learns what comes later.
    let mut another = trial.outbox().news();
    another.mark_unchanged();
    trial.shop.order(user, &[(product, 1)]).await;
    comes(&mut another, "an order").await;
    comes(&mut news, "an order").await;
}

pub(super) async fn who_follows_the_news_misses_no_event(trial: &DeliveryTrial) {
    const ORDERS: usize = 200;
    let users = trial.shop.users(10, 1_000).await;
    let product = trial.shop.product(1, 1_000).await;
    let outbox = trial.outbox();
    let follower = tokio::spawn(async move {
        let mut news = outbox.news();
        let mut seen = Vec::new();
        while seen.len() < ORDERS {
            let after = seen
                .last()
                .map_or(0, |it: &crate::NumberedEvent| it.sequence);
            let next = outbox.events(after, 7).await.unwrap();
            if next.is_empty() {
                comes(&mut news, "the rest").await;
            }
            seen.extend(next);
        }
        seen
    });
    let orders = (0..ORDERS).map(|index| plain(place(users[index % users.len()], &[(product, 1)])));
    trial.shop.all_done(orders.collect()).await;
    assert_eq!(follower.await.unwrap(), trial.events().await);
}

pub(super) async fn a_dispatcher_reads_the_events_that_every_reader_sees(trial: &DeliveryTrial) {
    let user = trial.shop.user(1_000).await;
    let product = trial.shop.product(10, 50).await;
    for _ in 0..4 {
        let order = trial.shop.order(user, &[(product, 2)]).await;
        trial.shop.done(cancel(order.id)).await;
    }
    let (outbox, platforms) = (trial.outbox(), trial.platforms());
    for after in [0, 1, 5, 7, 8, 9, u64::MAX] {
        for limit in [1, 3, 8, 100] {
            let expected = trial.shop.store().events(after, limit).await.unwrap();
            assert_eq!(outbox.events(after, limit).await.unwrap(), expected);
            let seen = platforms.numbered_events(after, limit).await.unwrap();
            assert_eq!(seen, expected, "after {after} up to {limit}");
        }
    }
    assert_eq!(outbox.events(0, 100).await.unwrap().len(), 8);
}
