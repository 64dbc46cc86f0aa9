//! Campaigns and coupons, read right after they were written.

use jumun_domain::{Answer, CampaignId, Discount, RawDiscount, Units};

use super::expect;
use super::fixtures::{FAR_AHEAD, LONG_AGO, campaign_of, issue, money, place_with, units};
use super::trial::Trial;

pub(super) async fn a_created_campaign_is_read_as_it_was_answered(trial: &Trial) {
    let fixed = Discount::Fixed { amount: money(500) };
    let percent = |max_amount| Discount::Percent {
        percent: 15,
        max_amount,
    };
    let raw = |max_amount| RawDiscount::Percent {
        percent: 15,
        max_amount,
    };
    let table = [
        (RawDiscount::Fixed { amount: 500 }, None, fixed),
        (raw(None), Some(10_000), percent(None)),
        (raw(Some(3_000)), Some(0), percent(Some(money(3_000)))),
    ];
    let mut id = CampaignId::FIRST;
    for (given, minimum, discount) in table {
        let answer = trial.done(campaign_of(given, minimum, 7)).await;
        let campaign = expect::campaign(answer);
        assert_eq!(campaign.id, id, "campaigns are numbered one after another");
        assert_eq!(
            (campaign.discount, campaign.minimum_subtotal),
            (discount, minimum.map(money))
        );
        assert_eq!(
            (campaign.quantity, campaign.issued),
            (units(7), Units::ZERO)
        );
        assert_eq!(
            (campaign.valid_from, campaign.valid_until),
            (LONG_AGO, FAR_AHEAD)
        );
        assert_eq!(
            trial.store().campaign(id).await.unwrap().as_ref(),
            Some(&campaign)
        );
        assert_eq!(trial.snapshot().await.campaigns.last(), Some(&campaign));
        id = id.next().unwrap();
    }
}

pub(super) async fn a_coupon_is_among_its_users_coupons_with_its_campaign(trial: &Trial) {
    let campaign = trial.campaign(500, 7).await;
    for sequence in 1..=3 {
        let user = trial.user(0).await;
        let answer = trial.done(issue(campaign.id, user)).await;
        let Answer::Coupon {
            coupon,
            campaign: told,
            created: true,
        } = answer
        else {
            panic!("a new coupon was expected, not {answer:?}");
        };
        assert_eq!((coupon.sequence, coupon.user_id), (units(sequence), user));
        assert_eq!((coupon.campaign_id, coupon.used), (campaign.id, None));
        assert_eq!(told.issued, units(sequence));

        let shop = trial.snapshot().await;
        assert_eq!(shop.campaigns, [told.as_ref().clone()]);
        let view = shop.user(user);
        assert_eq!(view.coupons.len(), 1);
        assert_eq!(
            (&view.coupons[0].coupon, &view.coupons[0].campaign),
            (&coupon, &told)
        );
    }
}

pub(super) async fn a_holder_who_asks_again_gets_the_coupon_held(trial: &Trial) {
    let user = trial.user(10_000).await;
    let product = trial.product(1_000, 5).await;
    // One coupon: sold out once it is given, which a holder is not told.
    let campaign = trial.campaign(500, 1).await;
    let coupon = trial.coupon(campaign.id, user).await;

    for used in [false, true] {
        if used {
            trial
                .done(place_with(user, &[(product, 1)], coupon.id))
                .await;
        }
        let before = trial.snapshot().await;
        let answer = trial.done(issue(campaign.id, user)).await;
        let Answer::Coupon {
            coupon: held,
            created: false,
            ..
        } = answer
        else {
            panic!("the held coupon was expected, not {answer:?}");
        };
        assert_eq!((held.id, held.used.is_some()), (coupon.id, used));
        assert_eq!(held, before.user(user).coupons[0].coupon);
        assert_eq!(
            trial.snapshot().await,
            before,
            "asking again changes nothing"
        );
    }
}

pub(super) async fn a_user_holds_coupons_of_many_campaigns(trial: &Trial) {
    let user = trial.user(0).await;
    let mut held = Vec::new();
    for amount in 1..=4 {
        let campaign = trial.campaign(amount, 2).await;
        held.push(trial.coupon(campaign.id, user).await);
    }
    held.reverse();
    let shop = trial.snapshot().await;
    let told: Vec<_> = shop
        .user(user)
        .coupons
        .iter()
        .map(|it| it.coupon.clone())
        .collect();
    assert_eq!(told, held, "newest first");
}
