//! `jumun events`: what became of events at the data platforms.

mod choice;
mod list;
mod table;
mod wishes;

use std::process::ExitCode;

use clap::builder::BoolishValueParser;
use jiff::Timestamp;
use jumun_store::delivery::Platforms;

use crate::database::DatabaseOption;
use crate::failure::Failure;
use crate::{count, logging, time};

const AFTER_HELP: &str = "\
Works beside a running server, which carries out within seconds what is asked for. A platform is \
called by its name; where the shop knows one only, the name can be left out. --platform and \
JUMUN_PLATFORM are for `jumun serve` and mean nothing here.

Examples:
  jumun events list --database sqlite:shop.db
  jumun events list https://example.com/events --state dead
  jumun events replay --failed-since 2026-11-20T00:00:00Z
  jumun events replay billing --from 1 --to 500
  jumun events pause billing";

/// The most deliveries that are listed at a time: a long page for a person, a
/// moment's work for the database.
const MAX_LIMIT: u64 = 1_000;

/// The greatest sequence: as exact in JSON as all numbers of the API.
const MAX_SEQUENCE: u64 = (1 << 53) - 1;

/// The arguments of `jumun events`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

/// What can be done.
#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the platforms; with a name, what became of the newest events there
    List(List),
    /// Send events again, whether they were delivered or not
    Replay(Replay),
    /// Send nothing to a platform until `resume`
    Pause(OnePlatform),
    /// Go on after `pause`, and after a platform that wanted no more (410)
    Resume(OnePlatform),
    /// Forget a platform that no server delivers to, and all that is recorded of it
    Forget(OnePlatform),
}

/// Which platform, of which shop.
#[derive(Debug, clap::Args)]
struct OnePlatform {
    /// The platform's name [default: the only one]
    #[arg(value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    database: DatabaseOption,
}

/// The arguments of `jumun events list`.
#[derive(Debug, clap::Args)]
struct List {
    #[command(flatten)]
    platform: OnePlatform,
    /// Only events in this state
    #[arg(long, value_name = "STATE", value_enum)]
    state: Option<State>,
    /// How many events, the newest ones [default: 50]
    #[arg(long, value_name = "COUNT", value_parser = count::up_to::<MAX_LIMIT>,
          allow_negative_numbers = true)]
    limit: Option<u64>,
    /// Print what the API answers, in JSON
    #[arg(long, value_name = "true|false", default_value = "false", default_missing_value = "true",
          num_args = 0..=1, require_equals = true, value_parser = BoolishValueParser::new())]
    json: bool,
}

/// Why an event is not delivered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum State {
    /// It has failed, and is tried again
    Failing,
    /// An earlier event of its user is not delivered
    Blocked,
    /// It was given up; `replay` tries it again
    Dead,
}

/// The arguments of `jumun events replay`.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("range").required(true).args(["sequence", "from", "failed_since"])))]
struct Replay {
    #[command(flatten)]
    platform: OnePlatform,
    /// The one event of this sequence
    #[arg(long, value_name = "N", value_parser = count::up_to::<MAX_SEQUENCE>,
          allow_negative_numbers = true)]
    sequence: Option<u64>,
    /// All events from this sequence on
    #[arg(long, value_name = "N", value_parser = count::up_to::<MAX_SEQUENCE>, requires = "to",
          allow_negative_numbers = true)]
    from: Option<u64>,
    /// The last of them
    #[arg(long, value_name = "N", value_parser = count::up_to::<MAX_SEQUENCE>, requires = "from",
          allow_negative_numbers = true)]
    to: Option<u64>,
    /// What is not delivered and has failed at this time (RFC 3339) or later,
    /// also what was given up
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    failed_since: Option<Timestamp>,
}

/// Carries out an action.
///
/// # Errors
///
/// A database that cannot be read, and a platform that is not known.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    logging::start_quietly()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::new(format!("the command cannot run: {error}"))
                .help("check the limits of this process (open files, memory), and start it again")
        })?;
    runtime.block_on(act(&arguments.action))?;
    Ok(ExitCode::SUCCESS)
}

async fn act(action: &Action) -> Result<(), Failure> {
    match action {
        Action::List(arguments) => list::list(&*open(&arguments.platform).await?, arguments).await,
        Action::Replay(arguments) => {
            let range = wishes::range(arguments)?;
            wishes::replay(&*open(&arguments.platform).await?, arguments, range).await
        }
        Action::Pause(platform) => wishes::pause(&*open(platform).await?, platform).await,
        Action::Resume(platform) => wishes::resume(&*open(platform).await?, platform).await,
        Action::Forget(platform) => wishes::forget(&*open(platform).await?, platform).await,
    }
}

async fn open(platform: &OnePlatform) -> Result<Box<dyn Platforms>, Failure> {
    platform.database.engine()?.platforms().await
}
