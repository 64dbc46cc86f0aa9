//! Rejections of all commands but orders: each is told, and changes nothing.

use jumun_domain::{
    CampaignId, Command, CouponFault, CreateCampaign, OrderId, RawDiscount, Rejection,
};
use uuid::Uuid;

use super::expect;
use super::fixtures::{
    FAR_AHEAD, LONG_AGO, adjust_balance, adjust_stock, cancel, charge, issue, keyed, money, units,
};
use super::trial::Trial;

/// A second in the microseconds of a timestamp.
const SECOND: i64 = 1_000_000;

/// Sends the command and expects exactly that answer and an unchanged shop.
async fn check(trial: &Trial, command: Command, expected: Rejection) {
    let before = trial.snapshot().await;
    assert_eq!(
        trial.rejected(command.clone()).await,
        [expected],
        "{command:?}"
    );
    assert_eq!(
        trial.snapshot().await,
        before,
        "{command:?} was rejected but changed something"
    );
}

pub(super) async fn a_rejected_change_of_a_balance_changes_nothing(trial: &Trial) {
    let user_id = trial.user(500).await;
    let unknown = trial.fresh_user_id();
    let not_found = Rejection::UserNotFound { user_id: unknown };
    check(trial, charge(unknown, 1), not_found.clone()).await;
    check(trial, adjust_balance(unknown, 1), not_found).await;
    let (required, balance) = (money(501), money(500));
    let short = Rejection::InsufficientBalance { required, balance };
    check(trial, adjust_balance(user_id, -501), short).await;
}

pub(super) async fn a_rejected_change_of_a_stock_changes_nothing(trial: &Trial) {
    let product_id = trial.product(100, 10).await;
    let unknown = trial.fresh_product_id();
    let not_found = Rejection::ProductNotFound {
        product_id: unknown,
    };
    check(trial, adjust_stock(unknown, 1), not_found).await;
    let (requested, available) = (units(11), units(10));
    let short = Rejection::OutOfStock {
        product_id,
        requested,
        available,
    };
    check(trial, adjust_stock(product_id, -11), short).await;
}

pub(super) async fn a_rejected_coupon_changes_nothing(trial: &Trial) {
    let user = trial.user(0).await;
    let unknown_user = trial.fresh_user_id();
    let now = trial.now().await.as_micros();
    let early = in_date(trial, now + 3_600 * SECOND, FAR_AHEAD.as_micros()).await;
    let late = in_date(trial, LONG_AGO.as_micros(), now).await;
    let open = trial.campaign(100, 1).await.id;
    let unknown = CampaignId::new(9_999).unwrap();

    let not_found = |campaign_id| Rejection::CampaignNotFound { campaign_id };
    let invalid = |reason| Rejection::InvalidCoupon {
        coupon_id: None,
        reason,
    };
    let nobody = Rejection::UserNotFound {
        user_id: unknown_user,
    };
    check(trial, issue(unknown, user), not_found(unknown)).await;
    // The campaign is looked at before the user, and the user before the dates.
    check(trial, issue(unknown, unknown_user), not_found(unknown)).await;
    check(trial, issue(open, unknown_user), nobody.clone()).await;
    check(trial, issue(late, unknown_user), nobody).await;
    check(trial, issue(early, user), invalid(CouponFault::NotYetValid)).await;
    check(trial, issue(late, user), invalid(CouponFault::Expired)).await;

    let winner = trial.user(0).await;
    trial.coupon(open, winner).await;
    check(
        trial,
        issue(open, user),
        Rejection::CouponSoldOut { campaign_id: open },
    )
    .await;
}

async fn in_date(trial: &Trial, from: i64, until: i64) -> CampaignId {
    let [from, until] = [from, until].map(jumun_domain::Timestamp::from_micros);
    let discount = RawDiscount::Fixed { amount: 100 };
    let command = CreateCampaign::new("dated", discount, None, from, until, 10).unwrap();
    expect::campaign(trial.done(Command::CreateCampaign(command)).await).id
}

pub(super) async fn a_rejected_cancel_changes_nothing(trial: &Trial) {
    let unknown = OrderId(Uuid::from_u64_pair(
        0x0190_0000_0000_7000,
        0x8000_0000_0000_0001,
    ));
    let user = trial.user(1_000).await;
    let product = trial.product(100, 10).await;
    let order_id = trial.order(user, &[(product, 2)]).await.id;
    check(
        trial,
        cancel(unknown),
        Rejection::OrderNotFound { order_id: unknown },
    )
    .await;
    trial.done(cancel(order_id)).await;
    check(
        trial,
        cancel(order_id),
        Rejection::OrderNotCancellable { order_id },
    )
    .await;
}

pub(super) async fn many_rejections_at_once_change_nothing(trial: &Trial) {
    /// Enough to share batches with one another.
    const EACH: usize = 30;
    let user = trial.user(50).await;
    let product = trial.product(100, 1).await;
    let before = trial.snapshot().await;
    let requests = (0..EACH).flat_map(|index| {
        [
            keyed(
                super::fixtures::place(user, &[(product, 1)]),
                format!("order-{index}"),
            ),
            keyed(adjust_balance(user, -51), format!("balance-{index}")),
            keyed(adjust_stock(product, -2), format!("stock-{index}")),
        ]
    });
    let decisions = trial.at_once(requests.collect()).await;
    assert_eq!(
        expect::rejections(&decisions).len(),
        3 * EACH,
        "{decisions:?}"
    );
    assert_eq!(trial.snapshot().await, before);
}
