//! Campaigns, listed.

use askama::Template;
use axum::response::Response;
use jumun_domain::{Campaign, Discount, Timestamp};

use super::answer::page;
use super::frame::Frame;
use super::overview::now;
use super::visit::{Visit, next};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "console/campaigns.html")]
struct CampaignsPage<'a> {
    page: &'a Frame,
    campaigns: Vec<Campaign>,
    next: Option<String>,
    now: Timestamp,
}

/// `/console/campaigns`
pub(super) async fn list(visit: Visit) -> Result<Response, Problem> {
    let rows = visit.by.app().store().campaigns(visit.rows()).await?;
    page(&CampaignsPage {
        page: &visit.page,
        next: next(&rows, |it| it.id),
        campaigns: rows.items,
        now: now(),
    })
}
