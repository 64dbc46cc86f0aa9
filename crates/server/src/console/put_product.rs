//! The form of a product, new or to be edited.
//!
//! An edit carries the tag of what its form showed. Where that is no more, the
//! form comes back with what changed. A form that comes twice finds the product
//! as it wants it, which is as good.

use askama::Template;
use axum::response::Response;
use jumun_domain::{Command, EntityTag, Precondition, Product, ProductId, PutProduct};

use super::answer::{page, page_with, see_other};
use super::command::execute;
use super::fields::Fields;
use super::form::Form;
use super::frame::Frame;
use super::number::{integer, optional_integer};
use super::products::{opening, read};
use super::visit::Visit;
use crate::extract::PathId;
use crate::problem::{Code, FieldError, Problem};

/// The fields, but the tag.
const NAMES: [&str; 6] = [
    "productId",
    "name",
    "price",
    "stock",
    "maxPerUser",
    "active",
];

#[derive(Template)]
#[template(path = "console/put_product.html")]
struct FormPage<'a> {
    page: &'a Frame,
    /// The product as it is; `None` for a new one.
    product: Option<&'a Product>,
    /// The product was changed since the form was opened.
    is_stale: bool,
    fields: Fields,
}

/// `GET /console/products/new`
pub(super) async fn blank(visit: Visit) -> Result<Response, Problem> {
    page(&FormPage {
        page: &visit.page,
        product: None,
        is_stale: false,
        fields: Fields::blank().with("active", "true").with("stock", "0"),
    })
}

/// `POST /console/products/new`
pub(super) async fn create(visit: Visit, form: Form) -> Result<Response, Problem> {
    let problem = match created(&visit, &form).await {
        Ok(id) => return Ok(see_other(&format!("/console/products/{id}?done=created"))),
        Err(problem) => problem,
    };
    let mut fields = Fields::again(&form, &NAMES, &problem, &visit.page);
    if problem.code() == Code::PreconditionFailed {
        let alert = visit.page.say(
            "There is a product with this id. Take another id, or edit that product.",
            "이 번호의 상품이 이미 있습니다. 다른 번호를 쓰거나 그 상품을 수정하세요.",
        );
        fields.alert = Some(alert.to_owned());
    }
    let status = fields.status();
    let shown = FormPage {
        page: &visit.page,
        product: None,
        is_stale: false,
        fields,
    };
    page_with(status, &shown)
}

/// `GET /console/products/{productId}/edit`
pub(super) async fn edit(visit: Visit, PathId(id): PathId<ProductId>) -> Result<Response, Problem> {
    let product = read(&visit, id).await?;
    let limit = product.max_per_user.map(|it| it.to_string());
    let fields = Fields::blank()
        .with("name", &product.name)
        .with("price", product.price)
        .with("maxPerUser", limit.unwrap_or_default())
        .with("active", product.active)
        .with("tag", product.entity_tag());
    page(&FormPage {
        page: &visit.page,
        product: Some(&product),
        is_stale: false,
        fields,
    })
}

/// `POST /console/products/{productId}/edit`
pub(super) async fn replace(
    visit: Visit,
    PathId(id): PathId<ProductId>,
    form: Form,
) -> Result<Response, Problem> {
    let problem = match replaced(&visit, id, &form).await {
        Ok(()) => return Ok(see_other(&format!("/console/products/{id}?done=saved"))),
        Err(problem) => problem,
    };
    let product = read(&visit, id).await?;
    let is_stale = problem.code() == Code::PreconditionFailed;
    let mut fields = Fields::again(&form, &NAMES, &problem, &visit.page);
    // Who sends it again has seen what it is now.
    let tag = match is_stale {
        true => product.entity_tag().to_string(),
        false => form.get("tag").to_owned(),
    };
    fields = fields.with("tag", tag);
    if is_stale {
        let alert = visit.page.say(
            "Somebody changed this product after you opened the form. Nothing was changed by you. Compare, and save again if you still want to.",
            "양식을 연 뒤에 다른 사람이 이 상품을 바꾸었습니다. 아직 저장되지 않았습니다. 비교해 보고, 그래도 바꾸려면 다시 저장하세요.",
        );
        fields.alert = Some(alert.to_owned());
    }
    let status = fields.status();
    let shown = FormPage {
        page: &visit.page,
        product: Some(&product),
        is_stale,
        fields,
    };
    page_with(status, &shown)
}

async fn created(visit: &Visit, form: &Form) -> Result<ProductId, Problem> {
    let id = integer("productId", form.get("productId"));
    let id = id.and_then(|id| ProductId::new(id).ok_or_else(out_of_range));
    let stock = optional_integer("stock", form.get("stock"));
    let (product_id, stock) = match (id, stock) {
        (Ok(id), Ok(stock)) => (id, stock),
        (id, stock) => {
            let wrong = read_fields(form).err().unwrap_or_default();
            let errors = [id.err(), stock.err()].into_iter().flatten();
            return Err(Problem::invalid(errors.chain(wrong).collect()));
        }
    };
    let put = wanted(product_id, form, stock)?.expecting(Precondition::Absent);
    match execute(&visit.by, Command::PutProduct(put.clone()), None).await {
        Ok(_) => Ok(product_id),
        Err(problem) if problem.code() == Code::PreconditionFailed => {
            let product = read(visit, product_id).await?;
            let opening = opening(visit, product_id).await?.map(|it| it.delta);
            let was_sent =
                is_as_wanted(&product, &put) && opening == Some(put.stock.unwrap_or_default());
            was_sent.then_some(product_id).ok_or(problem)
        }
        Err(problem) => Err(problem),
    }
}

async fn replaced(visit: &Visit, id: ProductId, form: &Form) -> Result<(), Problem> {
    let put = wanted(id, form, None)?;
    // A tag that cannot be read is none that could match.
    let tags: Vec<_> = EntityTag::parse(form.get("tag")).into_iter().collect();
    let put = put.expecting(Precondition::AnyOf(tags.into()));
    match execute(&visit.by, Command::PutProduct(put.clone()), None).await {
        Ok(_) => Ok(()),
        Err(problem) if problem.code() == Code::PreconditionFailed => {
            let product = read(visit, id).await?;
            is_as_wanted(&product, &put).then_some(()).ok_or(problem)
        }
        Err(problem) => Err(problem),
    }
}

/// The product that the form describes.
fn wanted(id: ProductId, form: &Form, stock: Option<i64>) -> Result<PutProduct, Problem> {
    let (price, limit) = read_fields(form).map_err(Problem::invalid)?;
    let is_active = form.get("active") == "true";
    let name = form.get("name").trim();
    Ok(PutProduct::new(id, name, price, stock, is_active, limit)?)
}

/// The price and the limit.
fn read_fields(form: &Form) -> Result<(i64, Option<i64>), Vec<FieldError>> {
    let price = integer("price", form.get("price"));
    let limit = optional_integer("maxPerUser", form.get("maxPerUser"));
    match (price, limit) {
        (Ok(price), Ok(limit)) => Ok((price, limit)),
        (price, limit) => Err([price.err(), limit.err()].into_iter().flatten().collect()),
    }
}

fn is_as_wanted(product: &Product, put: &PutProduct) -> bool {
    product.name == put.name
        && product.price == put.price
        && product.active == put.active
        && product.max_per_user == put.max_per_user
}

fn out_of_range() -> FieldError {
    let rule = jumun_domain::Rule::IntegerBetween {
        min: 1,
        max: jumun_domain::limits::MAX_SAFE_INTEGER,
    };
    FieldError::body("/productId", crate::problem::Issue::Rule(rule))
}
