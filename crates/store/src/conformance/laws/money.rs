use jumun_domain::{Entry, EntryKind, Money, Order};

use crate::conformance::snapshot::UserView;

/// Each entry goes on from the one before, the last is the balance, and no
/// balance was ever below zero.
pub(super) fn ledger_sums_to_the_balance(view: &UserView) {
    let id = view.user.id;
    assert!(
        view.entries.is_sorted_by(|a, b| a.id > b.id),
        "entries of {id} are newest first"
    );
    let mut balance = Money::ZERO;
    for entry in view.entries.iter().rev() {
        assert_eq!(entry.user_id, id, "an entry in the ledger of {id}");
        balance = balance.checked_add(entry.amount).unwrap();
        assert_eq!(
            entry.balance_after, balance,
            "step by step, user {id}: {entry:?}"
        );
        assert!(!balance.is_negative(), "user {id} below zero: {entry:?}");
    }
    assert_eq!(
        view.user.balance, balance,
        "the ledger of user {id} against the balance"
    );
    let paid: i64 = paid_orders(view).map(|it| it.total.get()).sum();
    assert_eq!(view.user.paid.get(), paid, "paid orders of user {id}");
}

/// One payment an order, one refund a cancel, each of the order's total, and
/// neither without an order.
pub(super) fn orders_are_paid_and_refunded_once(view: &UserView) {
    let mut payments = 0;
    let mut refunds = 0;
    for order in &view.orders {
        let payment = only(view, order, EntryKind::Payment);
        assert_eq!(
            payment.amount,
            order.total.negated(),
            "payment of {}",
            order.id
        );
        assert_eq!(
            payment.balance_after, order.balance_after,
            "payment of {}",
            order.id
        );
        payments += 1;
        if order.cancellation.is_some() {
            let refund = only(view, order, EntryKind::Refund);
            assert_eq!(refund.amount, order.total, "refund of {}", order.id);
            refunds += 1;
        }
    }
    assert_eq!(
        count(view, EntryKind::Payment),
        payments,
        "payments of {}",
        view.user.id
    );
    assert_eq!(
        count(view, EntryKind::Refund),
        refunds,
        "refunds of {}",
        view.user.id
    );
}

fn paid_orders(view: &UserView) -> impl Iterator<Item = &Order> {
    view.orders
        .iter()
        .map(AsRef::as_ref)
        .filter(|it| it.cancellation.is_none())
}

fn only<'a>(view: &'a UserView, order: &Order, kind: EntryKind) -> &'a Entry {
    let matching = |it: &&Entry| it.kind == kind && it.order_id == Some(order.id);
    let found: Vec<_> = view.entries.iter().filter(matching).collect();
    assert_eq!(
        found.len(),
        1,
        "{kind:?} entries of order {}: {found:?}",
        order.id
    );
    found[0]
}

fn count(view: &UserView, kind: EntryKind) -> usize {
    view.entries.iter().filter(|it| it.kind == kind).count()
}
