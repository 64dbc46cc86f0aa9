//! The contract between the shop and an engine.

use async_trait::async_trait;
use jumun_domain::{Decision, PlaceOrder, Quote, Request};

use crate::fault::Fault;
use crate::reads::Reads;
use crate::shop::Shop;

/// A database that holds a shop.
///
/// What an engine promises:
///
/// - **Atomic.** A request is gathered, decided by [`jumun_domain::decide`] and
///   written in one transaction: all of its effects or none. The engine has no
///   rule of its own.
/// - **Isolated.** Decisions are as if requests ran one after another, in an
///   order in which a request that began after another's answer comes later.
/// - **Durable.** An answer, a rejection too, leaves only after everything it
///   rests on is on stable storage: it survives a kill and a power cut.
/// - **Once.** A request with an idempotency key has one effect, however often,
///   from however many places and over however many restarts it is sent. Every
///   later one is answered [`Decision::Replayed`] with the first answer.
/// - **Ordered.** Order, coupon, entry and event ids rise. Every order placed
///   and every cancel writes one event in its own transaction; the sequence of
///   events rises in the order in which readers see them, and for one user it
///   is the order of commits.
/// - **Bounded.** A request waits in a bounded queue; when that is full it is
///   refused at once. No request can hang for ever.
/// - **Honest.** [`Fault::Determinate`] and [`Fault::Overloaded`] mean that
///   nothing was or will be changed. Whatever is not known to be either done or
///   not done is [`Fault::Indeterminate`]. After storage has failed to make a
///   commit durable, the engine writes no more until it has reopened it.
#[async_trait]
pub trait Store: Reads {
    /// Decides a request and, if it is not rejected, does it.
    ///
    /// Dropping the future does not take the request back.
    ///
    /// # Errors
    ///
    /// See [`Fault`]: each says whether something may have been changed.
    async fn execute(&self, request: Request) -> Result<Decision, Fault>;

    /// What `execute` would decide on this order now. Nothing is kept, and it
    /// does not wait behind orders.
    ///
    /// # Errors
    ///
    /// [`Fault::Determinate`] when the database cannot be read.
    async fn quote(&self, order: PlaceOrder) -> Result<Quote, Fault>;

    /// What was pinned when the database was created.
    fn shop(&self) -> &Shop;

    /// Whether the store can take writes now.
    async fn readiness(&self) -> Readiness;

    /// Answers what was accepted, refuses what comes after, and lets go of the
    /// database. Calling it again does nothing.
    async fn close(&self);
}

/// Whether a store can take writes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Readiness {
    /// It can.
    Ready,
    /// It cannot, and why, in a sentence for the operator.
    NotReady(String),
}
