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
    /// trace, or off; or directives such as info,jumun_server=debug
    #[arg(long, value_name = "LEVEL", default_value = "info", value_parser = level)]
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

/// The levels, as they are written.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Checks a level, or directives in commas. The filter alone would take a
/// misspelt level for the name of a module, and log everything of it.
fn level(text: &str) -> Result<String, String> {
    let is_level = |word: &str| LEVELS.iter().any(|it| it.eq_ignore_ascii_case(word));
    let known = |directive: &str| {
        let level = directive.rsplit_once('=').map_or(directive, |(_, it)| it);
        is_level(level.trim())
    };
    if text.split(',').all(known) && EnvFilter::try_new(text).is_ok() {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "no log level; write one of {}, or directives such as info,jumun_server=debug",
            LEVELS.join(", ")
        ))
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

/// What is logged at this level, or with these directives, which come last and
/// so beat those before them.
fn directives(level: &str) -> String {
    // Creating a database is no news of the migration library's for an operator.
    let mut directives = "refinery_core=warn,".to_owned();
    let is_verbose = |directive: &str| {
        let words = ["debug", "trace"];
        words.iter().any(|it| directive.eq_ignore_ascii_case(it))
    };
    if !level.split(',').map(str::trim).any(is_verbose) {
        // The NATS library tells of each of its attempts to connect, and not for
        // which platform: what became of deliveries tells it, and its name.
        directives.push_str("async_nats=off,");
    }
    directives + level
}

fn start(format: LogFormat, level: &str) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(directives(level)).map_err(|error| {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nats_library_is_heard_only_where_it_is_asked_for() {
        let table = [
            ("info", false),
            ("error", false),
            ("info,jumun_server=debug", false),
            ("debug", true),
            ("TRACE", true),
            ("warn,trace", true),
            ("info,async_nats=warn", true),
            ("info,async_nats::connector=error", true),
        ];
        for (level, heard) in table {
            let filter = EnvFilter::try_new(directives(level)).unwrap();
            let subscriber = tracing_subscriber::fmt().with_env_filter(filter).finish();
            tracing::subscriber::with_default(subscriber, || {
                let its = tracing::enabled!(target: "async_nats::connector", tracing::Level::ERROR);
                assert_eq!(its, heard, "{level}");
                let ours = tracing::enabled!(target: "jumun_platform", tracing::Level::ERROR);
                assert!(ours, "{level}");
            });
        }
    }

    #[test]
    fn a_log_level_is_a_known_word_or_directives_that_end_in_one() {
        let table = [
            ("info", true),
            ("WARN", true),
            ("off", true),
            ("info,jumun_server=debug", true),
            ("jumun_server::connection=trace", true),
            ("blah", false),
            ("info,blah", false),
            ("jumun_server=loud", false),
            ("jumun_server", false),
            ("=,", false),
            ("", false),
        ];
        for (text, accepted) in table {
            assert_eq!(level(text).is_ok(), accepted, "{text:?}");
        }
    }
}
