//! A command line that is not carried out.

use std::ffi::OsStr;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};

use super::environment::variable;
use super::file::ConfigurationFile;
use crate::failure::{Failure, WRONG_USAGE};
use crate::{output, secret};

/// Why nothing is run: wrong usage, or only a help text was asked for.
pub(crate) enum Refusal {
    /// What the parser says.
    Arguments {
        /// In its own colours.
        error: Box<clap::Error>,
        /// The same in plain text, where a value that it quotes may hold a
        /// password.
        masked: Option<String>,
        /// Where the value it speaks of was written, unless on the command line.
        source: Option<String>,
    },
    /// The configuration file cannot be used.
    File(Failure),
}

impl Refusal {
    pub(super) fn file(failure: Failure) -> Self {
        Self::File(failure)
    }

    pub(super) fn arguments(error: clap::Error, file: &ConfigurationFile) -> Self {
        let told = error.render().to_string();
        let masked = secret::mask(&told, file.values());
        Self::Arguments {
            source: source_of_value(&error, file),
            masked: (masked != told).then_some(masked),
            error: Box::new(error),
        }
    }

    /// Prints it; the exit code of the process.
    pub(crate) fn report(self) -> ExitCode {
        match self {
            Self::File(failure) => failure.report(),
            Self::Arguments {
                error,
                masked,
                source,
            } => {
                match masked {
                    Some(text) => output::note(text.trim_end()),
                    // Printing fails only when nobody reads.
                    None => drop(error.print()),
                }
                if let Some(source) = source {
                    output::note(format!("note: this value is from {source}"));
                }
                if error.use_stderr() {
                    ExitCode::from(WRONG_USAGE)
                } else {
                    ExitCode::SUCCESS
                }
            }
        }
    }
}

/// Where a refused value was written, unless on the command line, where one
/// can see it.
fn source_of_value(error: &clap::Error, file: &ConfigurationFile) -> Option<String> {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let value = context(ContextKind::InvalidValue)?;
    // The context names the option as `--listen <ADDRESS>`.
    let option = context(ContextKind::InvalidArg)?;
    let long = option.strip_prefix("--")?.split([' ', '=', '[']).next()?;
    let given = |argument: &OsStr| {
        argument
            .to_str()
            .is_some_and(|text| text.starts_with(&format!("--{long}")))
    };
    if std::env::args_os().any(|argument| given(&argument)) {
        return None;
    }
    let variable = variable(long);
    if std::env::var_os(&variable).is_some_and(|found| found == value) {
        return Some(format!("the environment variable {variable}"));
    }
    (file.value(long) == Some(value)).then(|| file.path().display().to_string())
}
