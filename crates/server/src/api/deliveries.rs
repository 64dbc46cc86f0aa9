//! `/platforms/{name}/deliveries`

use axum::response::Response;
use jumun_store::Page;
use jumun_store::delivery::DeliveryFilter;
use serde::Deserialize;
use utoipa::IntoParams;

use super::platforms::no_such_platform;
use super::reply::ok;
use crate::access::WithEventsRead;
use crate::extract::{NoQuery, PageQuery, PathId, PlatformName, Query, Sequence};
use crate::problem::{Detail, FieldError, Issue, Problem};
use crate::view::{DeliveryView, DeliveryWithAttemptsView, List};

/// The states that can be asked for, and what each selects. The others are of
/// events that no record holds up: they are found by their place.
const FILTERS: [(&str, DeliveryFilter); 3] = [
    ("FAILING", DeliveryFilter::Failing),
    ("BLOCKED", DeliveryFilter::Behind),
    ("DEAD", DeliveryFilter::Dead),
];

/// Which deliveries, and which part of their list.
#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveryQuery {
    /// `FAILING`, `BLOCKED` or `DEAD`. Left out, all events.
    #[param(
        nullable = false,
        pattern = "^(FAILING|BLOCKED|DEAD)$",
        example = "DEAD"
    )]
    state: Option<String>,
    /// The most items to return.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50, nullable = false)]
    limit: Option<String>,
    /// The `nextCursor` of the page before. Leave it out for the first page.
    #[param(nullable = false)]
    cursor: Option<String>,
}

impl DeliveryQuery {
    fn read(self) -> Result<(DeliveryFilter, Page<u64>), Problem> {
        let filter = self.filter();
        let page = PageQuery::new(self.limit, self.cursor).read::<Sequence>();
        match (filter, page) {
            (Ok(filter), Ok(Page { after, limit })) => {
                let after = after.map(Sequence::number);
                Ok((filter, Page { after, limit }))
            }
            (filter, page) => {
                let errors = filter.err().into_iter();
                Err(Problem::invalid(
                    errors.chain(page.err().into_iter().flatten()).collect(),
                ))
            }
        }
    }

    fn filter(&self) -> Result<DeliveryFilter, FieldError> {
        let Some(state) = &self.state else {
            return Ok(DeliveryFilter::All);
        };
        let found = FILTERS.iter().find(|(name, _)| name == state);
        found.map(|(_, filter)| *filter).ok_or_else(|| {
            let names = FILTERS.map(|(name, _)| name.to_owned());
            FieldError::parameter("state", Issue::NotOneOf(names.to_vec()))
        })
    }
}

/// List what became of events
///
/// The events of the shop, newest first, each with what became of it at this
/// data platform. With `state` those that are held up: what fails, what waits
/// behind it, what was given up.
#[utoipa::path(
    get, path = "/platforms/{name}/deliveries", operation_id = "listDeliveries", tag = "Platforms",
    params(("name" = String, Path, description = "The platform's name, percent-encoded.", example = "https%3A%2F%2Fexample.com%2Fevents"), DeliveryQuery),
    responses((status = 200, description = "A page of the deliveries.", body = List<DeliveryView>)),
)]
pub(super) async fn list_deliveries(
    WithEventsRead(by): WithEventsRead,
    PlatformName(name): PlatformName,
    Query(query): Query<DeliveryQuery>,
) -> Result<Response, Problem> {
    let app = by.app();
    let (filter, page) = query.read()?;
    let page = app.platforms().deliveries(&name, filter, page).await?;
    let page = page.ok_or_else(|| no_such_platform(&name))?;
    Ok(ok(&List::of(
        &page,
        |delivery| Sequence::of_event(delivery.sequence),
        DeliveryView::of,
    )))
}

/// Get what became of an event
///
/// With every attempt that is recorded, oldest first; of very many the last
/// ones. Records are pruned after a while.
#[utoipa::path(
    get, path = "/platforms/{name}/deliveries/{sequence}", operation_id = "getDelivery", tag = "Platforms",
    params(
        ("name" = String, Path, description = "The platform's name, percent-encoded.", example = "https%3A%2F%2Fexample.com%2Fevents"),
        ("sequence" = i64, Path, description = "The event's place, as a plain integer.", minimum = 1, maximum = 9007199254740991i64, example = 42),
    ),
    responses((status = 200, description = "The event, and what became of it.", body = DeliveryWithAttemptsView)),
)]
pub(super) async fn get_delivery(
    WithEventsRead(by): WithEventsRead,
    PlatformName(name): PlatformName,
    PathId(sequence): PathId<Sequence>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let app = by.app();
    let delivery = app.platforms().delivery(&name, sequence.number()).await?;
    match delivery {
        Some(delivery) => Ok(ok(&DeliveryWithAttemptsView::of(&delivery))),
        None if app.platforms().platform(&name).await?.is_none() => Err(no_such_platform(&name)),
        None => Err(Problem::new(Detail::NoSuchEvent(sequence.number()))),
    }
}
