//! Orders: found, shown and cancelled.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use jumun_domain::{CancelOrder, Command, Order, OrderId, Rejection, UserId};

use super::answer::{page, page_with, see_other};
use super::command::execute;
use super::fields::Fields;
use super::form::Form;
use super::frame::Frame;
use super::latest::newest;
use super::number::integer;
use super::overview::now;
use super::visit::{PAGE_ROWS, Visit};
use crate::extract::{OrderPath, uuid};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "console/orders.html")]
struct OrdersPage<'a> {
    page: &'a Frame,
    /// What was looked for, where it was not found.
    sought: &'a str,
    orders: Vec<Arc<Order>>,
}

#[derive(Template)]
#[template(path = "console/order.html")]
struct OrderPage<'a> {
    page: &'a Frame,
    order: &'a Order,
}

#[derive(Template)]
#[template(path = "console/cancel.html")]
struct CancelPage<'a> {
    page: &'a Frame,
    order: &'a Order,
    fields: Fields,
}

/// `/console/orders`: the newest, or leads to what is looked for.
pub(super) async fn list(visit: Visit) -> Result<Response, Problem> {
    let store = visit.by.app().store();
    let sought = visit.query.text("find").unwrap_or_default();
    if let Some(id) = uuid(sought).map(OrderId)
        && store.order(id).await?.is_some()
    {
        return Ok(see_other(&format!("/console/orders/{id}")));
    }
    let user = integer("find", sought).ok().and_then(UserId::new);
    if let Some(id) = user
        && store.user(id).await?.is_some()
    {
        return Ok(see_other(&format!("/console/users/{id}/orders")));
    }
    page(&OrdersPage {
        page: &visit.page,
        sought,
        orders: newest(store, now(), PAGE_ROWS).await?,
    })
}

/// `/console/orders/{orderId}`
pub(super) async fn show(visit: Visit, OrderPath(id): OrderPath) -> Result<Response, Problem> {
    let order = read(&visit, id).await?;
    page(&OrderPage {
        page: &visit.page,
        order: &order,
    })
}

/// `GET /console/orders/{orderId}/cancel`
pub(super) async fn confirm(visit: Visit, OrderPath(id): OrderPath) -> Result<Response, Problem> {
    let order = read(&visit, id).await?;
    page(&CancelPage {
        page: &visit.page,
        order: &order,
        fields: Fields::blank().with("restock", "true"),
    })
}

/// `POST /console/orders/{orderId}/cancel`
pub(super) async fn cancel(
    visit: Visit,
    OrderPath(id): OrderPath,
    form: Form,
) -> Result<Response, Problem> {
    let Err(problem) = cancelled(&visit, id, &form).await else {
        return Ok(see_other(&format!("/console/orders/{id}?done=cancelled")));
    };
    let order = read(&visit, id).await?;
    let fields = Fields::again(&form, &["reason", "restock"], &problem, &visit.page);
    let status = fields.status();
    let shown = CancelPage {
        page: &visit.page,
        order: &order,
        fields,
    };
    page_with(status, &shown)
}

async fn cancelled(visit: &Visit, id: OrderId, form: &Form) -> Result<(), Problem> {
    let is_restocked = form.get("restock") == "true";
    let cancel = CancelOrder::new(id, form.text("reason"), is_restocked)?;
    let key = form.key()?;
    execute(&visit.by, Command::CancelOrder(cancel), Some(key)).await?;
    Ok(())
}

async fn read(visit: &Visit, order_id: OrderId) -> Result<Arc<Order>, Problem> {
    let order = visit.by.app().store().order(order_id).await?;
    order.ok_or_else(|| Problem::rejected(vec![Rejection::OrderNotFound { order_id }]))
}
