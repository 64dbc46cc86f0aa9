//! Data platforms: how they stand, and what an operator wishes of them.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::response::Response;
use jumun_domain::Timestamp;
use jumun_store::delivery::{
    DeliveryFilter, DeliveryState, DeliveryView, Hold, PauseReason, PlatformView, ReplayRange,
    ReplayRefused,
};

use super::answer::{page, page_with, see_other};
use super::fields::Fields;
use super::form::Form;
use super::frame::{Frame, encoded};
use super::number::grouped;
use super::once::Once;
use super::overview::now;
use super::visit::{PAGE_ROWS, Visit};
use crate::extract::{Cursor, PlatformName, Sequence};
use crate::problem::{Detail, FieldError, Issue, Problem, quoted};

const MICROS_PER_SECOND: i64 = 1_000_000;

#[derive(Template)]
#[template(path = "console/platforms.html")]
struct PlatformsPage<'a> {
    page: &'a Frame,
    platforms: Vec<PlatformView>,
    now: Timestamp,
}

#[derive(Template)]
#[template(path = "console/platform.html")]
struct PlatformPage<'a> {
    page: &'a Frame,
    platform: &'a PlatformView,
    address: String,
    /// Events that were given up.
    dead: Vec<DeliveryView>,
    next: Option<String>,
    now: Timestamp,
    fields: Fields,
}

/// `/console/platforms`
pub(super) async fn list(visit: Visit) -> Result<Response, Problem> {
    page(&PlatformsPage {
        page: &visit.page,
        platforms: visit.by.app().platforms().platforms().await?,
        now: now(),
    })
}

/// `/console/platforms/{name}`
pub(super) async fn show(
    visit: Visit,
    PlatformName(name): PlatformName,
) -> Result<Response, Problem> {
    shown(&visit, &name, Fields::blank()).await
}

/// `POST /console/platforms/{name}/pause`
pub(super) async fn pause(
    visit: Visit,
    PlatformName(name): PlatformName,
    Extension(once): Extension<Arc<Once>>,
    form: Form,
) -> Result<Response, Problem> {
    let wish = async {
        let platforms = visit.by.app().platforms();
        let was_there = platforms.pause(&name, &visit.by.actor()).await?;
        was_there.then_some("paused").ok_or_else(|| no_such(&name))
    };
    wished(&visit, &name, &once, &form, wish).await
}

/// `POST /console/platforms/{name}/resume`
pub(super) async fn resume(
    visit: Visit,
    PlatformName(name): PlatformName,
    Extension(once): Extension<Arc<Once>>,
    form: Form,
) -> Result<Response, Problem> {
    let wish = async {
        let platforms = visit.by.app().platforms();
        let was_there = platforms.resume(&name, &visit.by.actor()).await?;
        was_there.then_some("resumed").ok_or_else(|| no_such(&name))
    };
    wished(&visit, &name, &once, &form, wish).await
}

/// `POST /console/platforms/{name}/replay`: everything that has failed, ever.
pub(super) async fn replay(
    visit: Visit,
    PlatformName(name): PlatformName,
    Extension(once): Extension<Arc<Once>>,
    form: Form,
) -> Result<Response, Problem> {
    let wish = async {
        let platforms = visit.by.app().platforms();
        let since = ReplayRange::FailedSince(Timestamp::from_micros(0));
        match platforms.replay(&name, since, &visit.by.actor()).await? {
            Ok(_) => Ok("replayed"),
            Err(ReplayRefused::NoSuchPlatform) => Err(no_such(&name)),
            Err(ReplayRefused::TooMany) => Err(Problem::new(Detail::TooManyReplays)),
            Err(ReplayRefused::NoSuchEvent { newest }) => {
                let error = FieldError::body("/failedSince", Issue::NoSuchEvent(newest));
                Err(Problem::invalid(vec![error]))
            }
        }
    };
    wished(&visit, &name, &once, &form, wish).await
}

/// Does what a form wishes, unless it did so before.
async fn wished(
    visit: &Visit,
    name: &str,
    once: &Once,
    form: &Form,
    wish: impl Future<Output = Result<&'static str, Problem>>,
) -> Result<Response, Problem> {
    let key = form.key()?;
    let back = format!("/console/platforms/{}", encoded(name));
    if !once.begin(&key) {
        return Ok(see_other(&format!("{back}?done=before")));
    }
    match wish.await {
        Ok(done) => Ok(see_other(&format!("{back}?done={done}"))),
        Err(problem) => {
            once.undo(&key);
            let fields = Fields::again(form, &[], &problem, &visit.page);
            shown(visit, name, fields).await
        }
    }
}

async fn shown(visit: &Visit, name: &str, fields: Fields) -> Result<Response, Problem> {
    let platforms = visit.by.app().platforms();
    let platform = platforms.platform(name).await?;
    let platform = platform.ok_or_else(|| no_such(name))?;
    let after = Sequence::decode(visit.query.get("after")).map(Sequence::number);
    let rows = jumun_store::Page {
        after,
        limit: PAGE_ROWS,
    };
    let dead = platforms
        .deliveries(name, DeliveryFilter::Dead, rows)
        .await?;
    let dead = dead.ok_or_else(|| no_such(name))?;
    let last = dead.items.last().filter(|_| dead.more);
    let last = last.and_then(|it| Sequence::new(i64::try_from(it.sequence).ok()?));
    let status = fields.status();
    let shown = PlatformPage {
        page: &visit.page,
        platform: &platform,
        address: format!("/console/platforms/{}", encoded(name)),
        next: last.map(|last| format!("?after={}", last.encode())),
        dead: dead.items,
        now: now(),
        fields,
    };
    page_with(status, &shown)
}

fn no_such(name: &str) -> Problem {
    Problem::new(Detail::NoSuchPlatform(quoted(name)))
}

/// How old the oldest event is that a platform lacks, in seconds.
pub(super) fn lag(platform: &PlatformView, now: Timestamp) -> String {
    let micros = platform.oldest_undelivered.map_or(0, |oldest| {
        now.as_micros().saturating_sub(oldest.as_micros()).max(0)
    });
    grouped(micros / MICROS_PER_SECOND)
}
