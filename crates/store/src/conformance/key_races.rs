//! One key, many requests at the same moment.

use jumun_domain::{Answer, Command, Decision, Rejection, Request};

use super::expect::{self, same_answer};
use super::fixtures::{charge, keyed, place};
use super::replays::keyed_commands;
use super::trial::Trial;

/// How often one request is sent at once.
const TIMES: usize = 100;

/// Of all decisions exactly one is the effect; the others answer the same.
fn one_effect(decisions: &[Decision], command: &Command) -> Answer {
    let done = expect::done(decisions);
    assert_eq!(done.len(), 1, "effects of {command:?}");
    for decision in decisions {
        let (Decision::Done(answer) | Decision::Replayed(answer)) = decision else {
            panic!("{command:?} was sent {TIMES} times under one key: {decision:?}");
        };
        assert!(
            same_answer(&done[0], answer),
            "{:?} and {answer:?}",
            done[0]
        );
    }
    done.into_iter().next().unwrap()
}

pub(super) async fn one_request_a_hundred_times_at_once_has_one_effect(trial: &Trial) {
    for (request, _) in keyed_commands(trial).await {
        let decisions = trial.at_once(vec![request.clone(); TIMES]).await;
        one_effect(&decisions, &request.command);
        trial.check_laws().await;
    }
}

pub(super) async fn many_requests_a_few_times_each_have_one_effect_each(trial: &Trial) {
    const REQUESTS: usize = 25;
    let user = trial.user(10_000).await;
    let product = trial.product(100, 1_000).await;
    let request = |index: usize| {
        keyed(
            place(user, &[(product, 1)]),
            format!("key-{}", index % REQUESTS),
        )
    };
    let decisions = trial.at_once((0..TIMES).map(request).collect()).await;
    for first in 0..REQUESTS {
        let same: Vec<_> = decisions
            .iter()
            .skip(first)
            .step_by(REQUESTS)
            .cloned()
            .collect();
        one_effect(&same, &request(first).command);
    }
    let shop = trial.snapshot().await;
    assert_eq!(shop.orders.len(), REQUESTS);
}

pub(super) async fn of_two_requests_under_one_key_only_one_is_done(trial: &Trial) {
    let user = trial.user(0).await;
    let bodies = [charge(user, 10), charge(user, 20)];
    let requests: Vec<Request> = (0..TIMES)
        .map(|index| keyed(bodies[index % 2].clone(), "one-key"))
        .collect();
    let decisions = trial.at_once(requests).await;
    let done = expect::done(&decisions);
    assert_eq!(done.len(), 1, "{done:?}");
    let won = usize::from(matches!(decisions[0], Decision::Rejected(_)));
    let same: Vec<_> = decisions.iter().skip(won).step_by(2).cloned().collect();
    one_effect(&same, &bodies[won]);
    let refused = Decision::Rejected(vec![Rejection::IdempotencyKeyReused]);
    assert!(
        decisions
            .iter()
            .skip(1 - won)
            .step_by(2)
            .all(|it| *it == refused),
        "{decisions:?}"
    );
    assert_eq!(trial.snapshot().await.user(user).entries.len(), 1);
}

pub(super) async fn one_key_of_a_hundred_users_is_a_hundred_keys(trial: &Trial) {
    let users = trial.users(TIMES, 0).await;
    let requests = users
        .iter()
        .map(|&user| keyed(charge(user, 7), "one-key"))
        .collect();
    let decisions = trial.at_once(requests).await;
    assert_eq!(expect::done(&decisions).len(), TIMES, "{decisions:?}");
}
