//! Keys are compared within their scope: a user, a product, or campaign creation.

use jumun_domain::{Command, Decision, IdempotencyKey, Rejection, Request};

use super::expect;
use super::fixtures::{
    adjust_balance, adjust_stock, cancel, charge, create_campaign, issue, key, place, put_product,
    register,
};
use super::trial::Trial;

/// The one key that every request of these cases carries.
const SAME: &str = "same-key";

fn same() -> Option<IdempotencyKey> {
    Some(key(SAME))
}

pub(super) async fn a_key_of_one_scope_is_free_in_every_other(trial: &Trial) {
    // A user and a product of the same number, so that only the kind differs.
    let number = trial.fresh_id();
    let user = jumun_domain::UserId::new(number).unwrap();
    let product = jumun_domain::ProductId::new(number).unwrap();
    trial.done(register(user, None)).await;
    trial.done(put_product(product, 100, 10)).await;
    let (other_user, other_product) = (trial.user(0).await, trial.product(100, 10).await);

    let table = [
        charge(user, 100),
        charge(other_user, 100),
        adjust_stock(product, 1),
        adjust_stock(other_product, 1),
        create_campaign(10, 1),
    ];
    let mut first = Vec::new();
    for command in &table {
        first.push(trial.done_with(command.clone(), same().as_ref()).await);
    }
    trial.restart().await;
    for (command, answer) in table.into_iter().zip(first) {
        let again = trial.decide(Request::new(command, same())).await;
        assert_eq!(again, Decision::Replayed(answer));
    }
}

pub(super) async fn a_user_s_key_is_one_key_for_all_that_moves_money_or_coupons(trial: &Trial) {
    let commands = async || -> Vec<Command> {
        let user = trial.user(10_000).await;
        let product = trial.product(100, 10).await;
        let campaign = trial.campaign(10, 1).await;
        let order = trial.order(user, &[(product, 1)]).await;
        vec![
            charge(user, 100),
            adjust_balance(user, 100),
            issue(campaign.id, user),
            place(user, &[(product, 1)]),
            cancel(order.id),
        ]
    };
    for first in 0..commands().await.len() {
        let commands = commands().await;
        trial
            .done_with(commands[first].clone(), same().as_ref())
            .await;
        let before = trial.snapshot().await;
        for (index, command) in commands.into_iter().enumerate().filter(|it| it.0 != first) {
            let decision = trial.decide(Request::new(command, same())).await;
            let refused = Decision::Rejected(vec![Rejection::IdempotencyKeyReused]);
            assert_eq!(decision, refused, "command {index} after {first}");
        }
        assert_eq!(trial.snapshot().await, before);
    }
}

pub(super) async fn keys_differ_by_case_and_by_every_character(trial: &Trial) {
    let user = trial.user(0).await;
    let visible: String = ('!'..='~').filter(|it| !"\"\\".contains(*it)).collect();
    let longest = "k".repeat(jumun_domain::limits::MAX_KEY_BYTES);
    let nearly = format!("{}K", &longest[1..]);
    let texts = [
        "k", "K", "k'", "k''--", "k%", "k_", "1", "01", &visible, &longest, &nearly,
    ];
    let mut answers = Vec::new();
    for text in texts {
        answers.push(trial.done_with(charge(user, 1), Some(&key(text))).await);
    }
    let shop = trial.snapshot().await;
    assert_eq!(shop.user(user).entries.len(), texts.len());
    trial.restart().await;
    for (text, first) in texts.into_iter().zip(answers) {
        let again = trial
            .decide(Request::new(charge(user, 1), Some(key(text))))
            .await;
        assert_eq!(again, Decision::Replayed(first), "{text}");
    }
}

pub(super) async fn a_cancel_s_key_is_one_of_the_order_s_user(trial: &Trial) {
    let (one, other) = (trial.user(1_000).await, trial.user(1_000).await);
    let product = trial.product(100, 10).await;
    let of_one = trial.order(one, &[(product, 1)]).await;
    let of_other = trial.order(other, &[(product, 1)]).await;
    let first = trial.done_with(cancel(of_one.id), same().as_ref()).await;
    let second = trial.done_with(cancel(of_other.id), same().as_ref()).await;
    assert_eq!(expect::order(first).user_id, one);
    assert_eq!(expect::order(second).user_id, other);
}
