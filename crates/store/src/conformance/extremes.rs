//! Amounts at the end of the range: no wrap, no loss, and every refund fits.

use jumun_domain::limits::MAX_SAFE_INTEGER as MOST;
use jumun_domain::{Command, Money, Rejection, Rule, Units, Violation};

use super::expect;
use super::fixtures::{
    adjust_balance, adjust_stock, campaign_of, cancel, charge, money, place, place_with,
    put_product,
};
use super::snapshot::beginning;
use super::trial::Trial;

/// Expects the command to be refused for the range alone, and to change nothing.
async fn out_of_range(trial: &Trial, command: Command, pointer: &str) {
    let before = trial.snapshot().await;
    let violation = Violation::new(pointer, Rule::WithinSafeRange);
    let expected = [Rejection::ValidationFailed(vec![violation])];
    assert_eq!(
        trial.rejected(command.clone()).await,
        expected,
        "{command:?}"
    );
    assert_eq!(trial.snapshot().await, before, "{command:?}");
}

pub(super) async fn the_largest_balance_is_held_spent_and_refunded(trial: &Trial) {
    let user = trial.user(MOST).await;
    let product = trial.product(MOST, 1).await;
    out_of_range(trial, charge(user, 1), "/amount").await;
    out_of_range(trial, adjust_balance(user, MOST), "/amount").await;
    for _ in 0..2 {
        let order = trial.order(user, &[(product, 1)]).await;
        assert_eq!(
            (order.total, order.balance_after),
            (Money::MAX, Money::ZERO)
        );
        // The money that a refund would bring back leaves no room for more.
        out_of_range(trial, charge(user, 1), "/amount").await;
        trial.restart().await;
        trial.done(cancel(order.id)).await;
        let row = trial.store().user(user).await.unwrap().unwrap();
        assert_eq!(row.balance, Money::MAX);
    }
    trial.done(adjust_balance(user, -MOST)).await;
    trial.done(charge(user, MOST)).await;
}

pub(super) async fn the_largest_stock_is_held_sold_and_put_back(trial: &Trial) {
    let user = trial.user(0).await;
    let product = trial.product(0, MOST).await;
    out_of_range(trial, adjust_stock(product, 1), "/delta").await;
    let order = trial.order(user, &[(product, MOST)]).await;
    assert_eq!(order.lines[0].quantity, Units::MAX);
    out_of_range(trial, adjust_stock(product, 1), "/delta").await;
    trial.restart().await;
    assert_eq!(
        trial.store().order(order.id).await.unwrap(),
        Some(order.clone())
    );
    trial.done(cancel(order.id)).await;
    let row = trial.store().product(product).await.unwrap().unwrap();
    assert_eq!((row.stock, row.sold), (Units::MAX, Units::ZERO));
    trial.done(adjust_stock(product, -MOST)).await;
}

pub(super) async fn an_order_whose_sums_leave_the_range_is_refused(trial: &Trial) {
    let user = trial.user(MOST).await;
    let (dear, cheap) = (
        trial.product(MOST, MOST).await,
        trial.product(1, MOST).await,
    );
    out_of_range(trial, place(user, &[(dear, 2)]), "/items/0/quantity").await;
    out_of_range(
        trial,
        place(user, &[(cheap, 1), (dear, MOST)]),
        "/items/1/quantity",
    )
    .await;
    out_of_range(
        trial,
        place(user, &[(cheap, MOST), (cheap, 1)]),
        "/items/1/quantity",
    )
    .await;
    out_of_range(trial, place(user, &[(cheap, 1), (dear, 1)]), "/items").await;
}

pub(super) async fn the_largest_discount_is_spread_to_the_last_unit(trial: &Trial) {
    let user = trial.user(MOST).await;
    let most = trial.product(MOST - 3, 2).await;
    let one = trial.product(1, 10).await;
    let percent = jumun_domain::RawDiscount::Percent {
        percent: 99,
        max_amount: None,
    };
    let campaign = expect::campaign(trial.done(campaign_of(percent, None, MOST)).await);
    assert_eq!(campaign.quantity, Units::MAX);
    let coupon = trial.coupon(campaign.id, user).await;
    let order = trial
        .done(place_with(user, &[(one, 3), (most, 1)], coupon.id))
        .await;
    let order = expect::order(order);
    let discount = (i128::from(MOST) * 99 / 100) as i64;
    assert_eq!(
        (order.subtotal, order.discount),
        (Money::MAX, money(discount))
    );
    assert_eq!(trial.store().order(order.id).await.unwrap(), Some(order));
}

pub(super) async fn sales_beyond_the_range_are_told_at_its_end(trial: &Trial) {
    let users = trial.users(3, MOST).await;
    let product = trial.product(MOST, 10).await;
    for user in users {
        trial.order(user, &[(product, 1)]).await;
    }
    let told = trial.store().best_sellers(beginning(), 5).await.unwrap();
    assert_eq!(
        (told.len(), told[0].quantity.get(), told[0].amount),
        (1, 3, Money::MAX)
    );
}

pub(super) async fn the_largest_ids_are_users_and_products_like_others(trial: &Trial) {
    let user = jumun_domain::UserId::new(MOST).unwrap();
    let product = jumun_domain::ProductId::new(MOST).unwrap();
    trial.done(super::fixtures::register(user, None)).await;
    trial.done(charge(user, 10)).await;
    trial.done(put_product(product, 10, 1)).await;
    let order = trial.order(user, &[(product, 1)]).await;
    trial.restart().await;
    assert_eq!(trial.store().order(order.id).await.unwrap(), Some(order));
}
