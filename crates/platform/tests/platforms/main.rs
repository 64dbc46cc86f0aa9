//! The clients and the dispatcher against real platforms: servers, files and
//! certificates of the tests' own.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod dispatch;
mod file;
mod http;
#[cfg(feature = "kafka")]
mod kafka;
mod nats;
mod support;
