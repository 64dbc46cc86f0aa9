//! A load on a shop of its own: prepared through the public API, loaded, and
//! checked afterwards.

mod check;
mod coupons;
mod crew;
mod errand;
mod load;
mod mixed;
mod prepare;

pub use check::{Finding, Resolved, Verdict, check};
pub use load::load;
pub use prepare::{Prepared, Wanted, prepare};

use std::sync::Arc;

use crate::driver::Control;
use crate::limits::TooFewFiles;
use crate::wire::Target;

/// Tells how far something is: what is being done, how much of it, and of how
/// much, where that is known.
pub type Progress = Arc<dyn Fn(&'static str, u64, Option<u64>) + Send + Sync>;

/// The server, who may stop what is done with it, and who watches.
#[derive(Clone)]
pub struct Context {
    /// The server.
    pub target: Target,
    /// Stops it.
    pub control: Arc<Control>,
    /// Watches it.
    pub progress: Progress,
}

/// Why a shop could not be prepared, or not be checked.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// No connection can be made.
    #[error("the server cannot be reached: {0}; check the URL, and that it runs")]
    NotReachable(std::io::Error),
    /// The server does not answer.
    #[error("the server does not {what}: {why}; check the URL, and that it runs")]
    Silent {
        /// Such as `create a product`.
        what: &'static str,
        /// What has become of the last attempt.
        why: &'static str,
    },
    /// The process may not open the connections.
    #[error(transparent)]
    Files(#[from] TooFewFiles),
    /// The server refuses what is needed.
    #[error(
        "the server refuses to {what}: {status} {code}; a server that asks for tokens wants one \
         with orders:act-as, catalog:write and balance:charge, or admin"
    )]
    Refused {
        /// Such as `create a product`.
        what: &'static str,
        /// The status of the answer.
        status: u16,
        /// The code of the problem, or the beginning of another answer.
        code: String,
    },
    /// Users and products of another load are in the way, or of the shop.
    #[error("the ids that were drawn for this load are taken; run the command again")]
    Taken,
    /// Somebody has stopped it.
    #[error("the load was stopped before it began; what was prepared is of no use and may stay")]
    Stopped,
    /// The generator cannot work.
    #[error("the load generator cannot run: {0}; check the limits of this process")]
    Generator(std::io::Error),
}
