//! Rejections of an order: all are told, in the documented order, and nothing
//! is changed.

use jumun_domain::{
    Command, CouponFault, CouponId, PlaceOrder, ProductId, PutProduct, RawDiscount, Rejection,
    UserId,
};
use uuid::Uuid;

use super::expect;
use super::fixtures::{
    campaign_of, issue, money, order_of, place_with, put_limited, put_product, units,
};
use super::trial::Trial;

/// Sends the order and expects exactly these rejections, a quote that tells the
/// same, and an unchanged shop.
async fn check(trial: &Trial, order: PlaceOrder, expected: &[Rejection]) {
    let before = trial.snapshot().await;
    let quote = trial.store().quote(order.clone()).await.unwrap();
    assert_eq!(quote.rejections, expected, "the quote of {order:?}");
    assert_eq!(
        trial.rejected(Command::PlaceOrder(order.clone())).await,
        expected,
        "{order:?}"
    );
    assert_eq!(
        trial.snapshot().await,
        before,
        "{order:?} was rejected but changed something"
    );
}

async fn off_sale(trial: &Trial) -> ProductId {
    let id = trial.product(10, 10).await;
    let put = PutProduct::new(id, "off the shelf", 10, None, false, None).unwrap();
    trial.done(Command::PutProduct(put)).await;
    id
}

pub(super) async fn each_thing_in_the_way_of_an_order_is_told(trial: &Trial) {
    let user_id = trial.user(1_000).await;
    let nobody = trial.fresh_user_id();
    let product = trial.product(100, 5).await;
    let unknown = trial.fresh_product_id();
    let inactive = off_sale(trial).await;

    let table = [
        (
            nobody,
            product,
            1,
            Rejection::UserNotFound { user_id: nobody },
        ),
        (
            user_id,
            unknown,
            1,
            Rejection::ProductNotFound {
                product_id: unknown,
            },
        ),
        (
            user_id,
            inactive,
            1,
            Rejection::ProductNotForSale {
                product_id: inactive,
            },
        ),
        (user_id, product, 6, short(product, 6, 5)),
    ];
    for (user, product, quantity, rejection) in table {
        check(
            trial,
            order_of(user, &[(product, quantity)], None),
            &[rejection],
        )
        .await;
    }
    trial.done(put_product(product, 600, 0)).await;
    let poor = Rejection::InsufficientBalance {
        required: money(1_200),
        balance: money(1_000),
    };
    check(trial, order_of(user_id, &[(product, 2)], None), &[poor]).await;
    let changed = Rejection::PriceChanged {
        expected_total: money(100),
        total: money(600),
    };
    check(trial, expecting(user_id, product, 100), &[changed]).await;
}

fn short(product_id: ProductId, requested: i64, available: i64) -> Rejection {
    let (requested, available) = (units(requested), units(available));
    Rejection::OutOfStock {
        product_id,
        requested,
        available,
    }
}

fn expecting(user: UserId, product: ProductId, total: i64) -> PlaceOrder {
    PlaceOrder {
        expected_total: Some(money(total)),
        ..order_of(user, &[(product, 1)], None)
    }
}

pub(super) async fn each_fault_of_a_coupon_is_told(trial: &Trial) {
    let user = trial.user(10_000).await;
    let other = trial.user(10_000).await;
    let product = trial.product(100, 50).await;
    let open = trial.campaign(10, 10).await;
    let high = campaign_of(RawDiscount::Fixed { amount: 10 }, Some(301), 10);
    let high = expect::campaign(trial.done(high).await);
    let mine = trial.coupon(open.id, user).await.id;
    let theirs = trial.coupon(open.id, other).await.id;
    let demanding = trial.coupon(high.id, user).await.id;
    trial.done(place_with(user, &[(product, 1)], mine)).await;

    let unknown = CouponId(Uuid::from_u64_pair(
        0x0190_0000_0000_7000,
        0x8000_0000_0000_0002,
    ));
    let table = [
        (unknown, CouponFault::NotFound),
        (theirs, CouponFault::NotOwner),
        (mine, CouponFault::AlreadyUsed),
        (demanding, CouponFault::MinimumNotMet),
    ];
    for (coupon_id, reason) in table {
        let rejection = Rejection::InvalidCoupon {
            coupon_id: Some(coupon_id),
            reason,
        };
        check(
            trial,
            order_of(user, &[(product, 3)], Some(coupon_id)),
            &[rejection],
        )
        .await;
    }
    // One more piece meets the minimum.
    trial
        .done(place_with(user, &[(product, 4)], demanding))
        .await;
}

pub(super) async fn a_purchase_limit_counts_the_paid_orders_of_its_user(trial: &Trial) {
    let (user, other) = (trial.user(10_000).await, trial.user(10_000).await);
    let product = trial.fresh_product_id();
    trial.done(put_limited(product, 100, 50, Some(3))).await;
    let exceeded = |bought, requested| Rejection::PurchaseLimitExceeded {
        product_id: product,
        limit: units(3),
        bought: units(bought),
        requested: units(requested),
    };
    check(
        trial,
        order_of(user, &[(product, 4)], None),
        &[exceeded(0, 4)],
    )
    .await;
    let first = trial.order(user, &[(product, 2)]).await;
    check(
        trial,
        order_of(user, &[(product, 2)], None),
        &[exceeded(2, 2)],
    )
    .await;
    trial.order(other, &[(product, 3)]).await;
    trial.order(user, &[(product, 1)]).await;
    check(
        trial,
        order_of(user, &[(product, 1)], None),
        &[exceeded(3, 1)],
    )
    .await;
    trial.done(super::fixtures::cancel(first.id)).await;
    check(
        trial,
        order_of(user, &[(product, 3)], None),
        &[exceeded(1, 3)],
    )
    .await;
    trial.order(user, &[(product, 2)]).await;
}

pub(super) async fn all_that_stands_in_the_way_is_told_at_once_and_in_order(trial: &Trial) {
    let user = trial.user(100).await;
    let (scarce, limited) = (trial.product(100, 1).await, trial.fresh_product_id());
    trial.done(put_limited(limited, 100, 1, Some(1))).await;
    let inactive = off_sale(trial).await;
    let coupon_id = CouponId(Uuid::nil());
    let items = [(limited, 2), (inactive, 1), (scarce, 3)];
    let order = PlaceOrder {
        expected_total: Some(money(1)),
        ..order_of(user, &items, Some(coupon_id))
    };
    let in_order = [
        Rejection::ProductNotForSale {
            product_id: inactive,
        },
        short(limited, 2, 1),
        short(scarce, 3, 1),
        Rejection::PurchaseLimitExceeded {
            product_id: limited,
            limit: units(1),
            bought: units(0),
            requested: units(2),
        },
        Rejection::InvalidCoupon {
            coupon_id: Some(coupon_id),
            reason: CouponFault::NotFound,
        },
        Rejection::InsufficientBalance {
            required: money(510),
            balance: money(100),
        },
        Rejection::PriceChanged {
            expected_total: money(1),
            total: money(510),
        },
    ];
    check(trial, order, &in_order).await;

    let (nobody, unknown) = (trial.fresh_user_id(), trial.fresh_product_id());
    let not_known = [
        Rejection::UserNotFound { user_id: nobody },
        Rejection::ProductNotFound {
            product_id: unknown,
        },
        short(scarce, 2, 1),
    ];
    check(
        trial,
        order_of(nobody, &[(scarce, 2), (unknown, 1)], None),
        &not_known,
    )
    .await;
}

pub(super) async fn a_rejected_coupon_order_leaves_the_coupon_for_the_next(trial: &Trial) {
    let user = trial.user(100).await;
    let product = trial.product(90, 1).await;
    let campaign = trial.campaign(50, 1).await;
    let coupon = expect::coupon(trial.done(issue(campaign.id, user)).await);
    check(
        trial,
        order_of(user, &[(product, 2)], Some(coupon.id)),
        &[
            short(product, 2, 1),
            Rejection::InsufficientBalance {
                required: money(130),
                balance: money(100),
            },
        ],
    )
    .await;
    trial
        .done(place_with(user, &[(product, 1)], coupon.id))
        .await;
}
