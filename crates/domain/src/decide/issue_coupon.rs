use std::sync::Arc;

use super::{Stamp, Stop};
use crate::amount::Units;
use crate::answer::Answer;
use crate::campaign::{Campaign, Coupon};
use crate::command::IssueCoupon;
use crate::id::CouponId;
use crate::rejection::{CouponFault, Rejection};
use crate::table::NotLoaded;
use crate::time::Timestamp;
use crate::working_set::WorkingSet;

/// Gives the next coupon of a campaign to a user: first come, first served,
/// one a user. In this order: the campaign and the user must exist; a holder
/// gets the coupon they hold, always; the campaign must be in date; coupons
/// must be left.
pub(super) fn issue_coupon(
    set: &mut WorkingSet,
    command: &IssueCoupon,
    stamp: &mut Stamp<'_>,
) -> Result<Answer, Stop> {
    let IssueCoupon {
        campaign_id,
        user_id,
    } = *command;
    let campaign = set
        .campaigns
        .get(&campaign_id)?
        .ok_or(Rejection::CampaignNotFound { campaign_id })?;
    set.users
        .get(&user_id)?
        .ok_or(Rejection::UserNotFound { user_id })?;
    if let Some(held) = set.holders.get(&(campaign_id, user_id))? {
        let coupon = set.coupons.get(held)?.ok_or(NotLoaded)?.clone();
        let campaign = Arc::new(campaign.clone());
        return Ok(Answer::Coupon {
            coupon,
            campaign,
            created: false,
        });
    }
    if let Some(reason) = campaign.out_of_date(stamp.now) {
        return Err(Rejection::InvalidCoupon {
            coupon_id: None,
            reason,
        }
        .into());
    }
    if campaign.issued >= campaign.quantity {
        return Err(Rejection::CouponSoldOut { campaign_id }.into());
    }

    // From here nothing can fail: `issued` is below `quantity`.
    let sequence = campaign.issued.saturating_add(ONE);
    let campaign = Arc::new(Campaign {
        issued: sequence,
        ..campaign.clone()
    });
    let coupon = Coupon {
        id: CouponId(stamp.ids.next(stamp.now)),
        campaign_id,
        user_id,
        sequence,
        used: None,
        created_at: stamp.now,
    };
    set.campaigns
        .update(&campaign_id, |campaign| campaign.issued = sequence);
    set.holders.insert((campaign_id, user_id), coupon.id);
    set.coupons.insert(coupon.id, coupon.clone());
    Ok(Answer::Coupon {
        coupon,
        campaign,
        created: true,
    })
}

const ONE: Units = match Units::new(1) {
    Some(one) => one,
    None => Units::ZERO,
};

impl Campaign {
    /// Why its coupons can be neither taken nor used at `now`.
    pub(super) fn out_of_date(&self, now: Timestamp) -> Option<CouponFault> {
        if now < self.valid_from {
            Some(CouponFault::NotYetValid)
        } else if now >= self.valid_until {
            Some(CouponFault::Expired)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{CreateCampaign, PlaceOrder};
    use crate::decide::testing::*;

    fn take(campaign_id: i64, user_id: i64) -> IssueCoupon {
        let campaign_id = crate::id::CampaignId::new(campaign_id).unwrap();
        IssueCoupon {
            campaign_id,
            user_id: user(user_id),
        }
    }

    fn taken(shop: &mut Shop, command: IssueCoupon) -> (Coupon, i64, bool) {
        match shop.done(command) {
            Answer::Coupon {
                coupon,
                campaign,
                created,
            } => (coupon, campaign.issued.get(), created),
            other => panic!("{other:?}"),
        }
    }

    /// Users 1 to 3 and campaign 1 with so many coupons.
    fn shop(quantity: i64) -> Shop {
        let mut shop = Shop::new();
        for id in 1..=3 {
            shop.given_user(id, 100);
        }
        shop.given_product(1, 10, 9);
        shop.given_campaign(CreateCampaign {
            quantity: units(quantity),
            ..campaign(5)
        });
        shop
    }

    #[test]
    fn coupons_go_to_whoever_comes_first_and_are_numbered() {
        let mut shop = shop(2);
        for (who, sequence) in [(3, 1), (1, 2)] {
            let (coupon, issued, created) = taken(&mut shop, take(1, who));
            assert_eq!(
                (coupon.sequence.get(), issued, created),
                (sequence, sequence, true)
            );
            assert_eq!(
                (coupon.user_id, coupon.used, coupon.created_at),
                (user(who), None, shop.now)
            );
            assert_eq!(shop.set.coupons.get(&coupon.id).unwrap(), Some(&coupon));
        }
        assert_eq!(shop.rejected(take(1, 2)), ["coupon-sold-out 1"]);
    }

    #[test]
    fn the_checks_come_in_the_documented_order() {
        let valid = campaign(5);
        let (from, until) = (valid.valid_from.as_micros(), valid.valid_until.as_micros());
        // User 3 holds the only coupon. Campaign 9 and user 9 are unknown.
        let table = [
            (take(9, 9), NOW, "campaign-not-found 9"),
            (take(9, 3), NOW, "campaign-not-found 9"),
            (take(1, 9), until, "user-not-found 9"),
            (take(1, 1), from - 1, "invalid-coupon NOT_YET_VALID"),
            (take(1, 1), until, "invalid-coupon EXPIRED"),
            (take(1, 1), from, "coupon-sold-out 1"),
            (take(1, 1), until - 1, "coupon-sold-out 1"),
        ];
        for (command, now, expected) in table {
            let mut shop = shop(1);
            shop.done(take(1, 3));
            shop.at(now);
            assert_eq!(shop.rejected(command), [expected]);
        }
    }

    #[test]
    fn a_holder_gets_the_same_coupon_again_always() {
        let valid = campaign(5);
        let times = [
            valid.valid_from.as_micros() - 1,
            NOW,
            valid.valid_until.as_micros(),
        ];
        let mut shop = shop(1);
        let (mut first, _, _) = taken(&mut shop, take(1, 3));
        for used in [false, true] {
            if used {
                shop.at(NOW);
                let coupon_id = Some(first.id);
                let order = shop.placed(PlaceOrder {
                    coupon_id,
                    ..order(3, &[(1, 1)])
                });
                first.used = Some(crate::campaign::CouponUse {
                    order_id: order.id,
                    at: shop.now,
                });
            }
            for now in times {
                shop.at(now);
                assert_eq!(
                    taken(&mut shop, take(1, 3)),
                    (first.clone(), 1, false),
                    "at {now}"
                );
            }
        }
    }

    #[test]
    fn a_coupon_can_be_taken_from_its_first_microsecond_until_just_before_its_last() {
        let valid = campaign(5);
        for now in [
            valid.valid_from.as_micros(),
            valid.valid_until.as_micros() - 1,
        ] {
            let mut shop = shop(1);
            shop.at(now);
            assert!(taken(&mut shop, take(1, 1)).2, "at {now}");
        }
    }

    #[test]
    fn a_coupon_that_cannot_be_taken_has_no_id_yet() {
        let mut shop = shop(1);
        shop.at(NOW - 2_000_000);
        let decision = shop.send(take(1, 1), None);
        let reason = CouponFault::NotYetValid;
        let expected = vec![Rejection::InvalidCoupon {
            coupon_id: None,
            reason,
        }];
        assert_eq!(decision, crate::answer::Decision::Rejected(expected));
    }
}
