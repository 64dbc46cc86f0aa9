//! The embedded engine: one SQLite file, one writer thread, readers that never
//! wait for it.
//!
//! It knows SQL and no rule of the shop: every change is decided by
//! [`jumun_domain::decide`] over rows that were read in the same transaction.

mod apply;
mod batch;
mod checkpoint;
mod connection;
mod error;
mod gather;
mod key;
mod lock;
mod migrate;
mod mint;
mod options;
mod queue;
mod readers;
mod reads;
mod remembered;
mod rows;
mod shop_reader;
mod storage;
mod store;
mod writer;

pub use error::OpenError;
pub use migrate::{Migration, migrate};
pub use options::Options;
pub use shop_reader::ShopReader;
pub use store::SqliteStore;
