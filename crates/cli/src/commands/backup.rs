//! `jumun backup`: a consistent copy of a live embedded database.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::database::DatabaseOption;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::{logging, output};

const AFTER_HELP: &str = "\
Works beside a running server. An existing file is not overwritten. Audit the copy to check it.
For a database on a PostgreSQL server use its own pg_dump or pg_basebackup.

Examples:
  jumun backup shop-2026-11-20.db --database sqlite:shop.db
  jumun audit --database sqlite:shop-2026-11-20.db";

/// The arguments of `jumun backup`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The file to write; it must not exist yet
    #[arg(value_name = "FILE")]
    destination: PathBuf,
    #[command(flatten)]
    database: DatabaseOption,
}

/// Writes the copy.
///
/// # Errors
///
/// When the destination exists or cannot be written, or the database cannot be
/// read.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    logging::start_quietly()?;
    let engine = arguments.database.engine()?;
    let progress = Progress::bar(0, "copying");
    engine.backup(&arguments.destination, &mut |done, total| {
        progress.set(done, Some(total));
    })?;
    drop(progress);
    output::note(format!("wrote {}", arguments.destination.display()));
    Ok(ExitCode::SUCCESS)
}
