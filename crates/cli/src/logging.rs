//! The log, on standard error.

use tracing_subscriber::EnvFilter;

use crate::failure::Failure;

/// How a line of the log looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// A line a person reads
    Text,
    /// A JSON object a line
    Json,
}

/// The options of commands that log.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct LogOptions {
    /// How a line of the log looks
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    log_format: LogFormat,
    /// The least severe level that is logged: error, warn, info, debug or
    /// trace; or directives such as info,jumun_server=debug
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    log_level: String,
}

impl LogOptions {
    /// Starts the log.
    ///
    /// # Errors
    ///
    /// When the level cannot be read.
    pub(crate) fn start(&self) -> Result<(), Failure> {
        start(self.log_format, &self.log_level)
    }
}

/// Starts the log of a command that has no options for it: what went wrong.
///
/// # Errors
///
/// None; the signature is that of [`LogOptions::start`].
pub(crate) fn start_quietly() -> Result<(), Failure> {
    start(LogFormat::Text, "error")
}

fn start(format: LogFormat, level: &str) -> Result<(), Failure> {
    // Creating a database is no news of the migration library's for an operator.
    let filter = EnvFilter::try_new(format!("refinery_core=warn,{level}")).map_err(|error| {
        Failure::usage(format!("`{level}` is no log level: {error}"))
            .help("use --log-level error, warn, info, debug or trace")
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => {
            let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
            builder.with_ansi(colours).try_init()
        }
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    // It fails only when a log was started before, which then serves.
    drop(started);
    Ok(())
}
