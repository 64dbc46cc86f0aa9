//! Throw-away PostgreSQL clusters for tests and benches.
//!
//! ```no_run
//! use jumun_test_cluster::Cluster;
//!
//! let database = Cluster::shared().create_database();
//! let url = database.url(); // postgres://postgres@127.0.0.1:…/test_1
//! ```
//!
//! A cluster is a real server on a free port of 127.0.0.1, with its data in a
//! temporary directory. It ends with the process that started it, however that
//! ends, and leaves nothing behind. Tests that only need a database share
//! [`Cluster::shared`], each with a database of its own; tests that break a
//! server start one of their own with [`Cluster::start`].
//!
//! Everything here panics when it cannot do its work, with what to do about
//! it: a test has no use for the error. It reads `/proc`, so it needs Linux.
//!
//! This crate is for tests alone: no binary that is shipped may link it.

mod account;
mod binaries;
mod certificates;
mod cluster;
mod database;
mod guard;
mod processes;
mod proxy;
mod psql;
mod settings;
mod template;
mod wait;

pub use certificates::Certificates;
pub use cluster::{Cluster, Mode};
pub use database::Database;
pub use proxy::{Point, Proxy};
pub use settings::{Isolation, Settings, Tls};
