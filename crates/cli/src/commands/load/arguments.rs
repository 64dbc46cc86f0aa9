//! The arguments, and the plan that they are.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use jumun_load::session::Wanted;
use jumun_load::{InvalidTarget, Keys, Pace, Plan, Shop, Target, Timing, Workload};

use crate::failure::Failure;
use crate::{count, duration};

const AFTER_HELP: &str = "\
Creates users, products and, where the workload needs them, campaigns of its own through the public \
API, with ids that no shop uses (from 2^46 on), and loads them. They stay: load a shop that is there \
for it. Against a server that is not on this machine it asks for --yes.

Without --rate each connection sends its next request when the last one is answered: that shows the \
most that the server does. With --rate requests become due at random times, so many a second on \
average, and latencies are counted from then, also where a request has to wait for a connection: that \
shows what shoppers would see.

At the end it checks that orders that were acknowledged are there and as they were answered, and \
that stocks and balances have changed by what was acknowledged. Requests whose answer was lost are \
sent again with their key first. Ctrl-C ends the load early, and all of this is done all the same.

A server that asks for tokens wants one of the scopes orders:act-as, catalog:write and \
balance:charge, or admin. Give it in JUMUN_TOKEN: every process of the machine can read the command \
line.

Exit status: 0 all is as acknowledged, 1 it is not, or could not be checked, 2 wrong usage.

Examples:
  jumun load http://127.0.0.1:8080
  jumun load http://127.0.0.1:8080 --rate 5000 --workload zipf --duration 60s --plot load.svg
  JUMUN_TOKEN=… jumun load https://staging.example.com --yes --json | jq .latency";

/// More than a machine has ports for.
const MAX_CONNECTIONS: u64 = 50_000;

/// More than a generator can send.
const MAX_RATE: u64 = 10_000_000;

/// Room among the ids of a load.
const MAX_USERS: u64 = 1_000_000;

/// The same; popularity is a table of all of them.
const MAX_PRODUCTS: u64 = 1_000_000;

/// More than a machine has processors.
const MAX_THREADS: u64 = 256;

/// The arguments of `jumun load`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The server, such as http://127.0.0.1:8080
    #[arg(value_name = "URL")]
    url: String,
    /// Connections, each with one request in flight
    #[arg(long, value_name = "COUNT", default_value = "64",
          value_parser = count::up_to::<MAX_CONNECTIONS>, allow_negative_numbers = true)]
    connections: u64,
    /// Requests that become due a second [default: as many as are answered]
    #[arg(long, value_name = "COUNT",
          value_parser = count::up_to::<MAX_RATE>, allow_negative_numbers = true)]
    rate: Option<u64>,
    /// How long to count
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration::parse,
          allow_hyphen_values = true)]
    duration: Duration,
    /// How long to load before that
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = warm_up,
          allow_hyphen_values = true)]
    warm_up: Duration,
    /// What to ask for
    #[arg(long, value_name = "NAME", value_enum, default_value = "uniform")]
    workload: Workload,
    /// Which idempotency keys to send
    #[arg(long, value_name = "KIND", value_enum, default_value = "time-ordered")]
    keys: Keys,
    /// Users to create
    #[arg(long, value_name = "COUNT", default_value = "10000",
          value_parser = count::up_to::<MAX_USERS>, allow_negative_numbers = true)]
    pub(super) users: u64,
    /// Products to create
    #[arg(long, value_name = "COUNT", default_value = "1000",
          value_parser = count::up_to::<MAX_PRODUCTS>, allow_negative_numbers = true)]
    pub(super) products: u64,
    /// Threads to send from [default: one for every four processors]
    #[arg(long, value_name = "COUNT",
          value_parser = count::up_to::<MAX_THREADS>, allow_negative_numbers = true)]
    threads: Option<u64>,
    /// A token for the server, better in JUMUN_TOKEN
    #[arg(long, value_name = "TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Load a server that is not on this machine
    #[arg(long, value_name = "true|false", default_value = "false", default_missing_value = "true",
          num_args = 0..=1, require_equals = true, value_parser = BoolishValueParser::new())]
    pub(super) yes: bool,
    /// Print all figures as JSON
    #[arg(long, value_name = "true|false", default_value = "false", default_missing_value = "true",
          num_args = 0..=1, require_equals = true, value_parser = BoolishValueParser::new())]
    pub(super) json: bool,
    /// Draw throughput and latency over time
    #[arg(long, value_name = "FILE.svg")]
    pub(super) plot: Option<PathBuf>,
}

impl Arguments {
    /// The server.
    ///
    /// # Errors
    ///
    /// When it cannot be loaded. The URL is not quoted: it may hold a password.
    pub(super) fn target(&self) -> Result<Target, Failure> {
        Target::parse(&self.url, self.token.as_deref()).map_err(|error| match error {
            InvalidTarget::Unknown(_) | InvalidTarget::Encryption(_) => Failure::engine(error),
            InvalidTarget::NotAUrl | InvalidTarget::Token | InvalidTarget::TokenInTheClear => {
                Failure::settings(error)
            }
        })
    }

    /// The plan. Its users and products are numbered once they are there.
    ///
    /// # Errors
    ///
    /// When the options contradict each other.
    pub(super) fn plan(&self, target: Target) -> Result<Plan, Failure> {
        let connections = size(self.connections);
        let threads = self.threads.map(size);
        #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
        let pace = match self.rate {
            Some(rate) => Pace::PerSecond(rate as f64),
            None => Pace::Closed,
        };
        let plan = Plan {
            target,
            connections,
            pace,
            workload: self.workload,
            keys: self.keys,
            shop: Shop::from_one(small(self.users), small(self.products)),
            timing: Timing {
                warm_up: self.warm_up,
                window: self.duration,
            },
            threads: threads.unwrap_or_else(|| Plan::threads_for(connections)),
        };
        plan.check().map_err(Failure::settings)?;
        Ok(plan)
    }

    /// What is to be prepared for a plan.
    pub(super) fn wanted(plan: &Plan) -> Wanted {
        Wanted {
            workload: plan.workload,
            users: plan.shop.users,
            products: plan.shop.products,
            length: plan.timing.warm_up + plan.timing.window,
            rate: match plan.pace {
                Pace::Closed => None,
                Pace::PerSecond(rate) => Some(rate),
            },
        }
    }
}

/// Reads a length of time that may be none.
fn warm_up(text: &str) -> Result<Duration, String> {
    if text == "0" || text == "0s" {
        return Ok(Duration::ZERO);
    }
    duration::parse(text).map_err(|_| "write a length of time, such as 3s, 500ms or 0".to_owned())
}

/// The parsers keep these in range.
fn size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
