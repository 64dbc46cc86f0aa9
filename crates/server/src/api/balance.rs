//! `/users/{userId}/balance`

use axum::response::Response;
use http::StatusCode;
use jumun_domain::{AdjustBalance, Answer, Charge, Command, IdempotencyKey, Rejection, UserId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::reply::{execute, json, located, not_found, ok, wrong_answer};
use crate::access::{Granted, PathUser, WithAdmin, WithBalanceCharge};
use crate::extract::{Json, NoQuery, PageQuery, PathId, Query, RequiredKey};
use crate::problem::Problem;
use crate::view::{BalanceView, CreditView, EntryView, List};

/// Money that a user paid in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCharge {
    /// How much, in the minor unit of the deployment's currency.
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 50000)]
    amount: i64,
    /// The caller's reference, such as the id of a card payment.
    #[schema(min_length = 1, max_length = 500, example = "card-4711")]
    reference: Option<String>,
}

/// A correction of a balance.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBalanceAdjustment {
    /// By how much; signed, not 0.
    #[schema(minimum = -9007199254740991i64, maximum = 9007199254740991i64, example = -10000)]
    amount: i64,
    /// Why.
    #[schema(min_length = 1, max_length = 500, example = "charged 10000 too much")]
    reason: String,
}

/// Get a balance
#[utoipa::path(
    get, path = "/users/{userId}/balance", operation_id = "getBalance", tag = "Balance",
    params(("userId" = i64, Path, description = "The user.", minimum = 1, maximum = 9007199254740991i64, example = 7)),
    responses((status = 200, description = "What the user can spend.", body = BalanceView)),
)]
pub(super) async fn get_balance(
    PathUser {
        granted: by,
        user_id,
    }: PathUser,
    _: NoQuery,
) -> Result<Response, Problem> {
    let app = by.app();
    let user = app.store().user(user_id).await?;
    let user = user.ok_or_else(|| not_found(Rejection::UserNotFound { user_id }))?;
    Ok(ok(&BalanceView::of(&user, app.shop())))
}

/// Charge a balance
///
/// Pays money in. It becomes a `CHARGE` entry of the user's ledger.
#[utoipa::path(
    post, path = "/users/{userId}/balance/charges", operation_id = "charge", tag = "Balance",
    params(("userId" = i64, Path, description = "Whose balance.", minimum = 1, maximum = 9007199254740991i64, example = 7)),
    request_body = NewCharge,
    responses((status = 201, description = "The charge was made.", body = CreditView)),
)]
pub(super) async fn charge(
    WithBalanceCharge(by): WithBalanceCharge,
    PathId(user_id): PathId<UserId>,
    RequiredKey(key): RequiredKey,
    _: NoQuery,
    Json(body): Json<NewCharge>,
) -> Result<Response, Problem> {
    let charge = Charge::new(user_id, body.amount, body.reference.as_deref())?;
    credit(&by, user_id, Command::Charge(charge), key).await
}

/// Adjust a balance
///
/// Undoes a mistake, up or down. It becomes an `ADJUSTMENT` entry of the
/// user's ledger. It cannot bring the balance below zero.
#[utoipa::path(
    post, path = "/users/{userId}/balance/adjustments", operation_id = "adjustBalance", tag = "Balance",
    params(("userId" = i64, Path, description = "Whose balance.", minimum = 1, maximum = 9007199254740991i64, example = 7)),
    request_body = NewBalanceAdjustment,
    responses((status = 201, description = "The adjustment was made.", body = CreditView)),
)]
pub(super) async fn adjust_balance(
    WithAdmin(by): WithAdmin,
    PathId(user_id): PathId<UserId>,
    RequiredKey(key): RequiredKey,
    _: NoQuery,
    Json(body): Json<NewBalanceAdjustment>,
) -> Result<Response, Problem> {
    let adjustment = AdjustBalance::new(user_id, body.amount, &body.reason)?;
    credit(&by, user_id, Command::AdjustBalance(adjustment), key)
        .await
        .map_err(Problem::of_adjustment)
}

async fn credit(
    by: &Granted,
    user_id: UserId,
    command: Command,
    key: Option<IdempotencyKey>,
) -> Result<Response, Problem> {
    let done = execute(by, command, key).await?;
    match &done.answer {
        Answer::Credited(entry) => {
            let response = json(StatusCode::CREATED, &CreditView::of(entry));
            let ledger = format!("/users/{user_id}/balance/entries");
            Ok(done.mark(located(response, ledger)))
        }
        _ => Err(wrong_answer(&done)),
    }
}

/// List a user's ledger
///
/// Every change of the balance, newest first.
#[utoipa::path(
    get, path = "/users/{userId}/balance/entries", operation_id = "listEntries", tag = "Balance",
    params(("userId" = i64, Path, description = "Whose ledger.", minimum = 1, maximum = 9007199254740991i64, example = 7), PageQuery),
    responses((status = 200, description = "A page of the ledger.", body = List<EntryView>)),
)]
pub(super) async fn list_entries(
    PathUser {
        granted: by,
        user_id,
    }: PathUser,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let app = by.app();
    let page = app.store().entries(user_id, query.page()?).await?;
    let page = page.ok_or_else(|| not_found(Rejection::UserNotFound { user_id }))?;
    Ok(ok(&List::of(&page, |entry| entry.id, EntryView::of)))
}
