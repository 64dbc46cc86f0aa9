//! A real server on a free port over a real database, and what it answers.

mod data;
mod dispatcher;
mod engine;
mod reply;
mod shop;
mod sides;
mod tokens;

pub(crate) use data::Data;
pub(crate) use dispatcher::{Dispatcher, RECORDED_AT, failed, first_tries};
pub(crate) use engine::{Engine, on_each_engine};
pub(crate) use reply::{Reply, send};
pub(crate) use shop::Shop;
pub(crate) use sides::Sides;
pub(crate) use tokens::{admin, of_user, scopes, token};

/// Long past and far away, so that no test depends on today.
pub(crate) const ALWAYS: [&str; 2] = ["2000-01-01T00:00:00Z", "9000-01-01T00:00:00Z"];
/// The same as the API shows them.
pub(crate) const ALWAYS_SHOWN: [&str; 2] =
    ["2000-01-01T00:00:00.000000Z", "9000-01-01T00:00:00.000000Z"];
pub(crate) const OVER: [&str; 2] = ["2000-01-01T00:00:00Z", "2001-01-01T00:00:00Z"];
pub(crate) const TO_COME: [&str; 2] = ["8999-01-01T00:00:00Z", "9000-01-01T00:00:00Z"];
