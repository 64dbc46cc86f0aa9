//! The form of a new campaign.

use askama::Template;
use axum::response::Response;
use jumun_domain::{Command, CreateCampaign, RawDiscount, Timestamp};

use super::answer::{page, page_with, see_other};
use super::command::execute;
use super::fields::Fields;
use super::form::Form;
use super::frame::Frame;
use super::number::{integer, optional_integer};
use super::visit::Visit;
use crate::extract::timestamp;
use crate::problem::{FieldError, Issue, Problem};

const NAMES: [&str; 9] = [
    "name",
    "type",
    "amount",
    "percent",
    "maxAmount",
    "minimumSubtotal",
    "validFrom",
    "validUntil",
    "quantity",
];

#[derive(Template)]
#[template(path = "console/new_campaign.html")]
struct FormPage<'a> {
    page: &'a Frame,
    fields: Fields,
}

/// `GET /console/campaigns/new`
pub(super) async fn blank(visit: Visit) -> Result<Response, Problem> {
    page(&FormPage {
        page: &visit.page,
        fields: Fields::blank().with("type", "FIXED"),
    })
}

/// `POST /console/campaigns/new`
pub(super) async fn create(visit: Visit, form: Form) -> Result<Response, Problem> {
    let Err(problem) = created(&visit, &form).await else {
        return Ok(see_other("/console/campaigns?done=created"));
    };
    let fields = Fields::again(&form, &NAMES, &problem, &visit.page);
    let status = fields.status();
    let shown = FormPage {
        page: &visit.page,
        fields,
    };
    page_with(status, &shown)
}

async fn created(visit: &Visit, form: &Form) -> Result<(), Problem> {
    let mut errors = Vec::new();
    let discount = keep(discount(form), &mut errors);
    let minimum = optional_integer("minimumSubtotal", form.get("minimumSubtotal"));
    let minimum = keep(minimum, &mut errors);
    let from = keep(time("validFrom", form), &mut errors);
    let until = keep(time("validUntil", form), &mut errors);
    let quantity = keep(integer("quantity", form.get("quantity")), &mut errors);
    let (Some(discount), Some(minimum), Some(from), Some(until), Some(quantity)) =
        (discount, minimum, from, until, quantity)
    else {
        return Err(Problem::invalid(errors));
    };
    let name = form.get("name").trim();
    let campaign = CreateCampaign::new(name, discount, minimum, from, until, quantity)?;
    let key = form.key()?;
    execute(&visit.by, Command::CreateCampaign(campaign), Some(key)).await?;
    Ok(())
}

fn discount(form: &Form) -> Result<RawDiscount, FieldError> {
    match form.get("type") {
        "FIXED" => {
            integer("amount", form.get("amount")).map(|amount| RawDiscount::Fixed { amount })
        }
        "PERCENT" => Ok(RawDiscount::Percent {
            percent: integer("percent", form.get("percent"))?,
            max_amount: optional_integer("maxAmount", form.get("maxAmount"))?,
        }),
        _ => {
            let names = ["FIXED", "PERCENT"].map(str::to_owned);
            Err(FieldError::body("/type", Issue::NotOneOf(names.to_vec())))
        }
    }
}

/// A time in UTC as browsers send it, to the minute or finer.
fn time(field: &'static str, form: &Form) -> Result<Timestamp, FieldError> {
    const TO_THE_MINUTE: usize = "2026-11-20T09:00".len();
    let text = form
        .get(field)
        .trim()
        .trim_end_matches(['Z', 'z'])
        .replace(' ', "T");
    let seconds = if text.len() == TO_THE_MINUTE {
        ":00"
    } else {
        ""
    };
    timestamp(&format!("/{field}"), &format!("{text}{seconds}Z"))
}

fn keep<T>(read: Result<T, FieldError>, errors: &mut Vec<FieldError>) -> Option<T> {
    read.map_err(|error| errors.push(error)).ok()
}
