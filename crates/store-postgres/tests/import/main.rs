//! Bulk work beside the servers on a shop: all of a file or none of it, and
//! reads that miss nothing.

mod beside_orders;
mod lost_commits;
mod reading;
mod rows;
mod support;
