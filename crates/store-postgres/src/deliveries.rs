//! What is kept of the deliveries to data platforms.
//!
//! Whoever delivers to a platform holds its lease, by the clock of the server.
//! All that it records is written together with the platform's row, under that
//! row's lock and by the lease's epoch: so nothing is written twice, and nothing
//! by one that has lost the lease. No order takes any of these locks.

mod attempts;
mod codes;
mod first_tries;
mod flow;
mod forget;
mod lease;
mod operators;
mod outbox;
mod pending;
mod prune;
mod record;
mod replays;
mod views;
mod wishes;

pub use operators::PostgresPlatforms;

/// All statements of this module.
#[cfg(test)]
pub(crate) const TEXTS: &[&[&str]] = &[
    attempts::TEXTS,
    first_tries::TEXTS,
    flow::TEXTS,
    forget::TEXTS,
    lease::TEXTS,
    pending::TEXTS,
    prune::TEXTS,
    record::TEXTS,
    replays::TEXTS,
    views::TEXTS,
    wishes::TEXTS,
];

/// Those that walk along an index from its end, and along which: there are few
/// platforms, and the events without a number are few where there is one.
#[cfg(test)]
pub(crate) const WALKS: &[(&str, &str)] = &[
    (views::ALL, "platforms_name_key"),
    (views::ALL, "unnumbered_batches_pkey"),
    (views::ONE, "unnumbered_batches_pkey"),
];
