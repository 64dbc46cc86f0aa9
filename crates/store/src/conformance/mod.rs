//! The suite of tests that every engine runs.
//!
//! An engine implements [`Harness`] for a throw-away database of its own and
//! writes, in a file under its `tests/`:
//!
//! ```ignore
//! jumun_store::conformance_suite!(MyHarness::new());
//! ```
//!
//! That makes one test of each case, named by the sentence it proves. Every
//! case gets a harness, and so a database, to itself. When its own claims hold,
//! every law of the shop is computed anew from what can be read, and the
//! engine's own audit must be clean as well.

// All of this is test code, which `clippy.toml` lets unwrap; clippy cannot see
// that from a feature.
#![allow(clippy::unwrap_used)]

mod access;
mod deliveries;
mod expect;
mod fixtures;
mod harness;
mod laws;
mod read_all;
mod snapshot;
mod suite;
mod trial;

mod best_sellers;
mod campaigns;
mod cancel_races;
mod coupon_races;
mod dropped;
mod events;
mod extremes;
mod key_races;
mod key_scopes;
mod load;
mod numbering;
mod order_rejections;
mod orders;
mod paging;
mod paging_while_writing;
mod products;
mod purchase_limits;
mod quotes;
mod rejections;
mod replays;
mod restarts;
mod stock_races;
mod texts;
mod users;

pub use access::{AccessHarness, Doors, WishHarness, cases as access_cases};
pub use deliveries::{Deliveries, DeliveryHarness, Leases, cases as delivery_cases};
pub use harness::Harness;

/// The cases by file, as functions over a fresh harness: for
/// [`crate::conformance_suite!`], and for tests that a broken engine fails.
pub mod cases {
    crate::for_each_conformance_case! { conformance_cases () }
}
