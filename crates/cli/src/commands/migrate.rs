//! `jumun migrate`: creates the database or brings its schema up to date.

use std::process::ExitCode;

use jumun_store_sqlite::Options;

use crate::database::{CurrencyOption, DatabaseOption};
use crate::failure::Failure;
use crate::{logging, output};

const AFTER_HELP: &str = "\
Every command that writes does this by itself. Migrations go forward only: back up first.

Examples:
  jumun backup before.db --database sqlite:shop.db
  jumun migrate --database sqlite:shop.db";

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
/// When the file is not a shop of this version or an older one, or cannot be
/// written.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    logging::start_quietly()?;
    let path = arguments.database.file()?;
    let options = Options {
        currency: arguments.currency.currency,
        ..Options::default()
    };
    let migration = jumun_store_sqlite::migrate(path, &options).map_err(Failure::engine)?;
    let path = path.display();
    output::line(match (migration.from, migration.to) {
        (0, to) => format!("created {path} with schema version {to}"),
        (from, to) if from == to => format!("{path} is up to date: schema version {to}"),
        (from, to) => format!("migrated {path} from schema version {from} to {to}"),
    })?;
    Ok(ExitCode::SUCCESS)
}
