//! `/platforms` and what is done to one as a whole

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::now;
use super::reply::ok;
use crate::access::{WithAdmin, WithEventsRead};
use crate::app::App;
use crate::extract::{NoQuery, OptionalJson, PlatformName};
use crate::problem::{Detail, Problem, quoted};
use crate::view::{PlatformList, PlatformView};

/// A wish that says all in its path.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoMembers {}

/// List data platforms
///
/// All that are known, by name, with what each has, lacks and failed to take.
/// One is known from the first time that a server delivers to it.
#[utoipa::path(
    get, path = "/platforms", operation_id = "listPlatforms", tag = "Platforms",
    responses((status = 200, description = "The platforms.", body = PlatformList)),
)]
pub(super) async fn list_platforms(
    WithEventsRead(by): WithEventsRead,
    _: NoQuery,
) -> Result<Response, Problem> {
    let app = by.app();
    let platforms = app.platforms().platforms().await?;
    let now = now();
    let view = |platform| PlatformView::of(platform, now);
    Ok(ok(&PlatformList {
        items: platforms.iter().map(view).collect(),
    }))
}

/// Get a data platform
#[utoipa::path(
    get, path = "/platforms/{name}", operation_id = "getPlatform", tag = "Platforms",
    params(("name" = String, Path, description = "The platform's name, percent-encoded.", example = "https%3A%2F%2Fexample.com%2Fevents")),
    responses((status = 200, description = "The platform.", body = PlatformView)),
)]
pub(super) async fn get_platform(
    WithEventsRead(by): WithEventsRead,
    PlatformName(name): PlatformName,
    _: NoQuery,
) -> Result<Response, Problem> {
    let app = by.app();
    shown(app, &name).await
}

/// Pause a data platform
///
/// Within seconds nothing more is sent to it. Events wait for it, and nothing is
/// lost. One that is paused stays as it is.
#[utoipa::path(
    post, path = "/platforms/{name}/pause", operation_id = "pausePlatform", tag = "Platforms",
    params(("name" = String, Path, description = "The platform's name, percent-encoded.", example = "https%3A%2F%2Fexample.com%2Fevents")),
    request_body(content = Option<NoMembers>, description = "May be left out."),
    responses((status = 200, description = "The platform, paused.", body = PlatformView)),
)]
pub(super) async fn pause_platform(
    WithAdmin(by): WithAdmin,
    PlatformName(name): PlatformName,
    _: NoQuery,
    _: OptionalJson<NoMembers>,
) -> Result<Response, Problem> {
    let app = by.app();
    if !app.platforms().pause(&name, &by.actor()).await? {
        return Err(no_such_platform(&name));
    }
    shown(app, &name).await
}

/// Resume a data platform
///
/// Goes on where it was paused, one that has answered 410, too. One that is not
/// paused stays as it is.
#[utoipa::path(
    post, path = "/platforms/{name}/resume", operation_id = "resumePlatform", tag = "Platforms",
    params(("name" = String, Path, description = "The platform's name, percent-encoded.", example = "https%3A%2F%2Fexample.com%2Fevents")),
    request_body(content = Option<NoMembers>, description = "May be left out."),
    responses((status = 200, description = "The platform, active.", body = PlatformView)),
)]
pub(super) async fn resume_platform(
    WithAdmin(by): WithAdmin,
    PlatformName(name): PlatformName,
    _: NoQuery,
    _: OptionalJson<NoMembers>,
) -> Result<Response, Problem> {
    let app = by.app();
    if !app.platforms().resume(&name, &by.actor()).await? {
        return Err(no_such_platform(&name));
    }
    shown(app, &name).await
}

/// Forget a data platform
///
/// Removes it and all that is recorded of its deliveries; events stay. Nobody
/// may be delivering to it: take it out of the settings of every server first.
#[utoipa::path(
    delete, path = "/platforms/{name}", operation_id = "forgetPlatform", tag = "Platforms",
    params(("name" = String, Path, description = "The platform's name, percent-encoded.", example = "https%3A%2F%2Fexample.com%2Fevents")),
    responses((status = 204, description = "It is forgotten.")),
)]
pub(super) async fn forget_platform(
    WithAdmin(by): WithAdmin,
    PlatformName(name): PlatformName,
    _: NoQuery,
) -> Result<Response, Problem> {
    let app = by.app();
    match app.platforms().forget(&name, &by.actor()).await? {
        Some(true) => Ok(StatusCode::NO_CONTENT.into_response()),
        Some(false) => Err(Problem::new(Detail::PlatformInUse(quoted(&name)))),
        None => Err(no_such_platform(&name)),
    }
}

/// That there is no platform of this name.
pub(super) fn no_such_platform(name: &str) -> Problem {
    Problem::new(Detail::NoSuchPlatform(quoted(name)))
}

async fn shown(app: &App, name: &str) -> Result<Response, Problem> {
    let platform = app.platforms().platform(name).await?;
    let platform = platform.ok_or_else(|| no_such_platform(name))?;
    Ok(ok(&PlatformView::of(&platform, now())))
}
