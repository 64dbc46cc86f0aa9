//! Below HTTP: who is connected, over what, and for how long.

mod addresses;
mod client;
mod connection;
mod deadline;
mod door;
mod entrance;
mod figures;
mod register;
mod throttle;
mod tls;

pub(crate) use client::ClientAddress;
pub(crate) use entrance::{Entrance, Monitoring, is_encrypted};
pub use tls::{Tls, TlsError};
