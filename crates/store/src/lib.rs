//! What the shop asks of a database, and nothing of any database.
//!
//! [`Store`] is the contract; an engine is a crate that implements it. With the
//! feature `conformance`, `conformance` holds the suite of tests that every
//! engine runs.

pub mod access;
mod audit;
pub mod delivery;
mod fault;
mod figures;
mod import;
mod page;
mod reads;
mod replies;
mod shop;
mod store;

#[cfg(feature = "conformance")]
pub mod conformance;

pub use audit::{AuditProgress, AuditReport, Finding, Law, LawReport};
pub use fault::{Cause, Fault};
pub use figures::count_orders;
pub use import::{BadRow, ImportRow, Imported};
pub use page::{Page, PageOf};
pub use reads::{BestSeller, CouponView, NumberedEvent, Reads};
pub use replies::{Awaited, Reply, answer_all};
pub use shop::{Currency, InvalidCurrency, Shop};
pub use store::{Readiness, Store};
