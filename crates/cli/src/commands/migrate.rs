//! `jumun migrate`: creates the database or brings its schema up to date.

use std::process::ExitCode;

use crate::database::{CurrencyOption, DatabaseOption};
use crate::failure::Failure;
use crate::{logging, output};

const AFTER_HELP: &str = "\
On a file every command that writes does this by itself. On a PostgreSQL server `serve` and \
`import` create a shop where there is none, and this brings an older one up to date, beside \
running servers too. Migrations go forward only: back up first.

Examples:
  jumun backup before.db --database sqlite:shop.db
  jumun migrate --database sqlite:shop.db
  jumun migrate --database postgres://jumun@localhost/shop";

/// The arguments of `jumun migrate`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(flatten)]
    database: DatabaseOption,
    #[command(flatten)]
    currency: CurrencyOption,
}

/// Migrates, and tells from which version to which.
///
/// # Errors
///
/// When the database is not a shop of this version or an older one, or cannot
/// be written.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    logging::start_quietly()?;
    let engine = arguments.database.engine()?;
    let shown = engine.shown();
    let migrated = engine.migrate(arguments.currency.currency)?;
    output::line(match (migrated.from, migrated.to) {
        (0, to) => format!("created {shown} with schema version {to}"),
        (from, to) if from == to => format!("{shown} is up to date: schema version {to}"),
        (from, to) => format!("migrated {shown} from schema version {from} to {to}"),
    })?;
    Ok(ExitCode::SUCCESS)
}
