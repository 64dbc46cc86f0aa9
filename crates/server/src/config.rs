//! What an operator can set, with the reason for each default.

use std::num::NonZero;
use std::thread::available_parallelism;
use std::time::Duration;

use crate::access::Rates;

/// Whether callers have to say who they are.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum AuthMode {
    /// Nobody is asked: for a server that only trusted callers reach.
    #[default]
    None,
    /// Every request carries a token.
    Token,
}

/// The settings of a server. [`Config::default`] suits one shop on one machine.
#[derive(Clone, Debug)]
pub struct Config {
    /// The name of this deployment, the last part of every event's `source`:
    /// letters, digits, `-`, `.`, `_` and `~` only, since it is part of a URI.
    pub deployment: String,
    /// Whether a request that moves money, stock or coupons must carry an
    /// `Idempotency-Key`.
    pub require_idempotency_key: bool,
    /// Whether callers have to say who they are.
    pub auth: AuthMode,
    /// How many requests a second one caller may send.
    pub rates: Rates,
    /// Whether all connections come from a proxy of the operator's, so that
    /// `X-Forwarded-For` says who the client is. Without a proxy in front,
    /// anybody could then pass for anybody.
    pub behind_proxy: bool,
    /// Names by which browsers may reach the server while nobody is asked who
    /// they are; IP addresses, `localhost` and names below it are always allowed.
    pub allowed_hosts: Vec<String>,
    /// Bytes of a request's body. The largest order of 100 lines has about
    /// 6 KiB; 1 MiB leaves room and bounds what one client can make us hold.
    pub max_body_bytes: usize,
    /// How long the head of a request may take, from the accept, the handshake
    /// of TLS included, or from its first byte: long enough for a bad mobile
    /// line, and a connection that brings no request is gone within 30 seconds
    /// with room to spare, also on a busy machine.
    pub header_deadline: Duration,
    /// How long the body may take after the head.
    pub body_deadline: Duration,
    /// How long a connection may wait for its next request: longer than the
    /// 60 seconds for which load balancers commonly keep theirs.
    pub idle_deadline: Duration,
    /// How long a client may take no byte of an answer.
    pub write_deadline: Duration,
    /// Connections open at once. For a new one the one that has waited longest
    /// for a request is closed; where none has waited for a second, new ones
    /// wait in the kernel's queue. Each idle one holds about 25 KiB, or 32 KiB
    /// with TLS, so this bounds their memory at about 320 MiB.
    pub max_connections: usize,
    /// Connections open at once from one address, or from one /64 of IPv6:
    /// enough for an office behind one address, and forty such addresses are
    /// needed to take all. Loopback addresses have no limit, and with
    /// `behind_proxy` there is none.
    pub max_connections_per_address: usize,
    /// Threads that serve connections, at least one. Each connection stays on one.
    pub http_threads: usize,
    /// How long a shutdown waits for requests that were accepted: longer than
    /// any request takes, shorter than the 30 seconds after which supervisors
    /// commonly kill.
    pub drain_deadline: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            deployment: "jumun".to_owned(),
            require_idempotency_key: false,
            auth: AuthMode::None,
            rates: Rates::NONE,
            behind_proxy: false,
            allowed_hosts: Vec::new(),
            max_body_bytes: 1024 * 1024,
            header_deadline: Duration::from_secs(20),
            body_deadline: Duration::from_secs(30),
            idle_deadline: Duration::from_secs(75),
            write_deadline: Duration::from_secs(30),
            max_connections: 10_000,
            max_connections_per_address: 256,
            http_threads: http_threads(available_parallelism().map_or(1, NonZero::get)),
            drain_deadline: Duration::from_secs(25),
        }
    }
}

/// How many threads serve connections on so many processors: all, but from three
/// on one less, which is left to the engine's writer. Of two processors one would be
/// too little: an order costs more time in HTTP than in the writer.
fn http_threads(processors: usize) -> usize {
    match processors {
        0..=2 => processors,
        more => more - 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_three_processors_on_one_is_left_to_the_writer() {
        for (processors, expected) in [(1, 1), (2, 2), (3, 2), (4, 3), (64, 63)] {
            assert_eq!(http_threads(processors), expected, "{processors}");
        }
    }
}
