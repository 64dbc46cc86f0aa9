//! HTTP receivers.

mod addresses;
mod answers;
mod connections;
mod encryption;
mod raw;
mod receiver;
mod requests;
mod silence;
