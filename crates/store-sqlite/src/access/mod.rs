//! Tokens, revocations and the history of changes.

mod glance;
mod handle;
pub(crate) mod lines;
mod tokens;

#[cfg(test)]
mod plans;
#[cfg(test)]
mod tests;

pub(crate) use glance::Glance;
pub use handle::SqliteAccess;
