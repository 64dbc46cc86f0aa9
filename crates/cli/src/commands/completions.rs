//! `jumun completions`: a completion script for a shell.

use std::process::ExitCode;

use clap_complete::Shell;

use crate::failure::Failure;
use crate::{options, output};

const AFTER_HELP: &str = "\
Examples:
  jumun completions bash > ~/.local/share/bash-completion/completions/jumun
  jumun completions zsh > ~/.zfunc/_jumun
  jumun completions fish > ~/.config/fish/completions/jumun.fish";

/// The arguments of `jumun completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script.
///
/// # Errors
///
/// When the output cannot be written.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut options::definition(),
        "jumun",
        &mut script,
    );
    output::to_stdout(|stdout| std::io::Write::write_all(stdout, &script))?;
    Ok(ExitCode::SUCCESS)
}
