//! A caller that gives up: the request is done whole or not at all, and its key
//! tells which.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use jumun_domain::{Command, Decision, Request};

use super::expect;
use super::fixtures::{cancel, issue, keyed, place_with};
use super::trial::Trial;

/// Polls the request that many times, as if its caller hung up then.
async fn give_up(trial: &Trial, request: Request, polls: usize) {
    let store = trial.store();
    let mut future = pin!(store.execute(request));
    for _ in 0..polls {
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(answer) = future.as_mut().poll(&mut context) {
            answer.unwrap();
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// How often a request is polled before it is dropped: never, once, and often.
const POLLS: [usize; 4] = [0, 1, 2, 30];

pub(super) async fn a_request_that_was_given_up_is_done_whole_or_not_at_all(trial: &Trial) {
    const EACH: usize = 8;
    let product = trial.product(100, 1_000).await;
    let campaign = trial.campaign(30, 1_000).await;
    let mut given_up = Vec::new();
    for polls in POLLS.into_iter().cycle().take(EACH * POLLS.len()) {
        let user = trial.user(1_000).await;
        let coupon = trial.coupon(campaign.id, user).await;
        let order = keyed(place_with(user, &[(product, 1)], coupon.id), "order");
        give_up(trial, order.clone(), polls).await;
        given_up.push((user, order));
    }
    for (user, order) in given_up {
        let key = order.idempotency.clone().unwrap().key;
        let answer = match trial.decide(order).await {
            Decision::Done(answer) | Decision::Replayed(answer) => expect::order(answer),
            other => panic!("the key tells what became of it: {other:?}"),
        };
        let found = trial.store().order_by_key(user, key).await.unwrap();
        assert_eq!(found, Some(answer));
    }
    let shop = trial.snapshot().await;
    assert_eq!(
        shop.orders.len(),
        EACH * POLLS.len(),
        "one order for each key"
    );
}

pub(super) async fn requests_of_every_kind_can_be_given_up(trial: &Trial) {
    for polls in POLLS {
        let mut requests: Vec<Request> = Vec::new();
        for (request, _) in super::replays::keyed_commands(trial).await {
            requests.push(request);
        }
        let user = trial.user(0).await;
        let campaign = trial.campaign(30, 1).await;
        requests.push(keyed(issue(campaign.id, user), "coupon"));
        for request in &requests {
            give_up(trial, renamed(request, polls), polls).await;
        }
        for request in requests {
            let decision = trial.decide(renamed(&request, polls)).await;
            assert!(
                matches!(decision, Decision::Done(_) | Decision::Replayed(_)),
                "{polls} polls of {:?}: {decision:?}",
                request.command
            );
        }
        trial.check_laws().await;
    }
}

/// The same under a key of this round: campaign creation has one scope for all.
fn renamed(request: &Request, round: usize) -> Request {
    let key = request.idempotency.as_ref().unwrap().key.text();
    keyed(request.command.clone(), format!("{key}-{round}"))
}

pub(super) async fn those_who_stay_are_answered_though_others_give_up(trial: &Trial) {
    const ORDERS: usize = 60;
    let user = trial.user(100_000).await;
    let product = trial.product(10, 1_000).await;
    let command = || super::fixtures::place(user, &[(product, 1)]);
    let stayed = tokio::spawn({
        let trial = trial.clone();
        let requests = (0..ORDERS).map(|index| keyed(command(), format!("stays-{index}")));
        let requests: Vec<_> = requests.collect();
        async move { trial.at_once(requests).await }
    });
    for index in 0..ORDERS {
        let leaving = keyed(command(), format!("leaves-{index}"));
        give_up(trial, leaving, POLLS[index % POLLS.len()]).await;
    }
    let answered = expect::done(&stayed.await.unwrap());
    assert_eq!(answered.len(), ORDERS);
    // Asking again settles what the others had left open.
    let again = (0..ORDERS).map(|index| keyed(command(), format!("leaves-{index}")));
    trial.at_once(again.collect()).await;
    let shop = trial.snapshot().await;
    assert_eq!(shop.orders.len(), 2 * ORDERS);
    let command: Command = cancel(shop.orders[0].id);
    trial.done(command).await;
}
