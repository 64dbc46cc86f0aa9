//! `/orders` and `/users/{userId}/orders`

use axum::response::Response;
use http::StatusCode;
use jumun_domain::limits::MAX_SAFE_INTEGER;
use jumun_domain::{
    Answer, CancelOrder, Command, CouponId, IdempotencyKey, Order, PlaceOrder, Rejection, UserId,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::coupons::user_of;
use super::reply::{execute, json, located, not_found, ok, wrong_answer};
use crate::access::{OnBehalf, OrderReader, PathUser, WithOrdersActAs};
use crate::extract::{
    Json, NoQuery, OptionalJson, OrderPath, PageQuery, Query, RequiredKey, integer_parameter,
    objects, uuid,
};
use crate::problem::{FieldError, Issue, Problem};
use crate::view::{List, OrderView, QuoteView};

/// A product and how many pieces of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct NewOrderLine {
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 3)]
    product_id: i64,
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 2)]
    quantity: i64,
}

/// What a user wants to order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct NewOrder {
    /// Who orders and pays.
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 7)]
    user_id: i64,
    /// Lines that name the same product are one line.
    #[serde(deserialize_with = "objects")]
    #[schema(min_items = 1, max_items = 100)]
    items: Vec<NewOrderLine>,
    /// A coupon of the user's.
    #[schema(format = "uuid", example = "01937d5e-8f00-7000-8000-0242ac120002")]
    coupon_id: Option<String>,
    /// The total that the shopper was shown. Another one refuses the order.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 25800)]
    expected_total: Option<i64>,
}

impl NewOrder {
    fn command(&self) -> Result<PlaceOrder, Problem> {
        let user_id = user_of(self.user_id)?;
        let not_a_uuid = || Problem::invalid(vec![FieldError::body("/couponId", Issue::NotAUuid)]);
        let coupon_id = match &self.coupon_id {
            Some(text) => Some(CouponId(uuid(text).ok_or_else(not_a_uuid)?)),
            None => None,
        };
        let items = self
            .items
            .iter()
            .map(|item| (item.product_id, item.quantity));
        Ok(PlaceOrder::new(
            user_id,
            items,
            coupon_id,
            self.expected_total,
        )?)
    }
}

/// Place an order
///
/// Takes the stock, the coupon and the balance together or not at all.
/// Everything that stands in the way is reported at once, in `rejections`.
#[utoipa::path(
    post, path = "/orders", operation_id = "placeOrder", tag = "Orders",
    request_body = NewOrder,
    responses((status = 201, description = "The order, placed and paid.", body = OrderView)),
)]
pub(super) async fn place_order(
    caller: OnBehalf,
    RequiredKey(key): RequiredKey,
    _: NoQuery,
    Json(body): Json<NewOrder>,
) -> Result<Response, Problem> {
    let order = body.command()?;
    let by = caller.of(order.user_id)?;
    let app = by.app();
    let done = execute(&by, Command::PlaceOrder(order), key).await?;
    let Answer::OrderPlaced(order) = &done.answer else {
        return Err(wrong_answer(&done));
    };
    let response = json(StatusCode::CREATED, &OrderView::of(order, app.shop()));
    Ok(done.mark(located(response, format!("/orders/{}", order.id))))
}

/// Quote an order
///
/// The very decision that an order would get now. Nothing is kept or reserved.
/// What cannot be known is `null`.
#[utoipa::path(
    post, path = "/orders/quote", operation_id = "quoteOrder", tag = "Orders",
    request_body = NewOrder,
    responses((status = 200, description = "What the order would cost.", body = QuoteView)),
)]
pub(super) async fn quote_order(
    caller: OnBehalf,
    _: NoQuery,
    Json(body): Json<NewOrder>,
) -> Result<Response, Problem> {
    let order = body.command()?;
    let by = caller.of(order.user_id)?;
    let app = by.app();
    let quote = app.store().quote(order).await?;
    match quote.rejections.first() {
        Some(Rejection::ValidationFailed(_)) => Err(Problem::rejected(quote.rejections)),
        _ => Ok(ok(&QuoteView::of(&quote, app.shop()))),
    }
}

/// Get an order
#[utoipa::path(
    get, path = "/orders/{orderId}", operation_id = "getOrder", tag = "Orders",
    params(("orderId" = String, Path, description = "The order.", format = "uuid", example = "01937d5e-8f00-7000-8000-0242ac120002")),
    responses((status = 200, description = "The order as it is now.", body = OrderView)),
)]
pub(super) async fn get_order(
    reader: OrderReader,
    OrderPath(order_id): OrderPath,
    _: NoQuery,
) -> Result<Response, Problem> {
    let order = reader.order(order_id).await?;
    let order = order.ok_or_else(|| not_found(Rejection::OrderNotFound { order_id }))?;
    Ok(ok(&OrderView::of(&order, reader.app().shop())))
}

/// Whose key.
#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct KeyQuery {
    /// The user who placed the order.
    #[param(value_type = i64, minimum = 1, maximum = 9007199254740991i64, required = true, nullable = false, example = 7)]
    user_id: Option<String>,
    /// The key that the order was placed with.
    #[param(value_type = String, pattern = r#"^([!#-~][!-~]{0,254}|"([!#-\[\]-~]|\\["\\]){1,255}")$"#, required = true, nullable = false, example = "01937d5e-8f00-7000-8000-0242ac120002")]
    idempotency_key: Option<String>,
}

impl KeyQuery {
    fn read(&self) -> Result<(UserId, IdempotencyKey), Problem> {
        let missing = |name| FieldError::parameter(name, Issue::Required);
        let user_id = match self.user_id.as_deref() {
            None => Err(missing("userId")),
            Some(text) => integer_parameter("userId", text, 1, MAX_SAFE_INTEGER)
                .map(UserId::new)
                .and_then(|id| id.ok_or_else(|| missing("userId"))),
        };
        let key = match self.idempotency_key.as_deref() {
            None => Err(missing("idempotencyKey")),
            Some(text) => IdempotencyKey::parse(text)
                .map_err(|_| FieldError::parameter("idempotencyKey", Issue::InvalidKey)),
        };
        match (user_id, key) {
            (Ok(user_id), Ok(key)) => Ok((user_id, key)),
            (user_id, key) => Err(Problem::invalid(
                [user_id.err(), key.err()].into_iter().flatten().collect(),
            )),
        }
    }
}

/// The order that was found, or none.
#[derive(Serialize, ToSchema)]
#[schema(as = FoundOrders)]
pub(crate) struct FoundOrders {
    #[schema(max_items = 1)]
    items: Vec<OrderView>,
}

/// Find an order by its key
///
/// What became of a request whose answer was lost: the order, as it is now,
/// that the user placed with this key, or none.
#[utoipa::path(
    get, path = "/orders", operation_id = "findOrder", tag = "Orders",
    params(KeyQuery),
    responses((status = 200, description = "The order, or none.", body = FoundOrders)),
)]
pub(super) async fn find_order(
    caller: OnBehalf,
    Query(query): Query<KeyQuery>,
) -> Result<Response, Problem> {
    let (user_id, key) = query.read()?;
    let by = caller.of(user_id)?;
    let app = by.app();
    let order = app.store().order_by_key(user_id, key).await?;
    let view = |order: &Order| OrderView::of(order, app.shop());
    Ok(ok(&FoundOrders {
        items: order.as_deref().map(view).into_iter().collect(),
    }))
}

/// List a user's orders
///
/// Newest first.
#[utoipa::path(
    get, path = "/users/{userId}/orders", operation_id = "listOrders", tag = "Orders",
    params(("userId" = i64, Path, description = "Whose orders.", minimum = 1, maximum = 9007199254740991i64, example = 7), PageQuery),
    responses((status = 200, description = "A page of the orders.", body = List<OrderView>)),
)]
pub(super) async fn list_orders(
    PathUser {
        granted: by,
        user_id,
    }: PathUser,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let app = by.app();
    let page = app.store().orders(user_id, query.page()?).await?;
    let page = page.ok_or_else(|| not_found(Rejection::UserNotFound { user_id }))?;
    Ok(ok(&List::of(
        &page,
        |order| order.id,
        |order| OrderView::of(order, app.shop()),
    )))
}

/// How to cancel.
#[derive(Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelRequest {
    /// Why.
    #[schema(min_length = 1, max_length = 500, example = "changed my mind")]
    reason: Option<String>,
    /// Whether the pieces go back on the shelf.
    #[schema(default = true)]
    restock: Option<bool>,
}

/// Cancel an order
///
/// Gives back the money, the coupon, and the stock unless `restock` is
/// `false`. Whether the coupon is still in date is judged when it is next used.
#[utoipa::path(
    post, path = "/orders/{orderId}/cancel", operation_id = "cancelOrder", tag = "Orders",
    params(("orderId" = String, Path, description = "The order.", format = "uuid", example = "01937d5e-8f00-7000-8000-0242ac120002")),
    request_body(content = Option<CancelRequest>, description = "May be left out."),
    responses((status = 200, description = "The order, cancelled and refunded.", body = OrderView)),
)]
pub(super) async fn cancel_order(
    WithOrdersActAs(by): WithOrdersActAs,
    OrderPath(order_id): OrderPath,
    RequiredKey(key): RequiredKey,
    _: NoQuery,
    OptionalJson(body): OptionalJson<CancelRequest>,
) -> Result<Response, Problem> {
    let app = by.app();
    let CancelRequest { reason, restock } = body.unwrap_or_default();
    let cancel = CancelOrder::new(order_id, reason.as_deref(), restock.unwrap_or(true))?;
    let done = execute(&by, Command::CancelOrder(cancel), key).await?;
    let Answer::OrderCancelled(order) = &done.answer else {
        return Err(wrong_answer(&done));
    };
    Ok(done.mark(ok(&OrderView::of(order, app.shop()))))
}
