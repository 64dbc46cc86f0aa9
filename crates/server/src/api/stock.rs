//! `/products/{productId}/stock/adjustments`

use axum::response::Response;
use http::StatusCode;
use jumun_domain::{AdjustStock, Answer, Command, ProductId, Rejection};
use serde::Deserialize;
use utoipa::ToSchema;

use super::reply::{execute, json, located, not_found, ok, wrong_answer};
use crate::access::WithCatalogWrite;
use crate::extract::{Json, NoQuery, PageQuery, PathId, Query, RequiredKey};
use crate::problem::Problem;
use crate::view::{List, StockAdjustedView, StockAdjustmentView};

/// A change of a stock by hand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewStockAdjustment {
    /// By how many pieces; signed, not 0.
    #[schema(minimum = -9007199254740991i64, maximum = 9007199254740991i64, example = 20)]
    delta: i64,
    /// Why.
    #[schema(min_length = 1, max_length = 500, example = "delivery 4711")]
    reason: Option<String>,
}

/// Adjust a stock
///
/// A delivery, a loss, a count. It cannot bring the stock below zero.
#[utoipa::path(
    post, path = "/products/{productId}/stock/adjustments", operation_id = "adjustStock", tag = "Stock",
    params(("productId" = i64, Path, description = "Whose stock.", minimum = 1, maximum = 9007199254740991i64, example = 3)),
    request_body = NewStockAdjustment,
    responses((status = 201, description = "The adjustment was made.", body = StockAdjustedView)),
)]
pub(super) async fn adjust_stock(
    WithCatalogWrite(by): WithCatalogWrite,
    PathId(product_id): PathId<ProductId>,
    RequiredKey(key): RequiredKey,
    _: NoQuery,
    Json(body): Json<NewStockAdjustment>,
) -> Result<Response, Problem> {
    let adjustment = AdjustStock::new(product_id, body.delta, body.reason.as_deref())?;
    let done = execute(&by, Command::AdjustStock(adjustment), key)
        .await
        .map_err(Problem::of_adjustment)?;
    match &done.answer {
        Answer::StockAdjusted(adjustment) => {
            let response = json(StatusCode::CREATED, &StockAdjustedView::of(adjustment));
            let history = format!("/products/{product_id}/stock/adjustments");
            Ok(done.mark(located(response, history)))
        }
        _ => Err(wrong_answer(&done)),
    }
}

/// List a product's stock adjustments
///
/// Oldest first: the opening stock is the first.
#[utoipa::path(
    get, path = "/products/{productId}/stock/adjustments", operation_id = "listStockAdjustments", tag = "Stock",
    params(("productId" = i64, Path, description = "Whose stock.", minimum = 1, maximum = 9007199254740991i64, example = 3), PageQuery),
    responses((status = 200, description = "A page of the adjustments.", body = List<StockAdjustmentView>)),
)]
pub(super) async fn list_stock_adjustments(
    WithCatalogWrite(by): WithCatalogWrite,
    PathId(product_id): PathId<ProductId>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let app = by.app();
    let page = app
        .store()
        .stock_adjustments(product_id, query.page()?)
        .await?;
    let page = page.ok_or_else(|| not_found(Rejection::ProductNotFound { product_id }))?;
    Ok(ok(&List::of(
        &page,
        |adjustment| adjustment.id,
        StockAdjustmentView::of,
    )))
}
