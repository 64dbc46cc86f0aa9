//! `--platform`: the data platforms that are told of every order.

mod dispatch;
mod entry;
mod secrets;
mod urls;

use clap::builder::BoolishValueParser;
use jumun_platform::{PlatformSettings, SettingsError};

use crate::failure::Failure;
use urls::Urls;

pub(crate) use dispatch::start;
pub(crate) use entry::{Entry, SecretSource};

/// The name of the option; a key of the configuration file, too.
pub(crate) const OPTION: &str = "platform";

/// The options of a server that tells data platforms.
#[derive(Debug, clap::Args)]
pub(crate) struct PlatformOptions {
    /// A data platform that is told of every order: https://HOST/PATH,
    /// nats://HOST:4222/SUBJECT, kafka://HOST:9092/TOPIC or file:///PATH; give
    /// it again for another. One flag replaces all platforms of JUMUN_PLATFORM
    /// (URLs with spaces between them), and that all of the file (`[[platform]]`)
    #[arg(long = OPTION, value_name = "URL", value_parser = Urls::read)]
    urls: Vec<Urls>,
    /// Whether platforms over http:// and https:// may be at private and
    /// loopback addresses [default: true while --listen is a loopback address]
    #[arg(long, value_name = "true|false", default_missing_value = "true",
          num_args = 0..=1, require_equals = true, value_parser = BoolishValueParser::new())]
    allow_private_platforms: Option<bool>,
    /// What the configuration file has, which comes after flag and variable.
    #[arg(skip)]
    of_file: Vec<Entry>,
}

impl PlatformOptions {
    /// Takes the platforms of the configuration file.
    pub(crate) fn add_file(&mut self, platforms: Vec<Entry>) {
        self.of_file = platforms;
    }

    /// Where secrets of the configuration file are.
    pub(crate) fn secret_sources(&self) -> impl Iterator<Item = &SecretSource> {
        let all = self.of_file.iter();
        all.flat_map(|it| [&it.secret, &it.previous_secret])
            .flatten()
    }

    /// The settings of all platforms; `on_loopback` says whether the server
    /// listens there only. Reads `JUMUN_PLATFORM_SECRET` and the files of secrets.
    ///
    /// # Errors
    ///
    /// A URL, a secret or another setting that cannot be used, or two platforms
    /// of one name. No sentence quotes a value.
    pub(crate) fn settings(&self, on_loopback: bool) -> Result<Vec<PlatformSettings>, Failure> {
        let given = Urls::entries(&self.urls)?;
        let entries = if self.urls.is_empty() {
            &self.of_file
        } else {
            &given
        };
        let common = secrets::of_environment()?;
        let allow_private = self.allow_private_platforms.unwrap_or(on_loopback);
        let mut all: Vec<PlatformSettings> = Vec::with_capacity(entries.len());
        for entry in entries {
            let settings = entry.settings(&common, allow_private)?;
            if all.iter().any(|it| it.name == settings.name) {
                let name = settings.name;
                return Err(Failure::settings(SettingsError::SameName { name }));
            }
            all.push(settings);
        }
        Ok(all)
    }
}
