//! The engine on a PostgreSQL-protocol server: any number of instances over
//! one database, each a pool of batches.
//!
//! It knows SQL and no rule of the shop: every change is decided by
//! [`jumun_domain::decide`] over rows that were locked in the same transaction.

mod error;
mod session;
mod target;
mod tls;
