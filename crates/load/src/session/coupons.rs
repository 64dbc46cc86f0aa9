//! Campaigns, and coupons that are taken before the load begins.

use std::time::Instant;

use serde::Deserialize;
use uuid::Uuid;

use super::errand::Errand;
use super::prepare::{Wanted, body, index};
use super::{Context, Trouble};
use crate::workload::{KeyMint, Keys, Shop};

/// What a coupon takes off: less than any order of the load costs.
pub(crate) const DISCOUNT: i64 = 500;

/// The dates of a campaign whatever the clock of the server says.
const ALWAYS: &str = r#""validFrom":"2000-01-01T00:00:00Z","validUntil":"2100-01-01T00:00:00Z""#;

/// Most coupons of a load: fifty megabytes.
const MAX_COUPONS: usize = 2_000_000;

/// More coupons than orders at a fixed rate, whose number is left to chance.
const RESERVE: f64 = 1.1;

/// Of the same: for loads of few orders, of which chance is a large part.
const LEAST_RESERVE: f64 = 100.0;

/// A coupon of a user.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Coupon {
    /// Whose it is, counted from 0.
    pub(super) user: u32,
    pub(super) id: Uuid,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WithCampaignId {
    campaign_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WithCouponId<'a> {
    pub(super) coupon_id: &'a str,
}

/// A campaign with a coupon for each user.
pub(super) fn create_campaign(shop: Shop, context: &Context) -> Result<i64, Trouble> {
    let key = KeyMint::new(Keys::TimeOrdered).mint();
    let campaign = Errand {
        what: "create a campaign",
        things: "campaigns",
        count: 1,
        until: None,
    };
    campaign.run(
        context,
        0,
        move |_, writer, request| {
            let users = shop.users;
            let discount = format_args!(r#"{{"type":"FIXED","amount":{DISCOUNT}}}"#);
            let (path, body) = (
                format_args!("/campaigns"),
                format_args!(
                    r#"{{"name":"Load","discount":{discount},{ALWAYS},"quantity":{users}}}"#
                ),
            );
            writer.post(request, path, key, body);
        },
        |campaign: &mut i64, _, answer| {
            let found: Option<WithCampaignId> = body(answer);
            found.map(|it| *campaign = it.campaign_id).is_some()
        },
    )
}

/// Takes a coupon for every order that the load can place: at a fixed rate as
/// many as will be due. In a closed loop they are taken for as long as the load
/// will last, since an order is no cheaper than its coupon.
pub(super) fn take(shop: Shop, wanted: &Wanted, context: &Context) -> Result<Vec<Coupon>, Trouble> {
    let seconds = wanted.length.as_secs_f64();
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "above zero, and cut at the bound"
    )]
    let most = match wanted.rate {
        Some(rate) => (rate * seconds * RESERVE + LEAST_RESERVE) as usize,
        None => MAX_COUPONS,
    };
    let until = wanted
        .rate
        .is_none()
        .then(|| Instant::now() + wanted.length);
    let mut coupons: Vec<Coupon> = Vec::new();
    let most = most.min(MAX_COUPONS);
    while coupons.len() < most && until.is_none_or(|it| Instant::now() < it) {
        let campaign = create_campaign(shop, context)?;
        let count = (most - coupons.len()).min(shop.users as usize);
        let mut mint = KeyMint::new(Keys::TimeOrdered);
        coupons = Errand {
            what: "issue a coupon",
            things: "coupons",
            count: count as u64,
            until,
        }
        .run(
            context,
            coupons,
            move |turn, writer, request| {
                let user = shop.user_id(index(turn));
                writer.post(
                    request,
                    format_args!("/campaigns/{campaign}/coupons"),
                    mint.mint(),
                    format_args!(r#"{{"userId":{user}}}"#),
                );
            },
            |coupons: &mut Vec<Coupon>, turn, answer| {
                let found: Option<WithCouponId<'_>> = body(answer);
                let id = found.and_then(|it| Uuid::try_parse(it.coupon_id).ok());
                let user = index(turn);
                id.map(|id| coupons.push(Coupon { user, id })).is_some()
            },
        )?;
    }
    Ok(coupons)
}
