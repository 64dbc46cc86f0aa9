//! What holds for every command: keys, and rows that were not gathered.

use super::testing::*;
use crate::answer::{Answer, Decision};
use crate::command::{
    AdjustBalance, AdjustStock, Command, IssueCoupon, PutProduct, RegisterUser, Request,
};
use crate::id::OrderId;
use crate::needs::{Needs, needs};
use crate::rejection::Rejection;
use crate::table::NotLoaded;
use crate::working_set::WorkingSet;
use uuid::Uuid;

/// A shop in which every kind of command can be done.
fn busy_shop() -> (Shop, Vec<Command>) {
    let mut shop = Shop::new();
    shop.given_user(1, 10_000);
    shop.given_user(2, 10_000);
    shop.done(limited(1, 100, 50, Some(9)));
    shop.given_product(2, 30, 50);
    let coupon = shop.given_coupon(campaign(10), 1);
    let spent = shop.given_coupon(campaign(20), 2);
    let mut paid = order(2, &[(1, 2), (2, 1)]);
    paid.coupon_id = Some(spent);
    let paid = shop.placed(paid);
    let campaign_id = shop.given_campaign(campaign(30));
    let mut with_coupon = order(1, &[(1, 3), (2, 4)]);
    with_coupon.coupon_id = Some(coupon);
    let commands = vec![
        RegisterUser::new(user(3), Some("Kim")).unwrap().into(),
        RegisterUser::new(user(1), Some("Kim")).unwrap().into(),
        charge(1, 5).into(),
        AdjustBalance::new(user(1), -5, "typing error")
            .unwrap()
            .into(),
        product(3, 5, 5).into(),
        product(1, 5, 5).into(),
        AdjustStock::new(product_id(1), -5, None).unwrap().into(),
        campaign(40).into(),
        IssueCoupon {
            campaign_id,
            user_id: user(1),
        }
        .into(),
        with_coupon.into(),
        cancel(paid.id, true).into(),
    ];
    (shop, commands)
}

#[test]
fn a_replay_answers_what_was_answered_first_and_changes_nothing() {
    let (_, commands) = busy_shop();
    for index in 0..commands.len() {
        let (mut shop, mut commands) = busy_shop();
        let command = commands.swap_remove(index);
        let Decision::Done(first) = shop.send(command.clone(), Some("k")) else {
            panic!("{command:?} is not done");
        };
        let again = shop.send(command.clone(), Some("k"));
        if matches!(command, Command::RegisterUser(_) | Command::PutProduct(_)) {
            assert!(
                matches!(again, Decision::Done(_)),
                "a PUT needs no key: {again:?}"
            );
        } else {
            assert_eq!(again, Decision::Replayed(first));
        }
    }
}

#[test]
fn a_replay_comes_before_every_other_rule() {
    let mut shop = Shop::new();
    shop.given_user(1, 100);
    shop.given_product(1, 100, 1);
    let order = order(1, &[(1, 1)]);
    let Decision::Done(first) = shop.send(order.clone(), Some("k")) else {
        panic!("not done")
    };
    let Answer::OrderPlaced(placed) = &first else {
        panic!("{first:?}")
    };

    // Nothing is left of balance, stock and product, and the order is cancelled.
    shop.done(PutProduct {
        active: false,
        ..product(1, 999, 0)
    });
    assert_eq!(
        shop.send(order.clone(), Some("k")),
        Decision::Replayed(first.clone())
    );
    let cancel = cancel(placed.id, false);
    let Decision::Done(cancelled) = shop.send(cancel.clone(), Some("c")) else {
        panic!("not done")
    };
    assert_eq!(shop.send(order, Some("k")), Decision::Replayed(first));
    assert_eq!(shop.send(cancel, Some("c")), Decision::Replayed(cancelled));
}

#[test]
fn a_key_of_another_request_is_refused_even_where_that_request_would_be_rejected() {
    let mut shop = Shop::new();
    shop.given_user(1, 100);
    shop.given_product(1, 10, 5);
    assert!(matches!(
        shop.send(charge(1, 5), Some("k")),
        Decision::Done(_)
    ));
    let others: [Command; 4] = [
        charge(1, 6).into(),
        AdjustBalance::new(user(1), 5, "why").unwrap().into(),
        order(1, &[(1, 1)]).into(),
        order(1, &[(9, 1)]).into(),
    ];
    for other in others {
        let decision = shop.send(other, Some("k"));
        assert_eq!(
            decision,
            Decision::Rejected(vec![Rejection::IdempotencyKeyReused])
        );
    }
}

#[test]
fn a_rejected_request_is_not_remembered() {
    let mut shop = Shop::new();
    shop.given_user(1, 0);
    shop.given_product(1, 10, 5);
    let order = order(1, &[(1, 1)]);
    assert!(matches!(
        shop.send(order.clone(), Some("k")),
        Decision::Rejected(_)
    ));
    assert!(shop.set.journal.remembered.is_empty());
    shop.done(charge(1, 10));
    assert!(matches!(shop.send(order, Some("k")), Decision::Done(_)));
}

#[test]
fn keys_of_different_scopes_do_not_meet() {
    let mut shop = Shop::new();
    shop.given_user(1, 100);
    shop.given_user(2, 100);
    shop.given_product(1, 10, 5);
    shop.given_product(2, 10, 5);
    let commands: [Command; 5] = [
        charge(1, 5).into(),
        charge(2, 5).into(),
        AdjustStock::new(product_id(1), 5, None).unwrap().into(),
        AdjustStock::new(product_id(2), 5, None).unwrap().into(),
        campaign(5).into(),
    ];
    for command in commands {
        assert!(matches!(shop.send(command, Some("k")), Decision::Done(_)));
    }
}

#[test]
fn the_scope_of_a_cancel_is_the_user_of_the_order() {
    let mut shop = Shop::new();
    shop.given_user(1, 100);
    shop.given_user(2, 100);
    shop.given_product(1, 10, 5);
    let mine = shop.placed(order(1, &[(1, 1)]));
    let other = shop.placed(order(2, &[(1, 1)]));
    assert!(matches!(
        shop.send(charge(1, 5), Some("k")),
        Decision::Done(_)
    ));
    let reused = Decision::Rejected(vec![Rejection::IdempotencyKeyReused]);
    assert_eq!(shop.send(cancel(mine.id, true), Some("k")), reused);
    assert!(matches!(
        shop.send(cancel(other.id, true), Some("k")),
        Decision::Done(_)
    ));
}

#[test]
fn a_key_means_nothing_where_the_order_to_cancel_is_unknown() {
    let mut shop = Shop::new();
    let unknown = cancel(OrderId(Uuid::from_u128(1)), true);
    let not_found = Decision::Rejected(vec![Rejection::OrderNotFound {
        order_id: unknown.order_id,
    }]);
    assert_eq!(shop.send(unknown, Some("k")), not_found);
}

#[test]
fn a_row_that_was_not_gathered_stops_the_decision_before_anything_changes() {
    let (mut shop, commands) = busy_shop();
    for command in commands {
        let key =
            (!matches!(command, Command::RegisterUser(_) | Command::PutProduct(_))).then_some("k");
        let request = request(command, key);
        let all = everything_needed(&shop.set, &request);
        let (count, _) = gathered_without(&shop.set, &all, usize::MAX);
        for omitted in 0..count {
            let (_, mut set) = gathered_without(&shop.set, &all, omitted);
            let before = set.clone();
            let mut stamp = super::Stamp {
                now: shop.now,
                ids: &mut shop.ids,
            };
            let decision = super::decide(&mut set, &request, &mut stamp);
            assert_eq!(
                decision,
                Err(NotLoaded),
                "row {omitted} of {all:?} for {request:?}"
            );
            assert!(set == before, "row {omitted} of {all:?} for {request:?}");
        }
        let (_, mut set) = gathered_without(&shop.set, &all, usize::MAX);
        let mut stamp = super::Stamp {
            now: shop.now,
            ids: &mut shop.ids,
        };
        let decision = super::decide(&mut set, &request, &mut stamp);
        assert!(matches!(decision, Ok(Decision::Done(_))), "{decision:?}");
    }
}

/// Every row that the request can touch.
fn everything_needed(rows: &WorkingSet, request: &Request) -> Needs {
    let mut set = WorkingSet::default();
    let mut all = Needs::default();
    loop {
        let mut missing = Needs::default();
        needs(&set, request, &mut missing);
        if missing.is_empty() {
            return all;
        }
        // Asked with the same collection again, it only grows.
        needs(&set, request, &mut all);
        fill(&mut set, &missing, rows, &mut || true);
    }
}

/// How many rows were asked for, and a set that lacks one of them.
fn gathered_without(rows: &WorkingSet, all: &Needs, omitted: usize) -> (usize, WorkingSet) {
    let mut set = WorkingSet::default();
    let mut count = 0;
    fill(&mut set, all, rows, &mut || {
        count += 1;
        count - 1 != omitted
    });
    (count, set)
}
