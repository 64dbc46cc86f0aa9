//! Below HTTP: who is connected, over what, and for how long.

mod client;

pub(crate) use client::ClientAddress;
