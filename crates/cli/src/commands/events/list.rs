//! `jumun events list`.

use std::io::Write as _;

use jumun_domain::Timestamp;
use jumun_server::{render_deliveries, render_platforms};
use jumun_store::Page;
use jumun_store::delivery::{DeliveryFilter, DeliveryView, Platforms};

use super::{List, State, choice, table};
use crate::failure::Failure;
use crate::output;

/// How many deliveries are listed, unless asked otherwise: a screen's length.
const DEFAULT_LIMIT: u64 = 50;

/// Prints the platforms, or what became of events at one: a table, or what the
/// API answers.
///
/// # Errors
///
/// When the database cannot be read, or the platform is not known.
pub(super) async fn list(platforms: &dyn Platforms, arguments: &List) -> Result<(), Failure> {
    let of_one =
        arguments.platform.name.is_some() || arguments.state.is_some() || arguments.limit.is_some();
    if of_one {
        deliveries(platforms, arguments).await
    } else {
        overview(platforms, arguments.json).await
    }
}

async fn overview(platforms: &dyn Platforms, as_json: bool) -> Result<(), Failure> {
    let known = platforms
        .platforms()
        .await
        .map_err(|fault| Failure::fault(&fault))?;
    if as_json {
        let now = Timestamp::from_micros(jiff::Timestamp::now().as_microsecond());
        return json(&render_platforms(&known, now));
    }
    if known.is_empty() {
        output::note("this shop knows no data platform; name one with: jumun serve --platform URL");
        return Ok(());
    }
    output::line(table::platforms(&known).trim_end())
}

async fn deliveries(platforms: &dyn Platforms, arguments: &List) -> Result<(), Failure> {
    let platform = choice::choose(platforms, arguments.platform.name.as_deref()).await?;
    let limit = arguments.limit.unwrap_or(DEFAULT_LIMIT);
    let page = Page {
        after: None,
        limit: usize::try_from(limit).unwrap_or(usize::MAX),
    };
    let found = platforms
        .deliveries(&platform.name, filter(arguments.state), page)
        .await
        .map_err(|fault| Failure::fault(&fault))?;
    // It was forgotten a moment ago when there is none.
    let found = found.ok_or_else(choice::none_known)?;
    if arguments.json {
        return json(&render_deliveries(&found));
    }
    print(&found.items)?;
    if found.more {
        output::note(format!(
            "these are the newest {}; --limit shows up to {} of them",
            found.items.len(),
            super::MAX_LIMIT
        ));
    }
    Ok(())
}

fn print(found: &[DeliveryView]) -> Result<(), Failure> {
    if found.is_empty() {
        output::note("there is no such event");
        Ok(())
    } else {
        output::line(table::deliveries(found).trim_end())
    }
}

fn json(rendered: &[u8]) -> Result<(), Failure> {
    output::to_stdout(|stdout| {
        stdout.write_all(rendered)?;
        stdout.write_all(b"\n")
    })
}

fn filter(state: Option<State>) -> DeliveryFilter {
    match state {
        None => DeliveryFilter::All,
        Some(State::Failing) => DeliveryFilter::Failing,
        Some(State::Blocked) => DeliveryFilter::Behind,
        Some(State::Dead) => DeliveryFilter::Dead,
    }
}
