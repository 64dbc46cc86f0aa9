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
/// these carry ten thousand a second to a platform that answers in 10 ms.
const DEFAULT_IN_FLIGHT_HTTP: usize = 256;

/// The others share one connection, or one fsync: the more together the cheaper.
const DEFAULT_IN_FLIGHT_SHARED: usize = 1024;

/// The most messages on their way at a time: each is held in memory.
pub const MAX_IN_FLIGHT: usize = 65_536;

/// How long a message is tried before it becomes a dead letter: a platform that
/// is away over a long weekend loses nothing.
pub const DEFAULT_DEAD_LETTER_AFTER: Duration = Duration::from_secs(3 * DAY_S);

/// How long a dead letter holds up its user's later messages: a working day, in
/// which somebody can look at it and send it again.
pub const DEFAULT_DEAD_LETTER_BLOCKS_FOR: Duration = Duration::from_secs(DAY_S);

/// How long the record of attempts is kept: a week, within which somebody asks.
pub const DEFAULT_ATTEMPTS_KEPT_FOR: Duration = Duration::from_secs(7 * DAY_S);

/// The longest that any of these may be: what is meant to be for ever is said so.
pub const MAX_PERIOD: Duration = Duration::from_secs(3_660 * DAY_S);

const DAY_S: u64 = 24 * 3600;

/// The old secret and the new one, while they change.
pub const MAX_SECRETS: usize = 2;

/// The longest name: it is stored with every attempt and labels metrics.
pub const MAX_NAME_BYTES: usize = 255;

/// What a dead letter means for its user's later messages. As long as a message
/// is still tried, they wait for it either way.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum DeliveryOrder {
    /// They wait on, for [`PlatformSettings::dead_letter_blocks_for`], so that
    /// somebody can send the dead letter again in its place.
    #[default]
    Strict,
    /// They are sent at once.
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
    /// How many messages may be on their way at a time: sent, and not yet
    /// recorded as delivered. So many may be repeated after a crash. The sender
    /// keeps to it; the client makes room for as many.
    pub max_in_flight: NonZeroUsize,
    /// How long one attempt may take, from the first byte to the last.
    pub timeout: Duration,
    /// For how long a message is tried before it becomes a dead letter.
    pub dead_letter_after: Duration,
    /// For how long a dead letter holds up its user's later messages, with
    /// [`DeliveryOrder::Strict`].
    pub dead_letter_blocks_for: Duration,
    /// For how long the record of attempts is kept.
    pub attempts_kept_for: Duration,
    /// Whether an `http(s)://` URL may lead to an address that is not public:
    /// loopback, a private network, the metadata service of a cloud.
    pub allow_private_addresses: bool,
    /// Whether to create a JetStream stream for the subject of a `nats://` URL
    /// where none takes it. What holds a shop's orders is better created by who
    /// operates it, so usually not.
    pub create_stream: bool,
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
            dead_letter_after: DEFAULT_DEAD_LETTER_AFTER,
            dead_letter_blocks_for: DEFAULT_DEAD_LETTER_BLOCKS_FOR,
            attempts_kept_for: DEFAULT_ATTEMPTS_KEPT_FOR,
            allow_private_addresses: false,
            create_stream: false,
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
        let periods = [
            self.dead_letter_after,
            self.dead_letter_blocks_for,
            self.attempts_kept_for,
        ];
        if periods.iter().any(|it| *it > MAX_PERIOD) {
            return Err(SettingsError::Period { name: name() });
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
