//! `jumun demo`: a shop with data and shoppers on a throw-away database.

mod catalogue;
mod client;
mod receipts;
mod receiver;
mod run;
mod shop;
mod shoppers;
mod stage;
mod tally;
mod texts;

use std::process::ExitCode;
use std::time::Duration;

use crate::failure::Failure;
use crate::{count, duration, listen, logging};
use texts::Language;

const AFTER_HELP: &str = "\
A data platform of its own receives every order, and checks signatures and order.

The texts are in Korean when LC_ALL, LC_MESSAGES or LANG is. At the end the books are audited, and \
the database is removed. The exit status is 1 when the books or what the platform has are wrong.

Examples:
  jumun demo
  LANG=ko_KR.UTF-8 jumun demo --rate 100 --duration 60s";

/// The most orders a second that a demonstration places; it is no load
/// generator.
const MAX_RATE: u64 = 1_000;

/// The arguments of `jumun demo`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// Where to listen; a free port is taken when this one is in use
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8080", value_parser = listen::check_form)]
    listen: String,
    /// Orders that shoppers place a second
    #[arg(long, value_name = "COUNT", default_value = "20",
          value_parser = count::up_to::<MAX_RATE>, allow_negative_numbers = true)]
    rate: u64,
    /// How long to run [default: until Ctrl-C]
    #[arg(long, value_name = "TIME", value_parser = duration::parse,
          allow_hyphen_values = true)]
    duration: Option<Duration>,
}

/// Runs until Ctrl-C, or for the given time.
///
/// # Errors
///
/// When the server cannot begin, or stops by itself.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    logging::start_quietly()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(jumun_store_sqlite::worker_threads())
        .enable_all()
        .build()
        .map_err(|error| stage::cannot(&error))?;
    runtime.block_on(run::run(arguments, Language::of_environment()))
}
