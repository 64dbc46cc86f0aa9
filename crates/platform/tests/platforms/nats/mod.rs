//! A real NATS server.

mod admission;
mod delivery;
mod outages;
pub(crate) mod server;
pub(crate) mod stream;
