//! What a load is to be.

use std::time::Duration;

use crate::wire::Target;
use crate::workload::{Keys, Shop, Workload};

/// One thread keeps so many connections busy. More threads would take
/// processors from a server on the same machine.
const CONNECTIONS_PER_THREAD: usize = 64;

/// Of so many processors the generator takes one.
const PROCESSORS_PER_THREAD: usize = 4;

/// When requests are sent.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Pace {
    /// A closed loop: each connection sends its next request when the last one
    /// is answered. It shows the most that a server does, and hides how long
    /// shoppers would have waited while it was not answering.
    Closed,
    /// An open loop: so many requests become due a second, whatever becomes of
    /// them, and latencies are counted from then. They become due at random
    /// times (a Poisson process), as those of shoppers who do not know of each
    /// other: evenly spaced ones would never meet, and hide that queues form.
    PerSecond(f64),
}

/// The two parts of a load.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timing {
    /// Load that is not counted.
    pub warm_up: Duration,
    /// Load that is.
    pub window: Duration,
}

/// What a load is to be.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The server.
    pub target: Target,
    /// Connections, each with one request in flight.
    pub connections: usize,
    /// When requests are sent.
    pub pace: Pace,
    /// What is asked for.
    pub workload: Workload,
    /// Which idempotency keys the requests carry.
    pub keys: Keys,
    /// The users and products that there are.
    pub shop: Shop,
    /// For how long.
    pub timing: Timing,
    /// Threads of the generator; [`Plan::threads_for`] chooses.
    pub threads: usize,
}

/// Why a load cannot be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidPlan {
    /// Nothing would be sent.
    #[error("without a connection nothing is sent; ask for at least one")]
    NoConnections,
    /// Some threads would have nothing to do.
    #[error("there are more threads than connections; ask for no more threads than connections")]
    IdleThreads,
    /// A rate that is none.
    #[error("this is no rate; ask for a number of requests a second above zero")]
    Rate,
    /// Nothing would be counted.
    #[error("the window has no length; ask for one above zero")]
    NoWindow,
    /// There is nobody who orders, or nothing to order.
    #[error("the shop is empty; ask for at least one user and one product")]
    EmptyShop,
    /// The workload needs coupons or an own course.
    #[error(
        "this workload needs more than users and products; run one of uniform, zipf, hot and \
         soldout, or have the shop prepared for it"
    )]
    NeedsPreparation,
}

impl Plan {
    /// Threads for so many connections on this machine: one for every four
    /// processors, and no more than the connections keep busy.
    pub fn threads_for(connections: usize) -> usize {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let for_connections = connections / CONNECTIONS_PER_THREAD;
        (processors / PROCESSORS_PER_THREAD)
            .min(for_connections)
            .max(1)
    }

    /// Checks what the types leave open.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), InvalidPlan> {
        let is_rate = |rate: f64| rate.is_finite() && rate > 0.0;
        match self.pace {
            _ if self.connections == 0 => Err(InvalidPlan::NoConnections),
            _ if self.threads == 0 || self.threads > self.connections => {
                Err(InvalidPlan::IdleThreads)
            }
            Pace::PerSecond(rate) if !is_rate(rate) => Err(InvalidPlan::Rate),
            _ if self.timing.window.is_zero() => Err(InvalidPlan::NoWindow),
            _ if self.shop.users == 0 || self.shop.products == 0 => Err(InvalidPlan::EmptyShop),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_that_sends_nothing_is_refused() {
        let good = Plan {
            target: Target::plain(([127, 0, 0, 1], 80).into()),
            connections: 2,
            pace: Pace::Closed,
            workload: Workload::Uniform,
            keys: Keys::None,
            shop: Shop::from_one(1, 1),
            timing: Timing {
                warm_up: Duration::ZERO,
                window: Duration::from_secs(1),
            },
            threads: 2,
        };
        assert_eq!(good.check(), Ok(()));
        type Spoil = fn(&mut Plan);
        let table: [(Spoil, InvalidPlan); 8] = [
            (|it| it.connections = 0, InvalidPlan::NoConnections),
            (|it| it.threads = 3, InvalidPlan::IdleThreads),
            (|it| it.threads = 0, InvalidPlan::IdleThreads),
            (|it| it.pace = Pace::PerSecond(0.0), InvalidPlan::Rate),
            (|it| it.pace = Pace::PerSecond(f64::NAN), InvalidPlan::Rate),
            (
                |it| it.timing.window = Duration::ZERO,
                InvalidPlan::NoWindow,
            ),
            (|it| it.shop.users = 0, InvalidPlan::EmptyShop),
            (|it| it.shop.products = 0, InvalidPlan::EmptyShop),
        ];
        for (index, (spoil, expected)) in table.into_iter().enumerate() {
            let mut plan = good.clone();
            spoil(&mut plan);
            assert_eq!(plan.check(), Err(expected), "{index}");
        }
    }

    #[test]
    fn few_connections_are_for_one_thread() {
        assert_eq!(Plan::threads_for(1), 1);
        let most = Plan::threads_for(100_000);
        assert!(most >= 1, "{most}");
    }
}
