//! `/products`

use axum::response::Response;
use http::HeaderValue;
use http::header::ETAG;
use jumun_domain::{Answer, Command, Product, ProductId, PutProduct, Rejection};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::reply::{created_or_ok, execute, json, not_found, ok, wrong_answer};
use crate::access::{AnyToken, WithCatalogWrite};
use crate::extract::{Expected, Json, NoQuery, PageQuery, PathId, Query, integer_parameter};
use crate::problem::Problem;
use crate::view::{BestSellerList, BestSellerView, List, ProductView};

/// The most days of a best-seller list: a year.
const MAX_DAYS: i64 = 365;

/// The most products of a best-seller list: a page for people.
const MAX_BEST_SELLERS: i64 = 100;

const HOURS_PER_DAY: i64 = 24;

/// A product as the caller wants it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct NewProduct {
    #[schema(min_length = 1, max_length = 200, example = "Ceramic mug")]
    name: String,
    /// The price of one piece, in the minor unit of the deployment's currency.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 12900)]
    price: i64,
    /// The opening stock. It counts only when the product is created.
    #[schema(minimum = 0, maximum = 9007199254740991i64, default = 0, example = 100)]
    stock: Option<i64>,
    /// Whether it can be ordered.
    #[schema(default = true)]
    active: Option<bool>,
    /// How many pieces one user may buy over all paid orders. Left out, any number.
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 5)]
    max_per_user: Option<i64>,
}

/// Create or replace a product
///
/// Creates a product with its opening stock, or replaces all of it but its
/// stock. The id is the caller's own. With `If-Match` or `If-None-Match` it is
/// done only if nobody has changed or created the product meanwhile.
#[utoipa::path(
    put, path = "/products/{productId}", operation_id = "putProduct", tag = "Products",
    params(("productId" = i64, Path, description = "The caller's id of the product.", minimum = 1, maximum = 9007199254740991i64, example = 3)),
    request_body = NewProduct,
    responses(
        (status = 200, description = "The product, which was there.", body = ProductView),
        (status = 201, description = "The product, which is new.", body = ProductView),
    ),
)]
pub(super) async fn put_product(
    WithCatalogWrite(by): WithCatalogWrite,
    PathId(product_id): PathId<ProductId>,
    Expected(expected): Expected,
    _: NoQuery,
    Json(body): Json<NewProduct>,
) -> Result<Response, Problem> {
    let NewProduct {
        name,
        price,
        stock,
        active,
        max_per_user,
    } = body;
    let active = active.unwrap_or(true);
    let product = PutProduct::new(product_id, &name, price, stock, active, max_per_user)?;
    let command = Command::PutProduct(product.expecting(expected));
    let done = execute(&by, command, None).await?;
    match &done.answer {
        Answer::Product { product, created } => {
            let response = json(created_or_ok(*created), &ProductView::of(product));
            Ok(tagged(response, product))
        }
        _ => Err(wrong_answer(&done)),
    }
}

/// Get a product
#[utoipa::path(
    get, path = "/products/{productId}", operation_id = "getProduct", tag = "Products",
    params(("productId" = i64, Path, description = "The product.", minimum = 1, maximum = 9007199254740991i64, example = 3)),
    responses((status = 200, description = "The product.", body = ProductView)),
)]
pub(super) async fn get_product(
    AnyToken(by): AnyToken,
    PathId(product_id): PathId<ProductId>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let app = by.app();
    let product = app.store().product(product_id).await?;
    let product = product.ok_or_else(|| not_found(Rejection::ProductNotFound { product_id }))?;
    Ok(tagged(ok(&ProductView::of(&product)), &product))
}

/// Adds the tag of what an edit would replace.
fn tagged(mut response: Response, product: &Product) -> Response {
    // Digits in quotes are always a header's value.
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", product.entity_tag())) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// List products
///
/// All products by id.
#[utoipa::path(
    get, path = "/products", operation_id = "listProducts", tag = "Products",
    params(PageQuery),
    responses((status = 200, description = "A page of the products.", body = List<ProductView>)),
)]
pub(super) async fn list_products(
    AnyToken(by): AnyToken,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let app = by.app();
    let page = app.store().products(query.page()?).await?;
    Ok(ok(&List::of(&page, |product| product.id, ProductView::of)))
}

/// Over how long, and how many.
#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct PopularQuery {
    /// The last so many times 24 hours, to the hour.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 365, default = 3, nullable = false)]
    days: Option<String>,
    /// The most products to return.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 5, nullable = false)]
    limit: Option<String>,
}

/// List best sellers
///
/// The products of which most pieces were sold in the last days: paid, not
/// cancelled. Of equal numbers the smaller id comes first.
#[utoipa::path(
    get, path = "/products/popular", operation_id = "listPopularProducts", tag = "Products",
    params(PopularQuery),
    responses((status = 200, description = "The best sellers.", body = BestSellerList)),
)]
pub(super) async fn popular_products(
    AnyToken(by): AnyToken,
    Query(query): Query<PopularQuery>,
) -> Result<Response, Problem> {
    let app = by.app();
    let integer = |name, text: Option<&str>, max, default| match text {
        None => Ok(default),
        Some(text) => {
            integer_parameter(name, text, 1, max).map_err(|error| Problem::invalid(vec![error]))
        }
    };
    let days = integer("days", query.days.as_deref(), MAX_DAYS, 3)?;
    let limit = integer("limit", query.limit.as_deref(), MAX_BEST_SELLERS, 5)?;
    let since = super::now().hour().earlier(days * HOURS_PER_DAY);
    let sellers = app
        .store()
        .best_sellers(since, usize::try_from(limit).unwrap_or(1))
        .await?;
    Ok(ok(&BestSellerList {
        items: sellers.iter().map(BestSellerView::of).collect(),
    }))
}
