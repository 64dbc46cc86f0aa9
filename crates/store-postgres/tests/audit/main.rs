//! An audit finds every way in which a law can be broken, and nothing else.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod damage;
mod finding;
mod indexes;
mod report;
mod shop;
