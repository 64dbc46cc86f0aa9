//! What is kept of deliveries to data platforms.
//!
//! The dispatcher's writes go through the queue of the writer and are part of
//! the transaction of the requests that they meet, so that they cost no sync
//! of their own under load. Operators' writes do the same in a server, and are
//! short transactions of their own beside one.

mod forget;
mod history;
mod leases;
mod outbox;
mod platforms;
mod prune;
mod record;
mod views;
mod wishes;

#[cfg(test)]
mod plans;

pub(crate) use leases::end_left_behind as end_leases_left_behind;
pub use platforms::SqlitePlatforms;
