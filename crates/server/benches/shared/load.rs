//! Loads as the benches want them.

use std::net::SocketAddr;

use jumun_load::{Keys, Pace, Plan, Shop, Tally, Target, Timing, Workload};

/// The status of an order that was placed.
const CREATED: u16 = 201;

/// What is asked of a server, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// What is ordered.
    pub(crate) workload: Workload,
    /// Which keys the requests carry.
    pub(crate) keys: Keys,
    /// Users and products.
    pub(crate) shop: Shop,
    /// Connections, each with one request in flight.
    pub(crate) connections: usize,
    /// When requests are sent.
    pub(crate) pace: Pace,
    /// For how long.
    pub(crate) timing: Timing,
}

impl Load {
    /// The same as a plan, for a server.
    pub(crate) fn of(self, address: SocketAddr) -> Plan {
        Plan {
            target: Target::plain(address),
            connections: self.connections,
            pace: self.pace,
            workload: self.workload,
            keys: self.keys,
            shop: self.shop,
            timing: self.timing,
            threads: Plan::threads_for(self.connections),
        }
    }
}

/// Requests that came to no order, and the first of the reasons; `None` where
/// there was no such request.
pub(crate) fn refusal(tally: &Tally) -> Option<String> {
    let outcomes = tally.outcomes();
    let refused = outcomes.total() - outcomes.of_status(CREATED);
    let lost = outcomes.losses().next().map(|(loss, _)| loss.name());
    let first = tally.first_refusal().or(lost).unwrap_or("not told");
    (refused > 0).then(|| format!("{refused} refused, first: {first}"))
}
