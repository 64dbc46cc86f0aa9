//! A PostgreSQL server of a bench's own, and the textbook on it.

pub(crate) mod cluster;
pub(crate) mod server;
pub(crate) mod textbook;
