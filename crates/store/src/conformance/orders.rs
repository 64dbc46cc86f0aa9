//! Orders and cancels, as every read shows them afterwards.

use jumun_domain::{Answer, CouponUse, EntryKind, EventKind, Money, Order, ProductId};

use super::expect;
use super::fixtures::{
    cancel, cancel_without_restock, money, place, place_with, put_product, units,
};
use super::trial::Trial;

/// Lines of the largest order that the contract allows.
const MOST_LINES: i64 = jumun_domain::limits::MAX_ORDER_LINES as i64;

pub(super) async fn a_paid_order_is_seen_by_every_read(trial: &Trial) {
    let user = trial.user(10_000).await;
    let (tea, cup) = (trial.product(1_000, 5).await, trial.product(300, 9).await);
    let campaign = trial.campaign(501, 1).await;
    let coupon = trial.coupon(campaign.id, user).await;

    let answer = trial
        .done(place_with(user, &[(cup, 2), (tea, 3)], coupon.id))
        .await;
    let Answer::OrderPlaced(order) = answer else {
        panic!("{answer:?}")
    };

    assert_eq!((order.user_id, order.coupon_id), (user, Some(coupon.id)));
    assert_eq!((order.subtotal, order.discount), (money(3_600), money(501)));
    assert_eq!(
        (order.total, order.balance_after),
        (money(3_099), money(6_901))
    );
    assert_eq!(
        lines(&order),
        [(cup, 2, 300, 600, 84), (tea, 3, 1_000, 3_000, 417)]
    );
    assert_eq!(order.cancellation, None);

    let store = trial.store();
    assert_eq!(store.order(order.id).await.unwrap().as_ref(), Some(&order));
    let shop = trial.check_laws().await;
    assert_eq!(shop.orders, std::slice::from_ref(&order));
    let view = shop.user(user);
    assert_eq!(
        (view.user.balance, view.user.paid),
        (money(6_901), money(3_099))
    );
    assert_eq!(view.orders, std::slice::from_ref(&order));
    let used = CouponUse {
        order_id: order.id,
        at: order.created_at,
    };
    assert_eq!(view.coupons[0].coupon.used, Some(used));
    let payment = &view.entries[0];
    assert_eq!(
        (payment.kind, payment.amount),
        (EntryKind::Payment, money(-3_099))
    );
    assert_eq!(
        (payment.order_id, payment.created_at),
        (Some(order.id), order.created_at)
    );
    let stock: Vec<_> = shop
        .products
        .iter()
        .map(|it| it.product.stock.get())
        .collect();
    assert_eq!(stock, [2, 7], "tea and cup");
    assert_eq!(shop.events.len(), 1);
    assert_eq!(shop.events[0].event.kind, EventKind::OrderPaid);
    assert_eq!(shop.events[0].event.order, order);
    let sold: Vec<_> = shop.best_sellers.iter().map(|it| it.amount.get()).collect();
    assert_eq!(sold, [3_000, 600], "before discounts");
}

fn lines(order: &Order) -> Vec<(ProductId, i64, i64, i64, i64)> {
    let plain = |it: &jumun_domain::Line| {
        let money = [it.unit_price, it.amount, it.discount].map(Money::get);
        (
            it.product_id,
            it.quantity.get(),
            money[0],
            money[1],
            money[2],
        )
    };
    order.lines.iter().map(plain).collect()
}

pub(super) async fn a_cancel_is_seen_by_every_read(trial: &Trial) {
    for restock in [true, false] {
        let user = trial.user(10_000).await;
        let product = trial.product(1_000, 5).await;
        let campaign = trial.campaign(400, 1).await;
        let coupon = trial.coupon(campaign.id, user).await;
        let placed = trial
            .done(place_with(user, &[(product, 2)], coupon.id))
            .await;
        let placed = expect::order(placed);

        let command = if restock {
            cancel(placed.id)
        } else {
            cancel_without_restock(placed.id)
        };
        let answer = trial.done(command).await;
        let Answer::OrderCancelled(order) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(
            order.as_placed(),
            *placed,
            "nothing changes but the cancellation"
        );
        let cancellation = order.cancellation.clone().unwrap();
        assert_eq!(cancellation.restocked, restock);
        assert_eq!(
            cancellation.reason.as_deref(),
            restock.then_some("changed my mind")
        );

        assert_eq!(
            trial.store().order(order.id).await.unwrap().as_ref(),
            Some(&order)
        );
        let shop = trial.check_laws().await;
        let view = shop.user(user);
        assert_eq!(
            (view.user.balance, view.user.paid),
            (money(10_000), Money::ZERO)
        );
        assert_eq!(view.orders, std::slice::from_ref(&order));
        assert_eq!(view.coupons[0].coupon, coupon, "unused again");
        let refund = &view.entries[0];
        assert_eq!(
            (refund.kind, refund.amount),
            (EntryKind::Refund, money(1_600))
        );
        assert_eq!(
            (refund.order_id, &refund.reason),
            (Some(order.id), &cancellation.reason)
        );
        let row = trial.store().product(product).await.unwrap().unwrap();
        assert_eq!(
            (row.stock, row.sold),
            (units(if restock { 5 } else { 3 }), units(0))
        );
        let last = &shop.events.last().unwrap().event;
        assert_eq!(
            (last.kind, &last.order),
            (EventKind::OrderCancelled, &order)
        );
    }
}

pub(super) async fn lines_of_one_product_are_one_line(trial: &Trial) {
    let user = trial.user(10_000).await;
    let (tea, cup) = (trial.product(100, 10).await, trial.product(10, 10).await);
    let order = trial
        .order(user, &[(cup, 1), (tea, 2), (cup, 3), (tea, 4)])
        .await;
    assert_eq!(lines(&order), [(cup, 4, 10, 40, 0), (tea, 6, 100, 600, 0)]);
    assert_eq!(trial.store().order(order.id).await.unwrap(), Some(order));
}

pub(super) async fn an_order_of_nothing_is_a_payment_of_zero(trial: &Trial) {
    let user = trial.user(0).await;
    let gift = trial.product(0, 3).await;
    let order = trial.order(user, &[(gift, 2)]).await;
    assert_eq!(
        (order.total, order.balance_after),
        (Money::ZERO, Money::ZERO)
    );
    let shop = trial.check_laws().await;
    let entry = &shop.user(user).entries[0];
    assert_eq!(
        (entry.kind, entry.amount),
        (EntryKind::Payment, Money::ZERO)
    );
    trial.done(cancel(order.id)).await;
    let shop = trial.check_laws().await;
    assert_eq!(
        shop.user(user).entries.len(),
        2,
        "a refund of zero is one too"
    );
}

pub(super) async fn the_coupon_of_a_cancelled_order_can_be_used_again(trial: &Trial) {
    let user = trial.user(10_000).await;
    let product = trial.product(1_000, 5).await;
    let campaign = trial.campaign(400, 1).await;
    let coupon = trial.coupon(campaign.id, user).await;
    for _ in 0..3 {
        let order = trial
            .done(place_with(user, &[(product, 1)], coupon.id))
            .await;
        let order = expect::order(order);
        assert_eq!(order.discount, money(400));
        trial.done(cancel(order.id)).await;
    }
    trial
        .done(place_with(user, &[(product, 1)], coupon.id))
        .await;
}

pub(super) async fn an_order_keeps_the_name_and_price_of_its_time(trial: &Trial) {
    let user = trial.user(20_000).await;
    let product = trial.product(1_000, 5).await;
    let order = trial.order(user, &[(product, 1)]).await;
    trial.done(put_product(product, 9_999, 0)).await;
    assert_eq!(
        trial.store().order(order.id).await.unwrap(),
        Some(order.clone())
    );
    let later = trial.order(user, &[(product, 1)]).await;
    assert_eq!((order.total, later.total), (money(1_000), money(9_999)));
}

pub(super) async fn an_order_of_a_hundred_lines_is_paid_and_cancelled(trial: &Trial) {
    let user = trial.user(1_000_000).await;
    let mut items = Vec::new();
    for price in 1..=MOST_LINES {
        items.push((trial.product(price, 3).await, 1 + price % 3));
    }
    // Not in the order of the ids: the request's own order counts.
    items.reverse();
    let third = items.len() / 3;
    items.rotate_left(third);
    let campaign = trial.campaign(4_321, 1).await;
    let coupon = trial.coupon(campaign.id, user).await;
    let order = expect::order(trial.done(place_with(user, &items, coupon.id)).await);
    let named: Vec<_> = order
        .lines
        .iter()
        .map(|it| (it.product_id, it.quantity.get()))
        .collect();
    assert_eq!(named, items);
    assert_eq!(
        trial.store().order(order.id).await.unwrap().as_ref(),
        Some(&order)
    );
    trial.check_laws().await;
    trial.done(cancel(order.id)).await;
    let shop = trial.check_laws().await;
    assert!(
        shop.products.iter().all(|it| it.product.stock == units(3)),
        "all put back"
    );
}

pub(super) async fn each_of_many_tasks_reads_its_own_order_at_once(trial: &Trial) {
    const TASKS: usize = 40;
    let users = trial.users(TASKS, 1_000).await;
    let product = trial.product(10, 1_000).await;
    let tasks = users.into_iter().map(|user| {
        let trial = trial.clone();
        tokio::spawn(async move {
            let order = expect::order(trial.done(place(user, &[(product, 1)])).await);
            let store = trial.store();
            assert_eq!(store.order(order.id).await.unwrap().as_ref(), Some(&order));
            let row = store.user(user).await.unwrap().unwrap();
            assert_eq!(row.balance, order.balance_after);
            let events = store.events(0, TASKS).await.unwrap();
            assert!(
                events.iter().any(|it| it.event.order.id == order.id),
                "its event is there"
            );
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
}
