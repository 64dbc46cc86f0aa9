//! Tokens, revocations and the history of changes.

mod doors;
mod glance;
pub(crate) mod lines;
mod tokens;

#[cfg(test)]
mod plans;
#[cfg(test)]
mod tests;

pub use doors::SqliteDoors;
pub(crate) use glance::Glance;
