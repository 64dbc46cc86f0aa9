//! Bulk work beside the servers on a shop: all of a file or none of it, and
//! reads that miss nothing.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod beside_orders;
mod lost_commits;
mod reading;
mod rows;
mod support;
