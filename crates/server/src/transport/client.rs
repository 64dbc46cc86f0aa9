//! Who is at the other end of a request.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of the client, in the extensions of every request: the socket's,
/// or what the operator's proxy says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl ClientAddress {
    /// The other end of the socket itself.
    pub(crate) fn of_socket(peer: SocketAddr) -> Self {
        Self(peer.ip().to_canonical())
    }

    /// Who sent a request that a proxy at this address passed on. Only the last
    /// entry is the proxy's own word: those before it are what the client sent.
    /// A request without one is the proxy's.
    pub(crate) fn forwarded(self, headers: &HeaderMap) -> Self {
        let last = headers.get_all(X_FORWARDED_FOR).iter().next_back();
        let entry = last
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.rsplit(',').next());
        entry
            .and_then(|entry| address(entry.trim()))
            .map_or(self, Self)
    }
}

/// Some proxies add the port, and brackets around IPv6.
fn address(text: &str) -> Option<IpAddr> {
    let bare = || {
        let inner = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        inner.unwrap_or(text).parse().ok()
    };
    let with_port = || text.parse().ok().map(|socket: SocketAddr| socket.ip());
    bare()
        .or_else(with_port)
        .map(|found: IpAddr| found.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_a_proxy_the_client_is_the_last_entry_of_the_last_header() {
        let table: [(&[&str], &str); 12] = [
            (&[], "10.0.0.1"),
            (&["192.0.2.7"], "192.0.2.7"),
            (&["198.51.100.1, 192.0.2.7"], "192.0.2.7"),
            (&["198.51.100.1", "203.0.113.5,192.0.2.7"], "192.0.2.7"),
            (&["192.0.2.7:51234"], "192.0.2.7"),
            (&["2001:db8::7"], "2001:db8::7"),
            (&["[2001:db8::7]"], "2001:db8::7"),
            (&["[2001:db8::7]:443"], "2001:db8::7"),
            (&["::ffff:192.0.2.7"], "192.0.2.7"),
            // What the client wrote before is never fallen back on.
            (&["192.0.2.7, unknown"], "10.0.0.1"),
            (&["192.0.2.7,"], "10.0.0.1"),
            (&["192.0.2.7", ""], "10.0.0.1"),
        ];
        let proxy = ClientAddress::of_socket("10.0.0.1:9".parse().unwrap());
        for (values, expected) in table {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(X_FORWARDED_FOR, value.parse().unwrap());
            }
            let expected = ClientAddress(expected.parse().unwrap());
            assert_eq!(proxy.forwarded(&headers), expected, "{values:?}");
        }
    }
}
