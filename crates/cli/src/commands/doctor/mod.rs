//! `jumun doctor`: checks a configuration, or a running deployment.
//!
//! One file a group of checks; each says what it found and what to do.

mod certificates;
mod configuration;
mod database;
mod deployment;
mod exposure;
mod fetch;
mod files;
mod findings;
mod limits;
mod obstacle;
mod platforms;
mod report;
mod tokens;
mod x509;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::BoolishValueParser;

use super::serve;
use crate::failure::{FAILED, Failure};
use crate::{logging, output, runtime};
use fetch::Deployment;
use findings::{Findings, Verdict};

const AFTER_HELP: &str = "\
Takes the options of `jumun serve`, from flags, environment and file alike, and says what a server \
with them would meet: what it would refuse, and what works and should not stay so. It starts no \
server, changes nothing and sends no event; it connects to the database, to the platforms and to \
where the keys of tokens are.

With --url it checks a deployment that runs there instead, and nothing of this machine: whether it \
is alive and asks for tokens, its certificate, its clock, and with a token of the scope events:read \
or admin its data platforms. Give the token in JUMUN_TOKEN: every process of the machine can read \
the command line.

Exit status: 0 nothing is wrong (there may be warnings), 1 something is wrong, 2 wrong usage.

Examples:
  jumun doctor --config jumun.toml
  jumun doctor --database sqlite:/var/lib/jumun/shop.db --listen 0.0.0.0:8443 --auth token
  JUMUN_TOKEN=… jumun doctor --url https://shop.example.com --json";

/// The arguments of `jumun doctor`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
// The flattened arguments are a group of the same name.
#[group(skip)]
pub(crate) struct Arguments {
    /// Check the deployment that runs there
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// A token for it, better in JUMUN_TOKEN
    #[arg(long, value_name = "TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Print the checks in JSON
    #[arg(long, value_name = "true|false", default_value = "false", default_missing_value = "true",
          num_args = 0..=1, require_equals = true, value_parser = BoolishValueParser::new())]
    json: bool,
    #[command(flatten)]
    pub(super) serve: serve::Arguments,
    /// The configuration file that the options are from.
    #[arg(skip)]
    pub(super) file: Option<PathBuf>,
}

/// Checks, and prints what was found.
///
/// # Errors
///
/// Wrong usage. What is wrong with what is checked is told by the exit code.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    logging::start_quietly()?;
    let mut findings = Findings::default();
    let deployment = arguments.url.as_deref().map(Deployment::new).transpose()?;
    runtime::on_one_thread()?.block_on(async {
        match &deployment {
            Some(it) => deployment::check(&mut findings, it, arguments.token.as_deref()).await,
            None => {
                let file = arguments.file.as_deref();
                configuration::check(&mut findings, &arguments.serve, file).await;
            }
        }
    });
    output::line(if arguments.json {
        report::json(&findings).to_string()
    } else {
        report::table(&findings)
    })?;
    Ok(match findings.worst() {
        Verdict::Ok | Verdict::Warning => ExitCode::SUCCESS,
        Verdict::Wrong => ExitCode::from(FAILED),
    })
}
