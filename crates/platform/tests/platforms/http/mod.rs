//! HTTP receivers.

mod addresses;
mod answers;
mod connections;
mod encryption;
pub(crate) mod raw;
pub(crate) mod receiver;
mod repeated;
mod requests;
mod silence;
