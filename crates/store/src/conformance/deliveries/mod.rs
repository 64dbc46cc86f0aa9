//! The suite of tests of [`delivery`](crate::delivery) that every engine runs.
//!
//! An engine implements [`DeliveryHarness`] beside
//! [`Harness`](super::Harness) and writes, in a file under its `tests/`:
//!
//! ```ignore
//! jumun_store::delivery_suite!(MyHarness::new());
//! ```
//!
//! When the claims of a case hold, the laws of the shop are checked as in the
//! other suite.

mod fixtures;
mod harness;
mod suite;
mod trial;

mod history;
mod leases;
mod news;
mod operators;
mod pending;
mod records;
mod replays;
mod views;

pub use harness::{Deliveries, DeliveryHarness, Leases};

/// The cases by file, as functions over a fresh harness, for
/// [`crate::delivery_suite!`].
pub mod cases {
    crate::for_each_delivery_case! { delivery_cases () }
}
