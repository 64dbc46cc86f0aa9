//! The subcommands, one file or folder each.

mod audit;
mod backup;
mod changes;
mod completions;
mod demo;
mod doctor;
mod events;
mod export;
mod import;
mod load;
mod migrate;
mod serve;
mod token;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::failure::Failure;
use crate::platform::Entry;

/// What `jumun` can be asked to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Serve a shop over HTTP
    Serve(Box<serve::Arguments>),
    /// Run a shop with data and shoppers on a throw-away database
    Demo(demo::Arguments),
    /// Create the database, or bring its schema up to date
    Migrate(migrate::Arguments),
    /// Check that money, stock, coupons and events are conserved
    Audit(audit::Arguments),
    /// Import users or products from a CSV file, all or nothing
    Import(import::Arguments),
    /// Export orders or events as JSON lines or CSV
    Export(export::Arguments),
    /// See what data platforms have, lack and failed, and send events again
    Events(events::Arguments),
    /// Make, list and revoke the tokens that open the API
    Token(token::Arguments),
    /// See who has changed what
    Changes(changes::Arguments),
    /// Load a running server, and check what it has acknowledged
    Load(load::Arguments),
    /// Check a configuration, or a running deployment, and say what to mend
    Doctor(Box<doctor::Arguments>),
    /// Write a consistent copy of a live embedded database
    Backup(backup::Arguments),
    /// Print a completion script for a shell
    Completions(completions::Arguments),
}

impl Command {
    /// The command with what the configuration file at `path` says beyond
    /// options: data platforms, where it wants any.
    pub(crate) fn with_file(mut self, path: Option<PathBuf>, platforms: Vec<Entry>) -> Self {
        match &mut self {
            Self::Serve(arguments) => arguments.platforms.add_file(platforms),
            Self::Doctor(arguments) => {
                arguments.serve.platforms.add_file(platforms);
                arguments.file = path;
            }
            _ => {}
        }
        self
    }
}

/// Carries out a command.
///
/// # Errors
///
/// What went wrong, and what to do about it.
pub(crate) fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Migrate(arguments) => migrate::run(&arguments),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Events(arguments) => events::run(&arguments),
        Command::Token(arguments) => token::run(&arguments),
        Command::Changes(arguments) => changes::run(&arguments),
        Command::Load(arguments) => load::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
    }
}
