//! `jumun import`: users or products in bulk, all or nothing.

mod problems;
mod products;
mod quotes;
mod run;
mod sheet;
mod text;
mod users;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::database::{CurrencyOption, DatabaseOption};
use crate::failure::Failure;
use crate::logging;

const AFTER_HELP: &str = "\
The file is CSV in UTF-8 with a header, the columns in any order:
  users:    userId,name,balance          (the balance is charged; 0 for none; the name may be empty)
  products: productId,name,price,stock

The whole file is checked first. A bad row, and an id that exists is one, is named by its line, and \
nothing is imported. Works beside a running server. Ctrl-C and SIGTERM stop it in good order.

On a PostgreSQL server it is one transaction: an import that is cut short has imported nothing. A \
request to the server that would create one of the same users or products waits until it has ended.

On a file it is many short transactions, one import at a time. An import that is cut short keeps \
the rows that are in. To resume it, import the same file again, unchanged: it is recognised by \
its content, and goes on where it stopped. A file that was edited is another file, and the rows \
that are in are then told as existing.

Examples:
  jumun import users users.csv --database sqlite:shop.db
  jumun import products products.csv --database sqlite:shop.db";

/// The arguments of `jumun import`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// What to import
    #[arg(value_enum)]
    what: What,
    /// The file
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    #[command(flatten)]
    database: DatabaseOption,
    #[command(flatten)]
    currency: CurrencyOption,
}

/// What can be imported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum What {
    /// Rows of userId,name,balance
    Users,
    /// Rows of productId,name,price,stock
    Products,
}

/// Imports.
///
/// # Errors
///
/// When the file cannot be read, has a bad row, or the database cannot be
/// written.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    logging::start_quietly()?;
    match arguments.what {
        What::Users => run::import::<users::UserRow>(arguments)?,
        What::Products => run::import::<products::ProductRow>(arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}
