//! What sends the requests: connections on threads of their own, in a closed
//! or an open loop.

mod alarm;
mod control;
mod line;
mod plan;
mod run;
mod shopper;

use jumun_domain::Timestamp;

pub use control::{Control, Counts};
pub use plan::{InvalidPlan, Pace, Plan, Timing};
pub use run::{Failure, drive, run};

use crate::wire::{Answer, Loss};

/// What became of a request.
pub type Outcome<'a> = Result<Answer<'a>, Loss>;

/// Where the requests of a thread come from, and who hears what became of them.
pub trait Traffic: Send + 'static {
    /// The kinds of requests that are told apart; orders are the first.
    const KINDS: &'static [&'static str];

    /// What is remembered of a request while it is under way.
    type Ticket;

    /// The load begins; what is counted begins at this time.
    fn begins(&mut self, _counted_from: Timestamp) {}

    /// Puts the next request into `request`, in place of what is there. `None`
    /// ends the thread's part of the load: there is nothing left to ask for.
    fn next_into(&mut self, request: &mut Vec<u8>) -> Option<Self::Ticket>;

    /// Of which of [`Self::KINDS`] a request is.
    fn kind(_ticket: &Self::Ticket) -> usize {
        0
    }

    /// Something has become of a request, whether it is counted or not.
    fn settled(&mut self, ticket: Self::Ticket, request: &[u8], outcome: &Outcome<'_>);
}
