//! The suite of tests of [`access`](crate::access) that every engine runs.
//!
//! An engine implements [`WishHarness`] beside [`Harness`](super::Harness) and
//! writes, in a file under its `tests/`:
//!
//! ```ignore
//! jumun_store::access_suite!(MyHarness::new());
//! ```
//!
//! When the claims of a case hold, the laws of the shop are checked as in the
//! other suites.

mod fixtures;
mod harness;
mod suite;
mod trial;

mod history;
mod lines;
mod refusals;
mod revocations;
mod tokens;
mod uses;
mod wishes;

pub use harness::{AccessHarness, Doors, WishHarness};

/// The cases by file, as functions over a fresh harness, for
/// [`crate::access_suite!`] and for tests that a broken engine fails.
pub mod cases {
    crate::for_each_access_case! { access_cases () }
    crate::for_each_wish_case! { wish_cases () }
}
