//! Many takers of few coupons, and many orders with one coupon.

use jumun_domain::{Answer, CouponFault, Rejection};

use super::expect;
use super::fixtures::{issue, place_with, plain};
use super::trial::Trial;

pub(super) async fn of_a_thousand_takers_the_first_37_get_37_coupons(trial: &Trial) {
    const TAKERS: usize = 1_000;
    const COUPONS: i64 = 37;
    let users = trial.users(TAKERS, 0).await;
    let campaign = trial.campaign(100, COUPONS).await;
    let takers = users
        .iter()
        .map(|&user| plain(issue(campaign.id, user)))
        .collect();
    let decisions = trial.at_once(takers).await;
    let mut sequences: Vec<_> = expect::done(&decisions)
        .into_iter()
        .map(|answer| expect::coupon(answer).sequence.get())
        .collect();
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=COUPONS).collect::<Vec<_>>());
    let sold_out = [Rejection::CouponSoldOut {
        campaign_id: campaign.id,
    }];
    let rejections = expect::rejections(&decisions);
    assert_eq!(rejections.len(), TAKERS - sequences.len());
    assert!(
        rejections.iter().all(|it| *it == sold_out),
        "{rejections:?}"
    );
}

pub(super) async fn one_user_who_asks_from_100_devices_holds_one_coupon(trial: &Trial) {
    const DEVICES: usize = 100;
    let user = trial.user(0).await;
    let campaign = trial.campaign(100, 50).await;
    let decisions = trial
        .at_once(vec![plain(issue(campaign.id, user)); DEVICES])
        .await;
    let answers = expect::done(&decisions);
    assert_eq!(answers.len(), DEVICES, "every device is told the coupon");
    let new = |it: &&Answer| matches!(it, Answer::Coupon { created: true, .. });
    assert_eq!(answers.iter().filter(new).count(), 1, "{answers:?}");
    let held = trial.snapshot().await.user(user).coupons[0].coupon.clone();
    assert!(answers.into_iter().all(|it| expect::coupon(it) == held));
}

pub(super) async fn one_coupon_in_100_orders_is_used_by_one(trial: &Trial) {
    const ORDERS: usize = 100;
    let user = trial.user(100_000).await;
    let product = trial.product(100, 1_000).await;
    let campaign = trial.campaign(50, 1).await;
    let coupon = trial.coupon(campaign.id, user).await;
    let order = plain(place_with(user, &[(product, 1)], coupon.id));
    let decisions = trial.at_once(vec![order; ORDERS]).await;
    assert_eq!(expect::done(&decisions).len(), 1);
    let used = [Rejection::InvalidCoupon {
        coupon_id: Some(coupon.id),
        reason: CouponFault::AlreadyUsed,
    }];
    let rejections = expect::rejections(&decisions);
    assert_eq!(rejections.len(), ORDERS - 1);
    assert!(rejections.iter().all(|it| *it == used), "{rejections:?}");
}

pub(super) async fn coupons_of_many_campaigns_are_numbered_each_from_1(trial: &Trial) {
    const CAMPAIGNS: usize = 5;
    const TAKERS: usize = 40;
    let users = trial.users(TAKERS, 0).await;
    let mut campaigns = Vec::new();
    for index in 0..CAMPAIGNS {
        campaigns.push(trial.campaign(100, 10 + 10 * index as i64).await);
    }
    let takes = users
        .iter()
        .flat_map(|&user| campaigns.iter().map(move |it| (it.id, user)));
    let takes = takes
        .map(|(campaign, user)| plain(issue(campaign, user)))
        .collect();
    trial.at_once(takes).await;
    let shop = trial.snapshot().await;
    let issued: Vec<_> = shop.campaigns.iter().map(|it| it.issued.get()).collect();
    assert_eq!(issued, [10, 20, 30, 40, 40]);
}
