//! Users: found and shown, with what is theirs; and a balance set right.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use jumun_domain::{AdjustBalance, Command, Entry, EntryKind, Order, Rejection, User, UserId};
use jumun_store::{CouponView, Page, PageOf};

use super::answer::{page, page_with, see_other};
use super::command::execute;
use super::fields::Fields;
use super::form::Form;
use super::frame::Frame;
use super::number::integer;
use super::visit::{Visit, next};
use crate::extract::PathId;
use crate::problem::Problem;

/// Rows of each list on a user's own page.
const FIRST_ROWS: usize = 5;

#[derive(Template)]
#[template(path = "console/users.html")]
struct FindPage<'a> {
    page: &'a Frame,
    /// What was looked for, where it was not found.
    sought: &'a str,
}

#[derive(Template)]
#[template(path = "console/user.html")]
struct UserPage<'a> {
    page: &'a Frame,
    user: &'a User,
    entries: Vec<Entry>,
    coupons: Vec<CouponView>,
    orders: Vec<Arc<Order>>,
    fields: Fields,
}

#[derive(Template)]
#[template(path = "console/user_orders.html")]
struct OrdersPage<'a> {
    page: &'a Frame,
    user: &'a User,
    orders: Vec<Arc<Order>>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "console/user_ledger.html")]
struct LedgerPage<'a> {
    page: &'a Frame,
    user: &'a User,
    entries: Vec<Entry>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "console/user_coupons.html")]
struct CouponsPage<'a> {
    page: &'a Frame,
    user: &'a User,
    coupons: Vec<CouponView>,
    next: Option<String>,
}

/// `/console/users`: leads to the user who is looked for.
pub(super) async fn find(visit: Visit) -> Result<Response, Problem> {
    let sought = visit.query.text("find").unwrap_or_default();
    let id = integer("find", sought).ok().and_then(UserId::new);
    if let Some(id) = id
        && visit.by.app().store().user(id).await?.is_some()
    {
        return Ok(see_other(&format!("/console/users/{id}")));
    }
    page(&FindPage {
        page: &visit.page,
        sought,
    })
}

/// `/console/users/{userId}`
pub(super) async fn show(visit: Visit, PathId(id): PathId<UserId>) -> Result<Response, Problem> {
    shown(&visit, id, Fields::blank()).await
}

/// `/console/users/{userId}/orders`
pub(super) async fn orders(visit: Visit, PathId(id): PathId<UserId>) -> Result<Response, Problem> {
    let user = read(&visit, id).await?;
    let store = visit.by.app().store();
    let rows = store.orders(id, visit.rows()).await?.unwrap_or_else(none);
    page(&OrdersPage {
        page: &visit.page,
        user: &user,
        next: next(&rows, |it| it.id),
        orders: rows.items,
    })
}

/// `/console/users/{userId}/ledger`
pub(super) async fn ledger(visit: Visit, PathId(id): PathId<UserId>) -> Result<Response, Problem> {
    let user = read(&visit, id).await?;
    let store = visit.by.app().store();
    let rows = store.entries(id, visit.rows()).await?.unwrap_or_else(none);
    page(&LedgerPage {
        page: &visit.page,
        user: &user,
        next: next(&rows, |it| it.id),
        entries: rows.items,
    })
}

/// `/console/users/{userId}/coupons`
pub(super) async fn coupons(visit: Visit, PathId(id): PathId<UserId>) -> Result<Response, Problem> {
    let user = read(&visit, id).await?;
    let store = visit.by.app().store();
    let rows = store.coupons(id, visit.rows()).await?.unwrap_or_else(none);
    page(&CouponsPage {
        page: &visit.page,
        user: &user,
        next: next(&rows, |it| it.coupon.id),
        coupons: rows.items,
    })
}

/// `POST /console/users/{userId}/balance`
pub(super) async fn adjust(
    visit: Visit,
    PathId(id): PathId<UserId>,
    form: Form,
) -> Result<Response, Problem> {
    match adjusted(&visit, id, &form).await {
        Ok(()) => Ok(see_other(&format!("/console/users/{id}?done=adjusted"))),
        Err(problem) => {
            let problem = problem.of_adjustment();
            let fields = Fields::again(&form, &["amount", "reason"], &problem, &visit.page);
            shown(&visit, id, fields).await
        }
    }
}

async fn adjusted(visit: &Visit, id: UserId, form: &Form) -> Result<(), Problem> {
    let amount = integer("amount", form.get("amount")).map_err(|it| Problem::invalid(vec![it]))?;
    let adjust = AdjustBalance::new(id, amount, form.get("reason").trim())?;
    let key = form.key()?;
    execute(&visit.by, Command::AdjustBalance(adjust), Some(key)).await?;
    Ok(())
}

async fn shown(visit: &Visit, id: UserId, fields: Fields) -> Result<Response, Problem> {
    let user = read(visit, id).await?;
    let store = visit.by.app().store();
    let status = fields.status();
    let shown = UserPage {
        page: &visit.page,
        user: &user,
        entries: store.entries(id, first()).await?.unwrap_or_else(none).items,
        coupons: store.coupons(id, first()).await?.unwrap_or_else(none).items,
        orders: store.orders(id, first()).await?.unwrap_or_else(none).items,
        fields,
    };
    page_with(status, &shown)
}

async fn read(visit: &Visit, user_id: UserId) -> Result<User, Problem> {
    let user = visit.by.app().store().user(user_id).await?;
    user.ok_or_else(|| Problem::rejected(vec![Rejection::UserNotFound { user_id }]))
}

fn first<K>() -> Page<K> {
    Page {
        after: None,
        limit: FIRST_ROWS,
    }
}

fn none<T>() -> PageOf<T> {
    PageOf {
        items: Vec::new(),
        more: false,
    }
}
