//! Users and their balances, read right after they were written.

use std::sync::Arc;

use jumun_domain::{Answer, Charge, Command, EntryKind, Money, OrderId};
use uuid::Uuid;

use super::expect;
use super::fixtures::{adjust_balance, charge, key, money, register};
use super::trial::Trial;
use crate::{Page, PageOf, Readiness};

pub(super) async fn a_new_database_is_empty_and_ready(trial: &Trial) {
    let store = trial.store();
    assert_eq!(store.readiness().await, Readiness::Ready);
    let shop = trial.snapshot().await;
    assert!(shop.products.is_empty() && shop.campaigns.is_empty() && shop.orders.is_empty());
    assert!(shop.events.is_empty() && shop.best_sellers.is_empty());
}

pub(super) async fn a_registered_user_is_there_with_nothing_on_the_balance(trial: &Trial) {
    let id = trial.fresh_user_id();
    let answer = trial.done(register(id, Some("Kim Min-ji"))).await;
    assert!(
        matches!(answer, Answer::User { created: true, .. }),
        "{answer:?}"
    );
    let user = expect::user(answer);
    assert_eq!((user.id, user.name.as_deref()), (id, Some("Kim Min-ji")));
    assert_eq!((user.balance, user.paid), (Money::ZERO, Money::ZERO));

    let store = trial.store();
    assert_eq!(store.user(id).await.unwrap(), Some(user));
    let view = trial.snapshot().await.user(id).clone();
    assert!(view.entries.is_empty() && view.coupons.is_empty() && view.orders.is_empty());
}

pub(super) async fn a_second_registration_keeps_all_but_a_given_name(trial: &Trial) {
    let id = trial.user(500).await;
    let before = trial.store().user(id).await.unwrap().unwrap();
    // (name given, name afterwards)
    let table = [
        (None, None),
        (Some("Min-ji"), Some("Min-ji")),
        (None, Some("Min-ji")),
    ];
    for (given, expected) in table {
        let answer = trial.done(register(id, given)).await;
        assert!(
            matches!(answer, Answer::User { created: false, .. }),
            "{answer:?}"
        );
        let user = expect::user(answer);
        let name: Option<Arc<str>> = expected.map(Arc::from);
        assert_eq!(
            user,
            jumun_domain::User {
                name,
                ..before.clone()
            },
            "after {given:?}"
        );
        assert_eq!(
            trial.store().user(id).await.unwrap(),
            Some(user),
            "after {given:?}"
        );
    }
}

pub(super) async fn a_charge_is_in_the_balance_and_the_ledger(trial: &Trial) {
    let id = trial.user(0).await;
    let with_reference = Charge::new(id, 700, Some("card-17")).unwrap();
    let first = expect::entry(trial.done(Command::Charge(with_reference)).await);
    let second = expect::entry(trial.done(charge(id, 300)).await);

    assert_eq!(
        (first.kind, first.amount, first.balance_after),
        charged(700, 700)
    );
    assert_eq!(
        (second.kind, second.amount, second.balance_after),
        charged(300, 1_000)
    );
    assert_eq!(first.reference.as_deref(), Some("card-17"));
    assert_eq!(
        (&second.reference, &second.reason, second.order_id),
        (&None, &None, None)
    );
    let view = trial.snapshot().await.user(id).clone();
    assert_eq!(view.user.balance, money(1_000));
    assert_eq!(view.entries, [second, first]);
}

fn charged(amount: i64, balance: i64) -> (EntryKind, Money, Money) {
    (EntryKind::Charge, money(amount), money(balance))
}

pub(super) async fn an_adjustment_moves_the_balance_either_way(trial: &Trial) {
    let id = trial.user(1_000).await;
    // (amount, balance afterwards): down to nothing, and up again.
    for (amount, balance) in [(-400, 600), (-600, 0), (50, 50)] {
        let entry = expect::entry(trial.done(adjust_balance(id, amount)).await);
        assert_eq!(entry.kind, EntryKind::Adjustment);
        assert_eq!(
            (entry.amount, entry.balance_after),
            (money(amount), money(balance))
        );
        assert_eq!(entry.reason.as_deref(), Some("a correction"));
        let view = trial.snapshot().await.user(id).clone();
        assert_eq!(view.user.balance, money(balance));
        assert_eq!(view.entries.first(), Some(&entry));
    }
}

pub(super) async fn what_does_not_exist_is_none(trial: &Trial) {
    let bystander = trial.user(1).await;
    let store = trial.store();
    let user = trial.fresh_user_id();
    let product = trial.fresh_product_id();
    assert_eq!(store.user(user).await.unwrap(), None);
    assert_eq!(store.entries(user, first_page()).await.unwrap(), None);
    assert_eq!(store.coupons(user, first_page()).await.unwrap(), None);
    assert_eq!(store.orders(user, first_page()).await.unwrap(), None);
    assert_eq!(store.order(OrderId(Uuid::nil())).await.unwrap(), None);
    assert_eq!(store.order_by_key(user, key("k")).await.unwrap(), None);
    assert_eq!(store.order_by_key(bystander, key("k")).await.unwrap(), None);
    assert_eq!(store.product(product).await.unwrap(), None);
    assert_eq!(
        store
            .stock_adjustments(product, first_page())
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        store
            .campaign(jumun_domain::CampaignId::FIRST)
            .await
            .unwrap(),
        None
    );
    let empty = PageOf {
        items: Vec::new(),
        more: false,
    };
    assert_eq!(
        store.orders(bystander, first_page()).await.unwrap(),
        Some(empty)
    );
}

fn first_page<K>() -> Page<K> {
    Page {
        after: None,
        limit: 10,
    }
}
