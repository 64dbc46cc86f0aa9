//! A real NATS server.

mod admission;
mod delivery;
mod outages;
mod server;
mod stream;
