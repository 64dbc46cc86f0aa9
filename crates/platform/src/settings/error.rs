//! Settings that cannot be used, in sentences that say what to do.

use super::{MAX_IN_FLIGHT, MAX_NAME_BYTES, MAX_PERIOD, MAX_SECRETS, MAX_TIMEOUT, MIN_TIMEOUT};

/// Why a platform's settings cannot be used. No sentence quotes a URL or a secret.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SettingsError {
    /// The URL cannot be read.
    #[error(
        "the platform's URL cannot be used: {reason}; write it as https://host/path, nats://host:4222/subject, kafka://host:9092/topic or file:///path"
    )]
    BadUrl {
        /// What is wrong with it.
        reason: String,
    },
    /// The URL names an address that is not public.
    #[error(
        "the platform {name} has the address {address}, which is not public; allow private addresses for this platform if it is meant"
    )]
    PrivateAddress {
        /// The platform's name.
        name: String,
        /// The address.
        address: std::net::IpAddr,
    },
    /// The name is too long, or there is none.
    #[error("a platform's name has {bytes} bytes; give it one of 1 to {MAX_NAME_BYTES}")]
    NameLength {
        /// How long it is.
        bytes: usize,
    },
    /// The name cannot be shown.
    #[error("a platform's name holds a line end or another control character; leave it out")]
    NameCharacters,
    /// The timeout is out of bounds.
    #[error("the timeout of {name} must be from {MIN_TIMEOUT:?} to {MAX_TIMEOUT:?}; change it")]
    Timeout {
        /// The platform's name.
        name: String,
    },
    /// A period is too long to reckon with.
    #[error(
        "a period of {name} is longer than {} days; shorten it", MAX_PERIOD.as_secs() / 86_400
    )]
    Period {
        /// The platform's name.
        name: String,
    },
    /// Two platforms have one name, and could not be told apart.
    #[error(
        "two platforms have the name {name}; give each a name of its own, in a [[platform]] table of the configuration file"
    )]
    SameName {
        /// The name.
        name: String,
    },
    /// Too much at a time.
    #[error("{name} may have at most {MAX_IN_FLIGHT} messages in flight; lower the number")]
    InFlight {
        /// The platform's name.
        name: String,
    },
    /// More secrets than a change of them needs.
    #[error("{name} has more than {MAX_SECRETS} secrets; keep the old one and the new one")]
    TooManySecrets {
        /// The platform's name.
        name: String,
    },
    /// A secret that would sign nothing.
    #[error(
        "{name} has a secret, which signs messages over http:// and https:// only; remove it, or change the URL"
    )]
    SecretUnused {
        /// The platform's name.
        name: String,
    },
    /// The certificates of those who may vouch for a server are missing.
    #[error(
        "the root certificates in {store} cannot be used: {reason}; name a PEM file of certificates that this user may read"
    )]
    RootsUnusable {
        /// The file, or what the system's store is called.
        store: String,
        /// What is wrong with it.
        reason: String,
    },
    /// TLS itself cannot be set up.
    #[error("TLS cannot be used here: {reason}; reinstall this program")]
    NoTls {
        /// What is wrong with it.
        reason: String,
    },
    /// This program was built without what the URL needs.
    #[error(
        "{name} needs Kafka, and this program was built without it; build it with: cargo build --release --features kafka"
    )]
    NoKafka {
        /// The platform's name.
        name: String,
    },
    /// The Kafka client refuses its settings.
    #[error(
        "the Kafka client for {name} does not start: {reason}; check host and topic of its URL"
    )]
    Kafka {
        /// The platform's name.
        name: String,
        /// What it says.
        reason: String,
    },
    /// No thread can be started.
    #[error(
        "no thread can be started to write {name}: {reason}; raise the limit of processes of this user"
    )]
    NoThread {
        /// The platform's name.
        name: String,
        /// What the operating system says.
        reason: String,
    },
}
