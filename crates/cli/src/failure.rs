//! How a command fails: a sentence, what to do next, and an exit code.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::ExitCode;

use jumun_store::Fault;

use crate::secret;

/// The command did not do what was asked, or found something.
pub(crate) const FAILED: u8 = 1;
/// The command was called in a way that it does not understand.
pub(crate) const WRONG_USAGE: u8 = 2;

/// Why a command stops early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something to tell on stderr.
    Told {
        /// What is wrong, in a sentence.
        message: String,
        /// What to do next.
        help: Option<String>,
        /// The exit code.
        exit: u8,
    },
    /// Whoever read our standard output has gone, as `head` does. It has what
    /// it wanted, so this is no failure.
    ReaderGone,
}

impl Failure {
    /// Something failed.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::Told {
            message: message.into(),
            help: None,
            exit: FAILED,
        }
    }

    /// The command was called wrongly.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Told {
            message: message.into(),
            help: None,
            exit: WRONG_USAGE,
        }
    }

    /// Adds what to do next.
    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        if let Self::Told { help, .. } = &mut self {
            *help = Some(text.into());
        }
        self
    }

    /// The engine refused. Its sentences end in `; ` and what to do.
    pub(crate) fn engine(error: impl Display) -> Self {
        Self::sentence(&error.to_string(), Self::new)
    }

    /// A platform cannot be used as it is set. Sentences as those of an engine.
    pub(crate) fn settings(error: impl Display) -> Self {
        Self::sentence(&error.to_string(), Self::usage)
    }

    fn sentence(text: &str, told: fn(String) -> Self) -> Self {
        match text.rsplit_once("; ") {
            Some((message, help)) => told(message.to_owned()).help(help),
            None => told(text.to_owned()),
        }
    }

    /// An import stopped at a row.
    pub(crate) fn bad_row(error: impl Display) -> Self {
        Self::new(error.to_string())
            .help("correct this row, or leave out what is in, and import the file again")
    }

    /// A read failed.
    pub(crate) fn fault(fault: &Fault) -> Self {
        match fault {
            // That a read changed nothing goes without saying.
            Fault::Determinate(cause) => Self::engine(cause),
            other => Self::engine(other),
        }
    }

    /// Writing to standard output failed.
    pub(crate) fn output(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::ReaderGone
        } else {
            Self::new(format!("cannot write the output: {error}"))
                .help("make room where the output goes, and run the command again")
        }
    }

    /// Tells it on stderr; the exit code of the process.
    pub(crate) fn report(self) -> ExitCode {
        match self {
            Self::Told {
                message,
                help,
                exit,
            } => {
                let mut stderr = io::stderr().lock();
                // With stderr gone there is nobody left to tell.
                let _ = writeln!(stderr, "error: {}", secret::mask(&message, []));
                if let Some(help) = help {
                    let _ = writeln!(stderr, "help: {}", secret::mask(&help, []));
                }
                ExitCode::from(exit)
            }
            Self::ReaderGone => ExitCode::SUCCESS,
        }
    }
}
