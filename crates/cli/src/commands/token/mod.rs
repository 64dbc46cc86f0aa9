//! `jumun token`: makes, lists and revokes the tokens that open the API.

mod create;
mod list;
mod revoke;
mod table;
mod values;

use std::process::ExitCode;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use jumun_store::access::{Scope, TokenId};

use crate::database::{CurrencyOption, DatabaseOption};
use crate::failure::Failure;
use crate::{duration, logging, runtime};

pub(crate) use list::all as all_tokens;

const AFTER_HELP: &str = "\
A server that runs with `--auth token` answers requests that carry a token, as `Authorization: \
Bearer jumun_…`. The token of a user opens what is theirs; one with scopes is for programs and \
operators:

  orders:act-as    registers users, places and cancels orders for every user
  catalog:write    puts products, adjusts stock, opens campaigns
  balance:charge   pays money in
  events:read      reads events, and what became of them at the data platforms
  metrics:read     reads the server's figures
  admin            everything, the other scopes too

Only a hash of a token is kept: it is printed once, when it is made. Works beside running servers, \
which refuse a revoked token from their next request on.

Examples:
  jumun token create --scope admin --label 'first operator' --database sqlite:shop.db
  jumun token create --scope orders:act-as --scope balance:charge --expires-in 90d
  jumun token create --user 7 --expires-in 12h
  jumun token list
  jumun token revoke 01937d5e8f012345";

/// The arguments of `jumun token`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

/// What can be done.
#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Make a token, and print it this one time
    Create(Create),
    /// List all tokens, never what opens the API
    List(List),
    /// Make tokens worthless, for good
    Revoke(Revoke),
}

/// The arguments of `jumun token create`.
#[derive(Debug, clap::Args)]
struct Create {
    /// The user whom it acts for, and no other
    #[arg(long, value_name = "ID", value_parser = values::user, allow_negative_numbers = true)]
    user: Option<jumun_domain::UserId>,
    /// What it may do; give it again, or put commas between, for more
    #[arg(long, value_name = "SCOPE", value_delimiter = ',', value_parser = values::scope)]
    scope: Vec<Scope>,
    /// What it is for, in your words
    #[arg(long, value_name = "TEXT", value_parser = values::label)]
    label: Option<String>,
    /// How long it opens anything, such as 90d [default: until it is revoked]
    #[arg(long, value_name = "TIME", value_parser = duration::parse, allow_hyphen_values = true)]
    expires_in: Option<Duration>,
    #[command(flatten)]
    database: DatabaseOption,
    #[command(flatten)]
    currency: CurrencyOption,
}

/// The arguments of `jumun token list`.
#[derive(Debug, clap::Args)]
struct List {
    #[command(flatten)]
    database: DatabaseOption,
    /// Print all of them in JSON, as the API lists them
    #[arg(long, value_name = "true|false", default_value = "false", default_missing_value = "true",
          num_args = 0..=1, require_equals = true, value_parser = BoolishValueParser::new())]
    json: bool,
}

/// The arguments of `jumun token revoke`.
#[derive(Debug, clap::Args)]
struct Revoke {
    /// Their ids, as `jumun token list` shows them
    #[arg(required = true, value_name = "ID", value_parser = values::id)]
    ids: Vec<TokenId>,
    #[command(flatten)]
    database: DatabaseOption,
}

/// Carries out an action.
///
/// # Errors
///
/// A database that cannot be reached, and a token that is not there.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    logging::start_quietly()?;
    runtime::on_one_thread()?.block_on(async {
        match &arguments.action {
            Action::Create(arguments) => create::create(arguments).await,
            Action::List(arguments) => list::list(arguments).await,
            Action::Revoke(arguments) => revoke::revoke(arguments).await,
        }
    })?;
    Ok(ExitCode::SUCCESS)
}
