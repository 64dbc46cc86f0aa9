//! Every option of the command line: a flag beats the environment, which beats
//! the configuration file, which beats the built-in default.
//!
//! Neither the variable nor the key is written down for an option: both are
//! derived from its flag, so that no option can lack one.

mod deployment;
mod environment;
mod file;
mod refusal;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory as _, FromArgMatches as _, Parser};

use crate::commands::Command;
use file::ConfigurationFile;
use refusal::Refusal;

pub(crate) use deployment::DeploymentOption;

const AFTER_HELP: &str = "\
Every option is also an environment variable (--log-format is JUMUN_LOG_FORMAT) and a key of the \
TOML file given with --config (log_format = \"json\"). The flag beats the variable, which beats the \
file.

Exit status: 0 done, 1 failed or found something, 2 wrong usage.

Examples:
  jumun demo                              a shop with data and shoppers, to look at
  jumun serve --database sqlite:shop.db   serve a shop on http://127.0.0.1:8080
  jumun audit --database sqlite:shop.db   check its books while it runs";

/// The order and payment core of a shop: one request takes stock, a coupon and
/// prepaid balance together or not at all
#[derive(Debug, Parser)]
#[command(name = "jumun", version, after_help = AFTER_HELP)]
struct CommandLine {
    /// A TOML file with options as keys
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

/// Reads the options from the arguments, the environment and the file.
///
/// # Errors
///
/// A [`Refusal`] that says what is wrong and where it was written; help and
/// version texts come this way too.
pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, Refusal> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let file = match configuration_path(&arguments) {
        Some(path) => ConfigurationFile::read(&path, &definition()).map_err(Refusal::file)?,
        None => ConfigurationFile::default(),
    };
    let definition = file.as_defaults(definition());
    let matches = definition
        .try_get_matches_from(&arguments)
        .map_err(|error| Refusal::arguments(error, &file))?;
    let line = CommandLine::from_arg_matches(&matches)
        .map_err(|error| Refusal::arguments(error, &file))?;
    Ok(line.command.with_file(line.config, file.into_platforms()))
}

/// All subcommands with their options, and the variable of each.
pub(crate) fn definition() -> clap::Command {
    environment::name_variables(CommandLine::command())
}

/// The value of `--config`, found before anything else is judged: what the file
/// says is needed to judge the rest.
fn configuration_path(arguments: &[OsString]) -> Option<PathBuf> {
    let matches = definition()
        .ignore_errors(true)
        .try_get_matches_from(arguments)
        .ok()?;
    matches.get_one::<PathBuf>("config").cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_of_the_command_line_is_consistent() {
        definition().debug_assert();
    }

    #[test]
    fn every_option_of_every_subcommand_has_the_variable_of_its_name() {
        let definition = definition();
        let mut commands: Vec<&clap::Command> = definition.get_subcommands().collect();
        while let Some(subcommand) = commands.pop() {
            commands.extend(subcommand.get_subcommands());
            for option in subcommand.get_arguments() {
                let Some(long) = option.get_long() else {
                    continue;
                };
                let expected = format!("JUMUN_{}", long.replace('-', "_").to_uppercase());
                let variable = option.get_env().and_then(|name| name.to_str());
                assert_eq!(
                    variable,
                    Some(&*expected),
                    "{} --{long}",
                    subcommand.get_name()
                );
            }
        }
    }
}
