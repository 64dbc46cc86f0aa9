//! One platform, as it was asked for.

use std::path::PathBuf;

use jumun_platform::{PlatformSettings, Secret, connect};

use super::secrets;
use crate::failure::Failure;

/// A platform of the command line, its variable or the configuration file, with
/// what is still to be filled in.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// What is known already; no secret is among it.
    pub(crate) settings: PlatformSettings,
    /// What it signs with.
    pub(crate) secret: Option<SecretSource>,
    /// What it signs with as well, while the secret changes.
    pub(crate) previous_secret: Option<SecretSource>,
    /// Overrides `--allow-private-platforms`.
    pub(crate) allow_private_addresses: Option<bool>,
}

/// Where a secret is.
#[derive(Clone, Debug)]
pub(crate) enum SecretSource {
    /// In the configuration file.
    Here(Secret),
    /// Alone in a file, which is read when the server starts.
    File(PathBuf),
}

impl Entry {
    /// A platform with nothing of its own but these settings.
    pub(crate) fn new(settings: PlatformSettings) -> Self {
        Self {
            settings,
            secret: None,
            previous_secret: None,
            allow_private_addresses: None,
        }
    }

    /// The settings with all filled in: secrets of its own or, where it can use
    /// them, the `common` ones.
    ///
    /// # Errors
    ///
    /// A setting that cannot be used, or a file of a secret that cannot be read.
    pub(super) fn settings(
        &self,
        common: &[Secret],
        allow_private: bool,
    ) -> Result<PlatformSettings, Failure> {
        let mut settings = self.settings.clone();
        let own = [&self.secret, &self.previous_secret].into_iter().flatten();
        for source in own {
            settings.secrets.push(match source {
                SecretSource::Here(secret) => secret.clone(),
                SecretSource::File(path) => secrets::of_file(path)?,
            });
        }
        if settings.secrets.is_empty() && settings.url.is_signable() {
            settings.secrets = common.to_vec();
        }
        settings.allow_private_addresses = self.allow_private_addresses.unwrap_or(allow_private);
        // A trial, which connects to nothing: what is wrong is told before a
        // database is created or written to.
        connect(&settings).map_err(Failure::settings)?;
        Ok(settings)
    }
}
