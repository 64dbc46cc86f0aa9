//! The receivers that `docs/platforms/receiving.md` shows, taken out of it and
//! run: what is copied from there works. And the tables beside it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod crashes;
mod deliveries;
mod document;
mod example;
mod forgeries;
mod post;
mod program;
mod sender;
mod tables;
