//! What leaves no line, and that a line and its write are one.

use jumun_domain::{Answer, Decision, Request};

use super::fixtures::operator;
use super::trial::AccessTrial;
use crate::conformance::expect;
use crate::conformance::fixtures::{
    adjust_balance, adjust_stock, cancel, charge, create_campaign, issue, key, keyed, place,
    put_product, register,
};

pub(super) async fn what_was_not_done_leaves_no_line(trial: &AccessTrial) {
    let shop = &trial.shop;
    let user = shop.user(100).await;
    let product = shop.product(10, 5).await;
    let nobody = shop.fresh_user_id();
    let order = shop.order(user, &[(product, 1)]).await;
    let (_, lines) = trial.by_operator(cancel(order.id), None).await;
    assert_eq!(lines.len(), 1);
    let rejected = [
        charge(nobody, 5),
        adjust_balance(user, -1_000),
        adjust_stock(product, -1_000),
        adjust_stock(shop.fresh_product_id(), 1),
        cancel(order.id),
    ];
    for command in rejected {
        let (decision, lines) = trial.by_operator(command.clone(), None).await;
        assert!(matches!(decision, Decision::Rejected(_)), "{decision:?}");
        assert_eq!(lines, [], "{command:?}");
    }
    let paid = shop.order(user, &[(product, 1)]).await;
    let commands = [
        charge(user, 50),
        adjust_balance(user, 1),
        adjust_stock(product, 1),
        create_campaign(1, 1),
        cancel(paid.id),
    ];
    for (number, command) in commands.into_iter().enumerate() {
        let first = key(format!("first-{number}"));
        let (decision, lines) = trial.by_operator(command.clone(), Some(&first)).await;
        assert!(matches!(decision, Decision::Done(_)), "{decision:?}");
        assert_eq!(lines.len(), 1, "{command:?}");
        let (decision, lines) = trial.by_operator(command.clone(), Some(&first)).await;
        assert!(matches!(decision, Decision::Replayed(_)), "{decision:?}");
        assert_eq!(lines, [], "{command:?} again");
    }
    let reused = key("first-0");
    let (decision, lines) = trial.by_operator(charge(user, 51), Some(&reused)).await;
    assert!(matches!(decision, Decision::Rejected(_)), "{decision:?}");
    assert_eq!(lines, [], "the key is of another request");
}

pub(super) async fn what_shoppers_do_leaves_no_line(trial: &AccessTrial) {
    let shop = &trial.shop;
    let user = shop.user(100).await;
    let product = shop.product(10, 5).await;
    let campaign = shop.campaign(1, 5).await;
    for command in [issue(campaign.id, user), place(user, &[(product, 1)])] {
        let (decision, lines) = trial.by_operator(command, None).await;
        assert!(matches!(decision, Decision::Done(_)), "{decision:?}");
        assert_eq!(lines, []);
    }
}

pub(super) async fn what_nobody_is_named_for_leaves_no_line(trial: &AccessTrial) {
    let shop = &trial.shop;
    let (user, product) = (shop.fresh_user_id(), shop.fresh_product_id());
    shop.done(register(user, Some("Kim"))).await;
    shop.done(charge(user, 100)).await;
    shop.done(adjust_balance(user, -1)).await;
    shop.done(put_product(product, 10, 5)).await;
    shop.done(adjust_stock(product, 1)).await;
    shop.done(create_campaign(1, 5)).await;
    let order = shop.order(user, &[(product, 1)]).await;
    shop.done(cancel(order.id)).await;
    assert_eq!(trial.lines().await, []);
}

pub(super) async fn a_line_is_there_exactly_if_its_write_is(trial: &AccessTrial) {
    const ROUNDS: usize = 40;
    let mut asked: Vec<(_, Request)> = Vec::new();
    for round in 0..ROUNDS {
        let user = trial.shop.user(0).await;
        let request = keyed(charge(user, 5), "charge").by(operator());
        let (store, given_up) = (trial.shop.store(), request.clone());
        let task = tokio::spawn(async move { store.execute(given_up).await });
        for _ in 0..round % 8 {
            tokio::task::yield_now().await;
        }
        // Whoever asked hangs up, at one point or another.
        task.abort();
        asked.push((user, request));
        if round % 10 == 9 {
            trial.shop.restart().await;
        }
    }
    for (user, request) in asked {
        let answer = match trial.shop.decide(request).await {
            Decision::Done(answer) | Decision::Replayed(answer) => answer,
            other => panic!("the key tells what became of it: {other:?}"),
        };
        let entry = expect::entry(answer);
        let lines = trial.lines_of(&format!("user:{user}")).await;
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!(lines[0].at, entry.created_at);
    }
    // Of one and the same request at once, one is done and leaves its line.
    let user = trial.shop.user(0).await;
    let same = keyed(charge(user, 5), "same").by(operator());
    let decisions = trial.shop.at_once(vec![same; ROUNDS]).await;
    let done: Vec<Answer> = expect::done(&decisions);
    let lines = trial.lines_of(&format!("user:{user}")).await;
    assert_eq!((done.len(), lines.len()), (1, 1));
}
