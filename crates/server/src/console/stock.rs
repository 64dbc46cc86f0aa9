//! A product's stock: its history, and a change by hand.

use askama::Template;
use axum::response::Response;
use jumun_domain::{AdjustStock, Command, Product, ProductId, StockAdjustment};

use super::answer::{page_with, see_other};
use super::command::execute;
use super::fields::Fields;
use super::form::Form;
use super::frame::Frame;
use super::number::integer;
use super::products::read;
use super::visit::{Visit, next};
use crate::extract::PathId;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "console/stock.html")]
struct StockPage<'a> {
    page: &'a Frame,
    product: &'a Product,
    adjustments: Vec<StockAdjustment>,
    next: Option<String>,
    fields: Fields,
}

/// `GET /console/products/{productId}/stock`
pub(super) async fn show(visit: Visit, PathId(id): PathId<ProductId>) -> Result<Response, Problem> {
    shown(&visit, id, Fields::blank()).await
}

/// `POST /console/products/{productId}/stock`
pub(super) async fn adjust(
    visit: Visit,
    PathId(id): PathId<ProductId>,
    form: Form,
) -> Result<Response, Problem> {
    match adjusted(&visit, id, &form).await {
        Ok(()) => Ok(see_other(&format!(
            "/console/products/{id}/stock?done=adjusted"
        ))),
        Err(problem) => {
            let problem = problem.of_adjustment();
            let fields = Fields::again(&form, &["delta", "reason"], &problem, &visit.page);
            shown(&visit, id, fields).await
        }
    }
}

async fn adjusted(visit: &Visit, id: ProductId, form: &Form) -> Result<(), Problem> {
    let delta = integer("delta", form.get("delta")).map_err(|it| Problem::invalid(vec![it]))?;
    let adjust = AdjustStock::new(id, delta, form.text("reason"))?;
    let key = form.key()?;
    execute(&visit.by, Command::AdjustStock(adjust), Some(key)).await?;
    Ok(())
}

async fn shown(visit: &Visit, id: ProductId, fields: Fields) -> Result<Response, Problem> {
    let product = read(visit, id).await?;
    let store = visit.by.app().store();
    let rows = store.stock_adjustments(id, visit.rows()).await?;
    let next = rows.as_ref().and_then(|rows| next(rows, |it| it.id));
    let status = fields.status();
    let shown = StockPage {
        page: &visit.page,
        product: &product,
        adjustments: rows.map(|rows| rows.items).unwrap_or_default(),
        next,
        fields,
    };
    page_with(status, &shown)
}
