//! `/platforms/{name}/replay`

use axum::response::Response;
use http::StatusCode;
use jumun_domain::Rule;
use jumun_domain::limits::MAX_SAFE_INTEGER;
use jumun_store::delivery::{ReplayRange, ReplayRefused};
use serde::Deserialize;
use utoipa::ToSchema;

use super::platforms::no_such_platform;
use super::reply::json;
use crate::access::WithAdmin;
use crate::extract::{Json, NoQuery, PlatformName, Sequence, timestamp};
use crate::problem::{Detail, FieldError, Issue, Problem};
use crate::view::ReplayView;

/// What to send again, in exactly one form: `sequence`, or `from` with `to`, or
/// `failedSince`. Sequences are plain integers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct NewReplay {
    /// One event, whether it was delivered or not.
    #[schema(minimum = 1, maximum = 9007199254740991i64)]
    sequence: Option<i64>,
    /// The first of a range of events, whether they were delivered or not.
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 1)]
    from: Option<i64>,
    /// The last of the range, at least `from`. What is above the newest event
    /// is left out: it is sent anyway.
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 42)]
    to: Option<i64>,
    /// What is not delivered and has failed at this time or later, what was
    /// given up too.
    #[schema(format = DateTime)]
    failed_since: Option<String>,
}

/// Send events again
///
/// A server takes it up within seconds, beside new events; a paused platform's
/// when it is resumed. The ids of the events stay the same.
#[utoipa::path(
    post, path = "/platforms/{name}/replay", operation_id = "replayEvents", tag = "Platforms",
    params(("name" = String, Path, description = "The platform's name, percent-encoded.", example = "https%3A%2F%2Fexample.com%2Fevents")),
    request_body = NewReplay,
    responses((status = 202, description = "The wish is kept, and will be fulfilled.", body = ReplayView)),
)]
pub(super) async fn replay_events(
    WithAdmin(by): WithAdmin,
    PlatformName(name): PlatformName,
    _: NoQuery,
    Json(body): Json<NewReplay>,
) -> Result<Response, Problem> {
    let app = by.app();
    let range = body.range().map_err(Problem::invalid)?;
    match app.platforms().replay(&name, range, &by.actor()).await? {
        Ok(replay) => Ok(json(StatusCode::ACCEPTED, &ReplayView::of(&replay))),
        Err(ReplayRefused::NoSuchPlatform) => Err(no_such_platform(&name)),
        Err(ReplayRefused::TooMany) => Err(Problem::new(Detail::TooManyReplays)),
        Err(ReplayRefused::NoSuchEvent { newest }) => {
            let pointer = if body.sequence.is_some() {
                "/sequence"
            } else {
                "/from"
            };
            let error = FieldError::body(pointer, Issue::NoSuchEvent(newest));
            Err(Problem::invalid(vec![error]))
        }
    }
}

impl NewReplay {
    /// What it asks for, or all that is wrong with it.
    fn range(&self) -> Result<ReplayRange, Vec<FieldError>> {
        let mut errors = self.beside_the_form();
        let mut keep = |error| errors.push(error);
        let sequence = read(self.sequence, "/sequence", &mut keep);
        let first = read(self.from, "/from", &mut keep);
        let last = read(self.to, "/to", &mut keep);
        let failed_since = self.failed_since.as_deref().and_then(|text| {
            let time = timestamp("/failedSince", text);
            time.map_err(&mut keep).ok()
        });
        if let (Some(first), Some(last)) = (first, last)
            && last < first
        {
            let rule = Rule::IntegerBetween {
                min: first.cast_signed(),
                max: MAX_SAFE_INTEGER,
            };
            keep(FieldError::body("/to", Issue::Rule(rule)));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        match (sequence, first.zip(last), failed_since) {
            (Some(first), ..) => Ok(ReplayRange::Sequences { first, last: first }),
            (None, Some((first, last)), _) => Ok(ReplayRange::Sequences { first, last }),
            (None, None, Some(time)) => Ok(ReplayRange::FailedSince(time)),
            (None, None, None) => Err(vec![FieldError::body("", Issue::NoReplayForm)]),
        }
    }

    /// Members of other forms than the first that is there, and what that one lacks.
    fn beside_the_form(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut beside = |given: bool, pointer: &str, form| {
            if given {
                errors.push(FieldError::body(pointer, Issue::BesideForm(form)));
            }
        };
        let failed_since = self.failed_since.is_some();
        if self.sequence.is_some() {
            beside(self.from.is_some(), "/from", "sequence");
            beside(self.to.is_some(), "/to", "sequence");
            beside(failed_since, "/failedSince", "sequence");
            return errors;
        }
        match (self.from, self.to) {
            (None, None) => {}
            (Some(_), Some(_)) => beside(failed_since, "/failedSince", "from"),
            (Some(_), None) => errors.push(FieldError::body("/to", Issue::Required)),
            (None, Some(_)) => errors.push(FieldError::body("/from", Issue::Required)),
        }
        errors
    }
}

/// A sequence within its bounds; what is not goes to `keep`.
fn read(value: Option<i64>, pointer: &str, keep: &mut impl FnMut(FieldError)) -> Option<u64> {
    let value = value?;
    let sequence = Sequence::new(value);
    if sequence.is_none() {
        let rule = Rule::IntegerBetween {
            min: 1,
            max: MAX_SAFE_INTEGER,
        };
        keep(FieldError::body(pointer, Issue::Rule(rule)));
    }
    sequence.map(Sequence::number)
}
