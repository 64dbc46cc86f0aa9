//! Below HTTP: who is connected, over what, and for how long.

mod addresses;
mod client;
mod connection;
mod crew;
mod deadline;
mod door;
mod entrance;
mod figures;
mod linger;
mod register;
mod throttle;
mod tls;
mod unread;

pub(crate) use client::ClientAddress;
pub(crate) use crew::Crew;
pub(crate) use entrance::{Entrance, Monitoring, is_encrypted};
pub use tls::{Tls, TlsError};
