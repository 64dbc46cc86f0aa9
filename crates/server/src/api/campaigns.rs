//! `/campaigns`

use axum::response::Response;
use http::StatusCode;
use jumun_domain::{
    Answer, CampaignId, Command, CreateCampaign, RawDiscount, Rejection, Timestamp,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::reply::{execute, json, located, not_found, ok, wrong_answer};
use crate::access::{AnyToken, WithCatalogWrite};
use crate::extract::{Json, Key, NoQuery, Object, PageQuery, PathId, Query, timestamp};
use crate::problem::Problem;
use crate::view::{CampaignView, List};

/// What each coupon takes off a subtotal.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "type", deny_unknown_fields)]
pub(crate) enum NewDiscount {
    /// A fixed amount, at most the subtotal.
    #[serde(rename = "FIXED")]
    Fixed {
        #[schema(minimum = 1, maximum = 9007199254740991i64, example = 3000)]
        amount: i64,
    },
    /// A share of the subtotal, rounded down.
    #[serde(rename = "PERCENT", rename_all = "camelCase")]
    Percent {
        #[schema(minimum = 1, maximum = 100, example = 10)]
        percent: i64,
        /// The most that is taken off.
        #[schema(minimum = 1, maximum = 9007199254740991i64, example = 5000)]
        max_amount: Option<i64>,
    },
}

impl From<NewDiscount> for RawDiscount {
    fn from(discount: NewDiscount) -> Self {
        match discount {
            NewDiscount::Fixed { amount } => Self::Fixed { amount },
            NewDiscount::Percent {
                percent,
                max_amount,
            } => Self::Percent {
                percent,
                max_amount,
            },
        }
    }
}

/// A number of coupons for whoever comes first.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct NewCampaign {
    #[schema(min_length = 1, max_length = 200, example = "Opening week")]
    name: String,
    #[schema(value_type = NewDiscount)]
    discount: Object<NewDiscount>,
    /// The least subtotal that its coupons apply to.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 20000)]
    minimum_subtotal: Option<i64>,
    /// From when a coupon can be taken and used, inclusive.
    #[schema(format = DateTime, example = "2026-11-20T00:00:00Z")]
    valid_from: String,
    /// Until when, exclusive; later than `validFrom`.
    #[schema(format = DateTime, example = "2026-11-27T00:00:00Z")]
    valid_until: String,
    /// How many coupons there are.
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 1000)]
    quantity: i64,
}

/// Create a campaign
#[utoipa::path(
    post, path = "/campaigns", operation_id = "createCampaign", tag = "Campaigns",
    request_body = NewCampaign,
    responses((status = 201, description = "The campaign was created.", body = CampaignView)),
)]
pub(super) async fn create_campaign(
    WithCatalogWrite(by): WithCatalogWrite,
    Key(key): Key,
    _: NoQuery,
    Json(body): Json<NewCampaign>,
) -> Result<Response, Problem> {
    let (valid_from, valid_until) = validity(&body)?;
    let campaign = CreateCampaign::new(
        &body.name,
        body.discount.0.into(),
        body.minimum_subtotal,
        valid_from,
        valid_until,
        body.quantity,
    )?;
    let done = execute(&by, Command::CreateCampaign(campaign), key).await?;
    match &done.answer {
        Answer::CampaignCreated(campaign) => {
            let response = json(StatusCode::CREATED, &CampaignView::of(campaign));
            Ok(done.mark(located(response, format!("/campaigns/{}", campaign.id))))
        }
        _ => Err(wrong_answer(&done)),
    }
}

/// Both times, or what is wrong with either.
fn validity(body: &NewCampaign) -> Result<(Timestamp, Timestamp), Problem> {
    let from = timestamp("/validFrom", &body.valid_from);
    let until = timestamp("/validUntil", &body.valid_until);
    match (from, until) {
        (Ok(from), Ok(until)) => Ok((from, until)),
        (from, until) => Err(Problem::invalid(
            [from.err(), until.err()].into_iter().flatten().collect(),
        )),
    }
}

/// Get a campaign
#[utoipa::path(
    get, path = "/campaigns/{campaignId}", operation_id = "getCampaign", tag = "Campaigns",
    params(("campaignId" = i64, Path, description = "The campaign.", minimum = 1, maximum = 9007199254740991i64, example = 1)),
    responses((status = 200, description = "The campaign.", body = CampaignView)),
)]
pub(super) async fn get_campaign(
    AnyToken(by): AnyToken,
    PathId(campaign_id): PathId<CampaignId>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let app = by.app();
    let campaign = app.store().campaign(campaign_id).await?;
    let campaign =
        campaign.ok_or_else(|| not_found(Rejection::CampaignNotFound { campaign_id }))?;
    Ok(ok(&CampaignView::of(&campaign)))
}

/// List campaigns
///
/// All campaigns by id.
#[utoipa::path(
    get, path = "/campaigns", operation_id = "listCampaigns", tag = "Campaigns",
    params(PageQuery),
    responses((status = 200, description = "A page of the campaigns.", body = List<CampaignView>)),
)]
pub(super) async fn list_campaigns(
    AnyToken(by): AnyToken,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let app = by.app();
    let page = app.store().campaigns(query.page()?).await?;
    Ok(ok(&List::of(
        &page,
        |campaign| campaign.id,
        CampaignView::of,
    )))
}
