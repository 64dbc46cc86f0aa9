//! The stream of events, as a data platform's reader sees it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jumun_domain::{Answer, EventKind, OrderId};

use super::expect;
use super::fixtures::{cancel, place, put_product};
use super::snapshot::all_events;
use super::trial::Trial;
use crate::{NumberedEvent, Store};

/// Events a reader asks for at once: small, so that it is often behind.
const WINDOW: usize = 5;

pub(super) async fn each_order_and_each_cancel_has_one_event_in_turn(trial: &Trial) {
    let user = trial.user(1_000).await;
    let product = trial.product(10, 100).await;
    let first = trial.order(user, &[(product, 1)]).await;
    let second = trial.order(user, &[(product, 2)]).await;
    let first_cancelled = expect::order(trial.done(cancel(first.id)).await);
    // A later change of the product is no matter of the event.
    trial.done(put_product(product, 99, 0)).await;
    let second_cancelled = expect::order(trial.done(cancel(second.id)).await);

    let told: Vec<_> = all_events(trial.store().as_ref())
        .await
        .into_iter()
        .map(|it| (it.sequence, it.event.kind, it.event.order, it.event.time))
        .collect();
    let at = |it: &jumun_domain::Order| it.cancellation.as_ref().unwrap().at;
    let expected = [
        (1, EventKind::OrderPaid, first.clone(), first.created_at),
        (2, EventKind::OrderPaid, second.clone(), second.created_at),
        (
            3,
            EventKind::OrderCancelled,
            first_cancelled.clone(),
            at(&first_cancelled),
        ),
        (
            4,
            EventKind::OrderCancelled,
            second_cancelled.clone(),
            at(&second_cancelled),
        ),
    ];
    assert_eq!(told, expected);
}

pub(super) async fn an_event_is_unchanged_by_what_comes_later(trial: &Trial) {
    let user = trial.user(1_000).await;
    let product = trial.product(10, 100).await;
    let order = trial.order(user, &[(product, 1)]).await;
    let first = all_events(trial.store().as_ref()).await;
    trial.done(cancel(order.id)).await;
    trial.order(user, &[(product, 1)]).await;
    trial.restart().await;
    let later = all_events(trial.store().as_ref()).await;
    assert_eq!(later[..1], first, "the id above all");
}

/// Follows the events until `last` is there: only forward, a window at a time.
async fn tail(store: &dyn Store, seen: &mut Vec<NumberedEvent>) -> bool {
    let after = seen.last().map_or(0, |it| it.sequence);
    let next = store.events(after, WINDOW).await.unwrap();
    assert!(
        next.iter().all(|it| it.sequence > after),
        "events up to {after} come again"
    );
    let came = !next.is_empty();
    seen.extend(next);
    came
}

pub(super) async fn a_reader_that_only_goes_forward_misses_no_event(trial: &Trial) {
    const USERS: usize = 8;
    const ORDERS_EACH: usize = 20;
    let users = trial.users(USERS, 10_000).await;
    let product = trial.product(1, 100_000).await;
    let stop = Arc::new(AtomicBool::new(false));
    let reader = {
        let (store, stop) = (trial.store(), stop.clone());
        tokio::spawn(async move {
            let mut seen = Vec::new();
            loop {
                // Looked at before reading: what was committed by then is read.
                let last_round = stop.load(Ordering::SeqCst);
                while tail(store.as_ref(), &mut seen).await {}
                if last_round {
                    return seen;
                }
                tokio::task::yield_now().await;
            }
        })
    };
    let writers = users.into_iter().map(|user| {
        let trial = trial.clone();
        tokio::spawn(async move {
            let mut history = Vec::new();
            for index in 0..ORDERS_EACH {
                let order = expect::order(trial.done(place(user, &[(product, 1)])).await);
                history.push((EventKind::OrderPaid, order.id));
                if index % 3 == 0 {
                    trial.done(cancel(order.id)).await;
                    history.push((EventKind::OrderCancelled, order.id));
                }
            }
            (user, history)
        })
    });
    let mut histories = Vec::new();
    for writer in writers.collect::<Vec<_>>() {
        histories.push(writer.await.unwrap());
    }
    stop.store(true, Ordering::SeqCst);
    let seen = reader.await.unwrap();

    assert_eq!(
        seen,
        all_events(trial.store().as_ref()).await,
        "nothing came in behind the reader"
    );
    let sequences: Vec<_> = seen.iter().map(|it| it.sequence).collect();
    let expected: Vec<_> = (1..=sequences.len() as u64).collect();
    assert_eq!(sequences, expected, "from 1, without a gap");
    for (user, history) in histories {
        let told: Vec<(EventKind, OrderId)> = seen
            .iter()
            .filter(|it| it.event.order.user_id == user)
            .map(|it| (it.event.kind, it.event.order.id))
            .collect();
        assert_eq!(
            told, history,
            "events of user {user} in the order of its answers"
        );
    }
}

pub(super) async fn an_answered_order_s_event_is_there_at_once(trial: &Trial) {
    const ORDERS: usize = 25;
    let user = trial.user(10_000).await;
    let product = trial.product(1, 1_000).await;
    let mut last = 0;
    for _ in 0..ORDERS {
        let answer = trial.done(place(user, &[(product, 1)])).await;
        let Answer::OrderPlaced(order) = answer else {
            panic!("{answer:?}")
        };
        let next = trial.store().events(last, 10).await.unwrap();
        assert_eq!(next.len(), 1, "one event for one order: {next:?}");
        assert_eq!(next[0].event.order, order);
        last = next[0].sequence;
    }
}
