//! How many connections one client address may have.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The upper bits of an IPv6 address that are one customer's: whoever has a
/// line has at least a /64, and could come from any address in it.
const NETWORK_BITS: u32 = 64;

/// Counts the open connections of each address; cloning shares the counts.
#[derive(Clone)]
pub(crate) struct Addresses {
    limit: usize,
    exempt: fn(IpAddr) -> bool,
    counts: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// The place of one connection, given back when dropped.
pub(crate) struct Place {
    addresses: Addresses,
    network: IpAddr,
}

impl Addresses {
    /// At most `limit` connections for an address, except where `exempt`.
    pub(crate) fn new(limit: usize, exempt: fn(IpAddr) -> bool) -> Self {
        Self {
            limit,
            exempt,
            counts: Arc::default(),
        }
    }

    /// Counts a connection from this address; `Err` if it has as many as it
    /// may have, and `Ok(None)` if it is exempt.
    pub(crate) fn admit(&self, address: IpAddr) -> Result<Option<Place>, Full> {
        let address = address.to_canonical();
        if (self.exempt)(address) {
            return Ok(None);
        }
        let network = network(address);
        let mut counts = self.counts();
        // Looked up first: a refused address must leave no entry behind.
        let count = counts.get(&network).copied().unwrap_or(0);
        if count >= self.limit {
            return Err(Full);
        }
        counts.insert(network, count + 1);
        drop(counts);
        Ok(Some(Place {
            addresses: self.clone(),
            network,
        }))
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        // Nothing panics while it is held, and a count is whole at any time.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The address has as many connections as it may have.
#[derive(Debug)]
pub(crate) struct Full;

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.addresses.counts();
        match counts.get_mut(&self.network) {
            Some(count) if *count > 1 => *count -= 1,
            // Removed, so that addresses of the past take no memory.
            _ => drop(counts.remove(&self.network)),
        }
    }
}

/// What is counted as one.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(full) => {
            let mask = u128::MAX << (u128::BITS - NETWORK_BITS);
            Ipv6Addr::from_bits(full.to_bits() & mask).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loopback(address: IpAddr) -> bool {
        address.is_loopback()
    }

    #[test]
    fn addresses_are_counted_apart_and_ipv6_by_its_network() {
        // Two connections from the first, and whether the second address has room.
        let table = [
            ("192.0.2.1", "192.0.2.1", false),
            ("192.0.2.1", "192.0.2.2", true),
            ("192.0.2.1", "::ffff:192.0.2.1", false),
            ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", false),
            ("2001:db8::1", "2001:db8:0:1::1", true),
            ("127.0.0.1", "127.0.0.1", true),
            ("::1", "::1", true),
            ("::ffff:127.0.0.1", "127.0.0.1", true),
        ];
        for (first, second, has_room) in table {
            let addresses = Addresses::new(2, loopback);
            let first: IpAddr = first.parse().unwrap();
            let held = [addresses.admit(first), addresses.admit(first)];
            assert!(held.iter().all(Result::is_ok), "{first}");
            let admitted = addresses.admit(second.parse().unwrap());
            assert_eq!(admitted.is_ok(), has_room, "{first}, {second}");
        }
    }

    #[test]
    fn a_place_is_given_back_and_leaves_nothing_behind() {
        let addresses = Addresses::new(1, loopback);
        let address = "192.0.2.1".parse().unwrap();
        for _ in 0..3 {
            let place = addresses.admit(address).unwrap();
            assert!(addresses.admit(address).is_err());
            drop(place);
        }
        assert!(addresses.counts().is_empty());
    }
}
