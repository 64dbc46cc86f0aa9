//! The clients of the data platforms that are told of every order.
//!
//! A platform is where an operator wants events to go: a URL, and how to treat
//! it ([`PlatformSettings`]). [`connect`] makes a [`Client`] for it, of one kind
//! for each scheme. A client makes one attempt at a time for a message and tells
//! how it ended ([`Outcome`]); when to try again is for its caller, who finds
//! the rules in [`backoff`] and [`breaker`].
//!
//! ```no_run
//! # async fn example(message: jumun_platform::Message) -> Result<(), jumun_platform::SettingsError> {
//! use jumun_platform::{Outcome, PlatformSettings, connect};
//!
//! let settings = PlatformSettings::new("https://example.com/events")?;
//! let client = connect(&settings)?;
//! match client.send(&message).await.outcome {
//!     Outcome::Delivered { .. } => println!("it has it"),
//!     Outcome::Failed(failure) => println!("again later: {}", failure.kind),
//!     Outcome::Gone { .. } => println!("it wants no more"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The crate knows no HTTP handler and no SQL.

pub mod backoff;
pub mod breaker;
mod client;
mod connect;
pub mod dispatch;
mod excerpt;
mod file;
mod http;
#[cfg(feature = "kafka")]
mod kafka;
mod message;
mod nats;
mod outcome;
mod reach;
mod secret;
mod settings;
pub mod signature;
mod tls;

pub use backoff::MAX_RETRY_AFTER;
pub use client::{Client, Delivery};
pub use connect::connect;
pub use excerpt::MAX_EXCERPT_BYTES;
pub use message::{CONTENT_TYPE, Message};
pub use outcome::{Failure, FailureKind, Outcome};
pub use reach::reach;
pub use secret::{Secret, SecretError};
pub use settings::{
    DEFAULT_ATTEMPTS_KEPT_FOR, DEFAULT_DEAD_LETTER_AFTER, DEFAULT_DEAD_LETTER_BLOCKS_FOR,
    DEFAULT_TIMEOUT, DeliveryOrder, MAX_IN_FLIGHT, MAX_NAME_BYTES, MAX_PERIOD, MAX_SECRETS,
    MAX_TIMEOUT, MIN_TIMEOUT, PlatformSettings, PlatformUrl, SettingsError,
};
