//! The engine on a PostgreSQL-protocol server: any number of instances over
//! one database, each with a few batches in flight.
//!
//! It knows SQL and no rule of the shop: every change is decided by
//! [`jumun_domain::decide`] over rows that were locked in the same transaction.

mod access;
mod apply;
mod audit;
mod batch;
mod batches;
mod claims;
mod clock;
mod deliveries;
mod error;
mod events;
mod folding;
mod gather;
mod history;
mod import;
mod inspect;
mod key;
mod migrate;
mod options;
mod pipeline;
mod planning;
mod probe;
mod purchases;
mod queue;
mod quote;
mod readers;
mod reads;
mod remembered;
mod rows;
mod sequencer;
mod session;
mod settle;
mod shop_reader;
mod statements;
mod storage;
mod store;
mod target;
mod tls;
mod turn;
mod worker;
mod writes;

pub use access::PostgresAccess;
pub use audit::audit;
pub use deliveries::PostgresPlatforms;
pub use error::OpenError;
pub use import::{ImportError, Importer};
pub use inspect::{Inspection, inspect};
pub use migrate::{Migration, migrate};
pub use options::{Options, worker_threads};
pub use shop_reader::ShopReader;
pub use store::PostgresStore;
pub use target::Target;
