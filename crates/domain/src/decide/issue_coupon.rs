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
    let IssueCoupon { campaign_id, user_id } = *command;
    let campaign =
        set.campaigns.get(&campaign_id)?.ok_or(Rejection::CampaignNotFound { campaign_id })?;
    set.users.get(&user_id)?.ok_or(Rejection::UserNotFound { user_id })?;
    if let Some(held) = set.holders.get(&(campaign_id, user_id))? {
        let coupon = set.coupons.get(held)?.ok_or(NotLoaded)?.clone();
        let campaign = Arc::new(campaign.clone());
        return Ok(Answer::Coupon { coupon, campaign, created: false });
    }
    if let Some(reason) = campaign.out_of_date(stamp.now) {
        return Err(Rejection::InvalidCoupon { coupon_id: None, reason }.into());
    }
    if campaign.issued >= campaign.quantity {
        return Err(Rejection::CouponSoldOut { campaign_id }.into());
    }

    // From here nothing can fail: `issued` is below `quantity`.
    let sequence = campaign.issued.saturating_add(ONE);
    let campaign = Arc::new(Campaign { issued: sequence, ..campaign.clone() });
    let coupon = Coupon {
        id: CouponId(stamp.ids.next(stamp.now)),
        campaign_id,
        user_id,
        sequence,
        used: None,
        created_at: stamp.now,
    };
    set.campaigns.update(&campaign_id, |campaign| campaign.issued = sequence);
    set.holders.insert((campaign_id, user_id), coupon.id);
    set.coupons.insert(coupon.id, coupon.clone());
    Ok(Answer::Coupon { coupon, campaign, created: true })
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
