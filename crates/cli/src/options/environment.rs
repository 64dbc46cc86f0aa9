//! The environment variable of each option.

use clap::{Arg, Command};

/// The name of the variable of the option `--long`.
pub(super) fn variable(long: &str) -> String {
    format!("JUMUN_{}", long.replace('-', "_").to_uppercase())
}

/// Gives every option of the command and its subcommands its variable.
pub(super) fn name_variables(command: Command) -> Command {
    command
        .mut_args(name_variable)
        .mut_subcommands(name_variables)
}

fn name_variable(option: Arg) -> Arg {
    match option.get_long() {
        // Values are hidden so that the help text is the same for everybody.
        Some(long) => {
            let name = variable(long);
            option.env(name).hide_env_values(true)
        }
        None => option,
    }
}
