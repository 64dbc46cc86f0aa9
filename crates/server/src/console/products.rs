//! Products: listed and shown.

use askama::Template;
use axum::response::Response;
use jumun_domain::{Product, ProductId, Rejection, StockAdjustment};
use jumun_store::Page;

use super::answer::{page, see_other};
use super::frame::Frame;
use super::number::integer;
use super::visit::{Visit, next};
use crate::extract::PathId;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "console/products.html")]
struct ProductsPage<'a> {
    page: &'a Frame,
    /// What was looked for, where it was not found.
    sought: &'a str,
    products: Vec<Product>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "console/product.html")]
struct ProductPage<'a> {
    page: &'a Frame,
    product: &'a Product,
}

/// `/console/products`: all by id, or leads to the one that is looked for.
pub(super) async fn list(visit: Visit) -> Result<Response, Problem> {
    let store = visit.by.app().store();
    let sought = visit.query.text("find").unwrap_or_default();
    let id = integer("find", sought).ok().and_then(ProductId::new);
    if let Some(id) = id
        && store.product(id).await?.is_some()
    {
        return Ok(see_other(&format!("/console/products/{id}")));
    }
    let rows = store.products(visit.rows()).await?;
    page(&ProductsPage {
        page: &visit.page,
        sought,
        next: next(&rows, |it| it.id),
        products: rows.items,
    })
}

/// `/console/products/{productId}`
pub(super) async fn show(visit: Visit, PathId(id): PathId<ProductId>) -> Result<Response, Problem> {
    let product = read(&visit, id).await?;
    page(&ProductPage {
        page: &visit.page,
        product: &product,
    })
}

/// The product.
///
/// # Errors
///
/// `404 product-not-found`.
pub(super) async fn read(visit: &Visit, product_id: ProductId) -> Result<Product, Problem> {
    let product = visit.by.app().store().product(product_id).await?;
    product.ok_or_else(|| Problem::rejected(vec![Rejection::ProductNotFound { product_id }]))
}

/// The first line of a product's stock history: its opening stock.
pub(super) async fn opening(
    visit: &Visit,
    id: ProductId,
) -> Result<Option<StockAdjustment>, Problem> {
    let first = Page {
        after: None,
        limit: 1,
    };
    let rows = visit.by.app().store().stock_adjustments(id, first).await?;
    Ok(rows.and_then(|rows| rows.items.into_iter().next()))
}
