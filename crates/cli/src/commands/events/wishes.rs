//! What an operator asks for, and a dispatcher carries out.

use jumun_domain::Timestamp;
use jumun_platform::dispatch::LEASE_TERM;
use jumun_server::render_time;
use jumun_store::Fault;
use jumun_store::delivery::{PlatformView, Platforms, ReplayRange, ReplayRefused};

use super::{OnePlatform, Replay, choice};
use crate::actor::at_the_command_line;
use crate::failure::Failure;
use crate::output;

/// The events that are meant.
///
/// # Errors
///
/// When the range ends before it begins.
pub(super) fn range(arguments: &Replay) -> Result<ReplayRange, Failure> {
    if let Some(since) = arguments.failed_since {
        let since = Timestamp::from_micros(since.as_microsecond());
        return Ok(ReplayRange::FailedSince(since));
    }
    let one = arguments.sequence;
    // The parser sees to it that there is one of them.
    let first = arguments.from.or(one).unwrap_or(1);
    let last = arguments.to.or(one).unwrap_or(first);
    if first > last {
        return Err(
            Failure::usage(format!("--from {first} is after --to {last}"))
                .help("write the smaller sequence first"),
        );
    }
    Ok(ReplayRange::Sequences { first, last })
}

/// Has events sent again.
///
/// # Errors
///
/// A platform that is not known, a range without events, too many replays.
pub(super) async fn replay(
    platforms: &dyn Platforms,
    arguments: &Replay,
    range: ReplayRange,
) -> Result<(), Failure> {
    let platform = choice::choose(platforms, arguments.platform.name.as_deref()).await?;
    let name = &platform.name;
    let asked = platforms
        .replay(name, range, &at_the_command_line())
        .await
        .map_err(|fault| outcome(&fault))?;
    let replay = asked.map_err(|refused: ReplayRefused| Failure::engine(refused))?;
    output::line(match replay.range {
        ReplayRange::Sequences { first, last } => {
            format!("{name}: events {first} to {last} are sent again")
        }
        ReplayRange::FailedSince(since) => format!(
            "{name}: what has failed since {} is sent again",
            render_time(since)
        ),
    })?;
    note_what_holds_up(&platform);
    Ok(())
}

/// Stops what is sent.
///
/// # Errors
///
/// A platform that is not known.
pub(super) async fn pause(
    platforms: &dyn Platforms,
    arguments: &OnePlatform,
) -> Result<(), Failure> {
    let name = choice::choose(platforms, arguments.name.as_deref())
        .await?
        .name;
    let known = platforms.pause(&name, &at_the_command_line()).await;
    if known.map_err(|fault| outcome(&fault))? {
        output::line(format!(
            "{name}: nothing more is sent from within seconds on, until: jumun events resume"
        ))
    } else {
        Err(choice::none_known())
    }
}

/// Goes on.
///
/// # Errors
///
/// A platform that is not known.
pub(super) async fn resume(
    platforms: &dyn Platforms,
    arguments: &OnePlatform,
) -> Result<(), Failure> {
    let mut platform = choice::choose(platforms, arguments.name.as_deref()).await?;
    let known = platforms
        .resume(&platform.name, &at_the_command_line())
        .await;
    if known.map_err(|fault| outcome(&fault))? {
        output::line(format!("{}: it goes on within seconds", platform.name))?;
        platform.pause = None;
        note_what_holds_up(&platform);
        Ok(())
    } else {
        Err(choice::none_known())
    }
}

/// Forgets a platform that nobody delivers to.
///
/// # Errors
///
/// A platform that is not known, or that a server delivers to.
pub(super) async fn forget(
    platforms: &dyn Platforms,
    arguments: &OnePlatform,
) -> Result<(), Failure> {
    let name = choice::choose(platforms, arguments.name.as_deref())
        .await?
        .name;
    let forgotten = platforms.forget(&name, &at_the_command_line()).await;
    match forgotten.map_err(|fault| outcome(&fault))? {
        Some(true) => output::line(format!("{name}: forgotten; events stay")),
        Some(false) => Err(Failure::new(format!(
            "a server delivers to {name}, or did a moment ago"
        ))
        .help(format!(
            "start the servers without it, and ask again; where one was killed, after {} s",
            LEASE_TERM.as_secs()
        ))),
        None => Err(choice::none_known()),
    }
}

/// Says what has to happen before anything is sent.
fn note_what_holds_up(platform: &PlatformView) {
    if platform.pause.is_some() {
        output::note("it is paused; nothing is sent until: jumun events resume");
    } else if platform.leased_until.is_none() {
        output::note("no server delivers to it now; the next one that does begins with it");
    }
}

/// A write failed: whether it is safe to repeat is for the fault to say.
fn outcome(fault: &Fault) -> Failure {
    Failure::engine(fault)
}
