//! How many requests a second one caller may send (GCRA, by the crate governor).

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use jumun_domain::UserId;
use jumun_store::access::TokenId;

use super::principal::Principal;
use crate::problem::{Denied, Problem};

/// Seconds of its rate that a caller may use at once: a page of a shop asks for
/// many things in one moment, and then for nothing while somebody reads.
const BURST_SECONDS: u32 = 4;

/// Callers whose share is kept in mind at once: some 100 bytes each. Who has
/// been quiet for a burst's time is forgotten at no loss.
const MAX_CALLERS: usize = 200_000;

/// How many requests a second one caller may send, and four times that at once.
/// `None` is no limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rates {
    /// One user, by all of their tokens together.
    pub user: Option<NonZeroU32>,
    /// One token with scopes: a program of the operator's own.
    pub token: Option<NonZeroU32>,
    /// One address, for all that comes without a token that is worth something.
    pub address: Option<NonZeroU32>,
    /// Whether callers on the server's own machine are spared the limit by address.
    pub spare_loopback: bool,
}

impl Rates {
    /// Requests a second of one user: a person has few, also with an impatient
    /// app; programs that race for every flash sale have more.
    pub const DEFAULT_USER: NonZeroU32 = NonZeroU32::new(50).unwrap();

    /// Requests a second from one address without a good token: there may be
    /// many people behind it, but they read pages.
    pub const DEFAULT_ADDRESS: NonZeroU32 = NonZeroU32::new(50).unwrap();

    /// What a server that asks for tokens begins with.
    pub const WITH_TOKENS: Self = Self {
        user: Some(Self::DEFAULT_USER),
        token: None,
        address: Some(Self::DEFAULT_ADDRESS),
        spare_loopback: true,
    };

    /// No limits, as for an open server on loopback.
    pub const NONE: Self = Self {
        user: None,
        token: None,
        address: None,
        spare_loopback: true,
    };
}

type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock>;

/// The limits, and what each caller has used of them.
pub(crate) struct Limits {
    users: Option<Keyed<UserId>>,
    tokens: Option<Keyed<TokenId>>,
    addresses: Option<Keyed<IpAddr>>,
    spare_loopback: bool,
}

impl Limits {
    pub(crate) fn new(rates: Rates) -> Self {
        Self {
            users: rates.user.map(limiter),
            tokens: rates.token.map(limiter),
            addresses: rates.address.map(limiter),
            spare_loopback: rates.spare_loopback,
        }
    }

    /// Counts a request of a caller who is known.
    ///
    /// # Errors
    ///
    /// `429 too-many-requests` beyond their share.
    pub(super) fn of_principal(&self, principal: &Principal) -> Result<(), Problem> {
        match principal {
            Principal::Local => Ok(()),
            Principal::User(user) => count(self.users.as_ref(), user),
            Principal::Holder(token, _) => count(self.tokens.as_ref(), token),
        }
    }

    /// Counts a request of nobody who is known.
    ///
    /// # Errors
    ///
    /// `429 too-many-requests` beyond the share of the address.
    pub(super) fn of_address(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        match address {
            Some(address) if !(self.spare_loopback && address.is_loopback()) => {
                count(self.addresses.as_ref(), &network(address))
            }
            _ => Ok(()),
        }
    }

    /// Forgets callers who have been quiet; called now and then.
    pub(crate) fn forget_the_quiet(&self) {
        forget(self.users.as_ref());
        forget(self.tokens.as_ref());
        forget(self.addresses.as_ref());
    }
}

fn limiter<K: Hash + Eq + Clone>(rate: NonZeroU32) -> Keyed<K> {
    let burst = rate.saturating_mul(const { NonZeroU32::new(BURST_SECONDS).unwrap() });
    RateLimiter::dashmap(Quota::per_second(rate).allow_burst(burst))
}

fn count<K: Hash + Eq + Clone>(limiter: Option<&Keyed<K>>, key: &K) -> Result<(), Problem> {
    let Some(limiter) = limiter else {
        return Ok(());
    };
    let Err(not_yet) = limiter.check_key(key) else {
        return Ok(());
    };
    let wait = not_yet.wait_time_from(limiter.clock().now());
    Err(Problem::denied(Denied::TooMany(whole_seconds(wait))))
}

fn forget<K: Hash + Eq + Clone>(limiter: Option<&Keyed<K>>) {
    if let Some(limiter) = limiter {
        limiter.retain_recent();
        if limiter.len() > MAX_CALLERS {
            tracing::warn!(
                callers = limiter.len(),
                "more callers than a rate limit is meant for; limit connections in front of the server"
            );
        }
        limiter.shrink_to_fit();
    }
}

/// Seconds to wait, rounded up, at least one: that is what `Retry-After` can say.
fn whole_seconds(wait: Duration) -> u64 {
    let begun = u64::from(wait.subsec_nanos() > 0);
    (wait.as_secs() + begun).max(1)
}

/// One subscriber has 2^64 IPv6 addresses, so they count by their /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(it) => {
            let [a, b, c, d, ..] = it.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(rate: u32) -> Rates {
        let rate = NonZeroU32::new(rate);
        Rates {
            user: rate,
            token: None,
            address: rate,
            spare_loopback: true,
        }
    }

    #[test]
    fn each_caller_has_a_burst_of_their_own_and_then_is_told_to_wait() {
        let limits = Limits::new(rates(1));
        for id in [7, 8] {
            let user = Principal::User(UserId::new(id).unwrap());
            for _ in 0..BURST_SECONDS {
                limits.of_principal(&user).unwrap();
            }
            let refused = limits.of_principal(&user).unwrap_err();
            assert_eq!(refused.code().name(), "too-many-requests");
        }
        for _ in 0..100 {
            limits.of_principal(&Principal::Local).unwrap();
        }
    }

    #[test]
    fn an_address_counts_by_the_network_of_one_subscriber() {
        let limits = Limits::new(rates(1));
        let refused = |address: &str| limits.of_address(Some(address.parse().unwrap())).is_err();
        for host in 0..BURST_SECONDS {
            assert!(!refused(&format!("2001:db8::{host}")));
        }
        assert!(refused("2001:db8::ffff"));
        assert!(!refused("2001:db8:0:1::"));
        for _ in 0..100 {
            assert!(!refused("127.0.0.1") && !refused("::1"));
        }
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds_that_are_enough() {
        for (millis, seconds) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (59_999, 60)] {
            assert_eq!(whole_seconds(Duration::from_millis(millis)), seconds);
        }
    }
}
