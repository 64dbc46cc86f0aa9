//! `/campaigns/{campaignId}/coupons` and `/users/{userId}/coupons`

use axum::response::Response;
use jumun_domain::limits::MAX_SAFE_INTEGER;
use jumun_domain::{Answer, CampaignId, Command, IssueCoupon, Rejection, Rule, UserId, Violation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::reply::{created_or_ok, execute, json, located, not_found, ok, wrong_answer};
use crate::access::{OnBehalf, PathUser};
use crate::extract::{Json, NoQuery, PageQuery, PathId, Query, RequiredKey};
use crate::problem::Problem;
use crate::view::{CouponView, List};

/// Who takes a coupon.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct TakeCoupon {
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 7)]
    user_id: i64,
}

/// The user that a body names.
pub(super) fn user_of(value: i64) -> Result<UserId, Problem> {
    UserId::new(value).ok_or_else(|| {
        let rule = Rule::IntegerBetween {
            min: 1,
            max: MAX_SAFE_INTEGER,
        };
        Problem::from(vec![Violation::new("/userId", rule)])
    })
}

/// Take a coupon
///
/// Gives out the next coupon of a campaign: first come, first served, one for
/// each user. A holder who asks again gets 200 and the coupon, always. Checked
/// in this order: the campaign, the user, a coupon that the user holds, the
/// dates, the quantity.
#[utoipa::path(
    post, path = "/campaigns/{campaignId}/coupons", operation_id = "issueCoupon", tag = "Coupons",
    params(("campaignId" = i64, Path, description = "The campaign.", minimum = 1, maximum = 9007199254740991i64, example = 1)),
    request_body = TakeCoupon,
    responses(
        (status = 200, description = "The coupon, which the user held already.", body = CouponView),
        (status = 201, description = "The coupon, which is new.", body = CouponView),
    ),
)]
pub(super) async fn issue_coupon(
    caller: OnBehalf,
    PathId(campaign_id): PathId<CampaignId>,
    RequiredKey(key): RequiredKey,
    _: NoQuery,
    Json(body): Json<TakeCoupon>,
) -> Result<Response, Problem> {
    let user_id = user_of(body.user_id)?;
    let by = caller.of(user_id)?;
    let command = Command::IssueCoupon(IssueCoupon {
        campaign_id,
        user_id,
    });
    let done = execute(&by, command, key).await?;
    match &done.answer {
        Answer::Coupon {
            coupon,
            campaign,
            created,
        } => {
            let response = json(created_or_ok(*created), &CouponView::of(coupon, campaign));
            let response = match created {
                true => located(response, format!("/users/{user_id}/coupons")),
                false => response,
            };
            Ok(done.mark(response))
        }
        _ => Err(wrong_answer(&done)),
    }
}

/// List a user's coupons
///
/// Newest first.
#[utoipa::path(
    get, path = "/users/{userId}/coupons", operation_id = "listCoupons", tag = "Coupons",
    params(("userId" = i64, Path, description = "Whose coupons.", minimum = 1, maximum = 9007199254740991i64, example = 7), PageQuery),
    responses((status = 200, description = "A page of the coupons.", body = List<CouponView>)),
)]
pub(super) async fn list_coupons(
    PathUser {
        granted: by,
        user_id,
    }: PathUser,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let app = by.app();
    let page = app.store().coupons(user_id, query.page()?).await?;
    let page = page.ok_or_else(|| not_found(Rejection::UserNotFound { user_id }))?;
    Ok(ok(&List::of(
        &page,
        |it| it.coupon.id,
        |it| CouponView::of(&it.coupon, &it.campaign),
    )))
}
