//! What is to be known of a platform before anything can be sent to it.

mod error;
mod parts;
mod target;
#[cfg(test)]
mod tests;
mod url;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

pub use error::SettingsError;
#[cfg(feature = "kafka")]
pub(crate) use target::KafkaTarget;
pub(crate) use target::{HttpTarget, NatsCredentials, NatsTarget, Target};
pub use url::PlatformUrl;

use crate::secret::Secret;

/// How long one attempt may take, unless the settings say otherwise: far longer
/// than a platform that works needs, and short enough to notice one that hangs.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// The shortest timeout: no network is faster for sure.
pub const MIN_TIMEOUT: Duration = Duration::from_millis(10);

/// The longest timeout: an attempt that takes minutes is lost.
pub const MAX_TIMEOUT: Duration = Duration::from_secs(600);

/// Each message on its way over HTTP needs a connection of its own. As many as
/// these carry thousands a second to a platform that answers in 10 ms.
const DEFAULT_IN_FLIGHT_HTTP: usize = 64;

/// The others share one connection, or one fsync: the more together the cheaper.
const DEFAULT_IN_FLIGHT_SHARED: usize = 1024;

/// The most messages on their way at a time: each is held in memory.
pub const MAX_IN_FLIGHT: usize = 65_536;

/// The old secret and the new one, while they change.
pub const MAX_SECRETS: usize = 2;

/// The longest name: it is stored with every attempt and labels metrics.
pub const MAX_NAME_BYTES: usize = 255;

/// What of one user's messages may overtake what.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum DeliveryOrder {
    /// Nothing: a user's next message is sent once the one before is delivered.
    #[default]
    Strict,
    /// A message that failed does not hold up the user's later ones.
    Relaxed,
}

/// One data platform, and how to treat it.
///
/// ```
/// use jumun_platform::PlatformSettings;
///
/// let settings = PlatformSettings::new("https://user:password@example.com/events?token=1")?;
/// assert_eq!(settings.name, "https://example.com/events");
///
/// let error = PlatformSettings::new("https://user:pass@word@example.com/").unwrap_err();
/// assert!(!error.to_string().contains("word@"));
/// # Ok::<(), jumun_platform::SettingsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PlatformSettings {
    /// Under which its progress is kept: the URL without what may be secret,
    /// unless the operator says otherwise. Another name is another platform.
    pub name: String,
    /// Where it is.
    pub url: PlatformUrl,
    /// What to sign with, for `http(s)://` only. Two while they change; without
    /// any, nothing is signed.
    pub secrets: Vec<Secret>,
    /// What may overtake what.
    pub order: DeliveryOrder,
    /// How many messages may be on their way at a time. The sender keeps to it;
    /// the client makes room for as many.
    pub max_in_flight: NonZeroUsize,
    /// How long one attempt may take, from the first byte to the last.
    pub timeout: Duration,
    /// Whether an `http(s)://` URL may lead to an address that is not public:
    /// loopback, a private network, the metadata service of a cloud.
    pub allow_private_addresses: bool,
    /// Certificates (PEM) of those who may vouch for an `https://` or `tls://`
    /// server, in place of those whom the operating system trusts.
    pub root_certificates: Option<PathBuf>,
}

impl PlatformSettings {
    /// The settings of the platform at `url`, all but the URL as is usual.
    ///
    /// # Errors
    ///
    /// [`SettingsError::BadUrl`] says what to write instead, and quotes nothing
    /// of the URL: it may hold a password.
    pub fn new(url: &str) -> Result<Self, SettingsError> {
        let url: PlatformUrl = url.parse()?;
        let max_in_flight = match url.target {
            Target::Http(_) => DEFAULT_IN_FLIGHT_HTTP,
            Target::Nats(_) | Target::Kafka(_) | Target::File(_) => DEFAULT_IN_FLIGHT_SHARED,
        };
        Ok(Self {
            name: url.to_string(),
            url,
            secrets: Vec::new(),
            order: DeliveryOrder::default(),
            max_in_flight: NonZeroUsize::new(max_in_flight).unwrap_or(NonZeroUsize::MIN),
            timeout: DEFAULT_TIMEOUT,
            allow_private_addresses: false,
            root_certificates: None,
        })
    }

    /// Checks what can be checked without the platform.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] names the setting and what it may be.
    pub fn check(&self) -> Result<(), SettingsError> {
        let name = || self.name.clone();
        if self.name.is_empty() || self.name.len() > MAX_NAME_BYTES {
            return Err(SettingsError::NameLength {
                bytes: self.name.len(),
            });
        }
        if self.name.chars().any(char::is_control) {
            return Err(SettingsError::NameCharacters);
        }
        if !(MIN_TIMEOUT..=MAX_TIMEOUT).contains(&self.timeout) {
            return Err(SettingsError::Timeout { name: name() });
        }
        if self.max_in_flight.get() > MAX_IN_FLIGHT {
            return Err(SettingsError::InFlight { name: name() });
        }
        if self.secrets.len() > MAX_SECRETS {
            return Err(SettingsError::TooManySecrets { name: name() });
        }
        let is_http = matches!(self.url.target, Target::Http(_));
        if !is_http && !self.secrets.is_empty() {
            return Err(SettingsError::SecretUnused { name: name() });
        }
        Ok(())
    }
}
