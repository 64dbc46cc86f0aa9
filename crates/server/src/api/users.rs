//! `/users/{userId}`

use axum::response::Response;
use jumun_domain::{Answer, Command, RegisterUser, Rejection, UserId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::reply::{created_or_ok, execute, json, not_found, ok, wrong_answer};
use crate::access::{PathUser, WithOrdersActAs};
use crate::extract::{NoQuery, OptionalJson, PathId};
use crate::problem::Problem;
use crate::view::UserView;

/// A user as the caller wants it.
#[derive(Deserialize, ToSchema, Default)]
#[schema(as = PutUser)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutUser {
    /// A name for people to read. Left out, the name there is stays.
    #[schema(min_length = 1, max_length = 200, example = "Kim Haneul")]
    name: Option<String>,
}

/// Register or rename a user
///
/// Registers a user, or changes the name of one. The id is the caller's own:
/// identity lives elsewhere. A new user's balance is 0.
#[utoipa::path(
    put, path = "/users/{userId}", operation_id = "putUser", tag = "Users",
    params(("userId" = i64, Path, description = "The caller's id of the user.", minimum = 1, maximum = 9007199254740991i64, example = 7)),
    request_body(content = Option<PutUser>, description = "May be left out."),
    responses(
        (status = 200, description = "The user, who was there.", body = UserView),
        (status = 201, description = "The user, who is new.", body = UserView),
    ),
)]
pub(super) async fn put_user(
    WithOrdersActAs(by): WithOrdersActAs,
    PathId(user_id): PathId<UserId>,
    _: NoQuery,
    OptionalJson(body): OptionalJson<PutUser>,
) -> Result<Response, Problem> {
    let app = by.app();
    let PutUser { name } = body.unwrap_or_default();
    let command = Command::RegisterUser(RegisterUser::new(user_id, name.as_deref())?);
    let done = execute(&by, command, None).await?;
    match &done.answer {
        Answer::User { user, created } => Ok(json(
            created_or_ok(*created),
            &UserView::of(user, app.shop()),
        )),
        _ => Err(wrong_answer(&done)),
    }
}

/// Get a user
#[utoipa::path(
    get, path = "/users/{userId}", operation_id = "getUser", tag = "Users",
    params(("userId" = i64, Path, description = "The caller's id of the user.", minimum = 1, maximum = 9007199254740991i64, example = 7)),
    responses((status = 200, description = "The user.", body = UserView)),
)]
pub(super) async fn get_user(
    PathUser {
        granted: by,
        user_id,
    }: PathUser,
    _: NoQuery,
) -> Result<Response, Problem> {
    let app = by.app();
    let user = app.store().user(user_id).await?;
    let user = user.ok_or_else(|| not_found(Rejection::UserNotFound { user_id }))?;
    Ok(ok(&UserView::of(&user, app.shop())))
}
