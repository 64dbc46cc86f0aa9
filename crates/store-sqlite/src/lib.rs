//! The embedded engine: one SQLite file, one writer thread, readers that never
//! wait for it.
//!
//! It knows SQL and no rule of the shop: every change is decided by
//! [`jumun_domain::decide`] over rows that were read in the same transaction.

mod access;
mod apply;
mod audit;
mod backup;
mod batch;
mod change;
mod checkpoint;
mod connection;
mod delivery;
mod error;
mod frozen;
mod gather;
mod import;
mod inspect;
mod key;
mod lock;
mod memory;
mod migrate;
mod mint;
mod options;
mod packed;
#[cfg(test)]
mod plan;
mod private;
mod queue;
mod readers;
mod reads;
mod recent_keys;
mod remembered;
mod rows;
mod sales;
mod shop_reader;
mod states;
mod storage;
mod store;
mod vfs;
mod way;
mod writer;

pub use access::SqliteAccess;
pub use audit::audit;
pub use backup::{BackupError, backup};
pub use delivery::SqlitePlatforms;
pub use error::OpenError;
pub use import::{ImportError, Importer};
pub use inspect::{Inspection, inspect};
pub use migrate::{Migration, migrate};
pub use options::{Options, worker_threads};
pub use shop_reader::ShopReader;
pub use store::SqliteStore;
