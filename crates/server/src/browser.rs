//! What pages of other sites must not do through a browser that can reach the
//! server.
//!
//! A page on the Internet can have its reader's browser send requests to
//! `localhost`. Two rules stand against that: a name that somebody pointed at
//! this machine is not answered to, and nothing is changed for a page that the
//! server has not served itself.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::header::{ACCEPT_ENCODING, HOST, ORIGIN, REFERER};
use http::uri::{Authority, Scheme};
use http::{HeaderMap, HeaderName, Method, Uri};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The most of a host that is told back: the longest name that DNS has.
const MAX_HOST_CHARS: usize = 253;

/// What a browser sends with every request to a plain HTTP address, whatever
/// page asks for it: pages may not set or remove it (the Fetch standard's
/// forbidden request-headers). Programs that are called by a name of their
/// network commonly send none of it.
const OF_BROWSERS: [HeaderName; 4] = [ACCEPT_ENCODING, ORIGIN, REFERER, SEC_FETCH_SITE];

/// Whether a browser may have sent this. It is never untrue of one.
pub(crate) fn may_be_a_browsers(headers: &HeaderMap) -> bool {
    // The other way round would hash each of them.
    headers.keys().any(|name| OF_BROWSERS.contains(name))
}

/// The host that a request is for, if it is neither an IP address, nor
/// `localhost` or a name below it, nor one of `allowed`. Whoever can be reached
/// by an address only cannot be confused with another site.
pub(crate) fn foreign_host(uri: &Uri, headers: &HeaderMap, allowed: &[String]) -> Option<String> {
    let named = headers.get_all(HOST).iter().map(|it| it.as_bytes());
    // An absolute target beats the header.
    let target = uri.authority().map(|it| it.as_str().as_bytes());
    named
        .chain(target)
        .find(|host| !authority(host).is_some_and(|it| is_own(it.host(), allowed)))
        .map(|host| {
            let host = String::from_utf8_lossy(host);
            host.chars().take(MAX_HOST_CHARS).collect()
        })
}

/// Whether a request that may change something comes from a page of another
/// site. Programs other than browsers send none of these headers.
pub(crate) fn is_cross_site(method: &Method, headers: &HeaderMap) -> bool {
    if [Method::GET, Method::HEAD, Method::OPTIONS].contains(method) {
        return false;
    }
    let is_foreign = |site: &[u8]| [&b"cross-site"[..], b"same-site"].contains(&site);
    let mut sites = headers.get_all(SEC_FETCH_SITE).iter();
    let mut origins = headers.get_all(ORIGIN).iter();
    // Read for each origin, of which there is none or one.
    let host = || headers.get(HOST).and_then(|it| authority(it.as_bytes()));
    sites.any(|it| is_foreign(it.as_bytes()))
        || origins.any(|it| !is_same(it.as_bytes(), host().as_ref()))
}

/// A host with or without a port, and nothing before or after it: the parser
/// takes `[::1].example` for the address, and `me@` for a name of no interest.
fn authority(bytes: &[u8]) -> Option<Authority> {
    let text = std::str::from_utf8(bytes).ok()?;
    let authority: Authority = text.parse().ok()?;
    let rest = text.strip_prefix(authority.host())?;
    (rest.is_empty() || authority.port().is_some_and(|it| rest[1..] == *it.as_str()))
        .then_some(authority)
}

fn is_own(host: &str, allowed: &[String]) -> bool {
    let inner = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    if inner.is_some_and(|it| it.parse::<Ipv6Addr>().is_ok()) || host.parse::<Ipv4Addr>().is_ok() {
        return true;
    }
    // A name may end in the dot of the root.
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || allowed.iter().any(|it| it.eq_ignore_ascii_case(&name))
}

/// Whether an origin is this host, by whatever scheme: a proxy may end TLS.
/// `null`, which a sandboxed page sends, is nobody's.
fn is_same(origin: &[u8], host: Option<&Authority>) -> bool {
    let origin = std::str::from_utf8(origin)
        .ok()
        .and_then(|it| it.parse::<Uri>().ok());
    let Some((origin, host)) = origin.as_ref().zip(host) else {
        return false;
    };
    let default_port = match origin.scheme() {
        Some(scheme) if *scheme == Scheme::HTTPS => 443,
        Some(scheme) if *scheme == Scheme::HTTP => 80,
        _ => return false,
    };
    let port = |port: Option<u16>| port.unwrap_or(default_port);
    origin
        .host()
        .is_some_and(|it| it.eq_ignore_ascii_case(host.host()))
        && port(origin.port_u16()) == port(host.port_u16())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(all: &[(HeaderName, &str)]) -> HeaderMap {
        let all = all
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().unwrap()));
        all.collect()
    }

    #[test]
    fn a_host_is_an_address_or_a_name_of_this_machine_or_one_that_was_allowed() {
        let allowed = ["shop.example".to_owned()];
        let table = [
            ("127.0.0.1", true),
            ("127.0.0.1:8080", true),
            ("192.0.2.1:80", true),
            ("[::1]:8080", true),
            ("[2001:db8::1]", true),
            ("localhost", true),
            ("LocalHost:8080", true),
            ("localhost.:8080", true),
            ("shop.localhost:8080", true),
            ("shop.example:8080", true),
            ("SHOP.example", true),
            ("shop.example.", true),
            ("", false),
            ("a", false),
            ("evil.example", false),
            ("shop.example.evil.example", false),
            ("www.shop.example", false),
            ("localhost.evil.example", false),
            ("notlocalhost", false),
            ("127.0.0.1.evil.example", false),
            ("127.1", false),
            ("2130706433", false),
            ("::1", false),
            ("[::1].evil.example", false),
            ("me@localhost", false),
            ("localhost/", false),
            ("localhost, evil.example", false),
        ];
        for (host, is_own) in table {
            let headers = headers(&[(HOST, host)]);
            let foreign = foreign_host(&Uri::from_static("/orders"), &headers, &allowed);
            assert_eq!(foreign, (!is_own).then(|| host.to_owned()), "{host:?}");
        }
    }

    #[test]
    fn an_absolute_target_is_looked_at_too_and_a_request_without_a_host_is_no_browsers() {
        let table = [
            ("/", Some("localhost"), None),
            ("/", None, None),
            ("http://localhost:8080/", Some("localhost:8080"), None),
            (
                "http://evil.example/",
                Some("localhost"),
                Some("evil.example"),
            ),
            (
                "http://localhost/",
                Some("evil.example"),
                Some("evil.example"),
            ),
        ];
        for (target, host, expected) in table {
            let named = host.map(|host| (HOST, host));
            let headers = headers(named.as_slice());
            let foreign = foreign_host(&Uri::from_static(target), &headers, &[]);
            assert_eq!(foreign.as_deref(), expected, "{target} {host:?}");
        }
    }

    #[test]
    fn a_request_is_no_browsers_without_what_every_browser_sends() {
        let table: [(&[(HeaderName, &str)], bool); 6] = [
            (&[], false),
            (&[(HOST, "jumun:8080")], false),
            (&[(ACCEPT_ENCODING, "gzip, deflate")], true),
            (&[(ACCEPT_ENCODING, "identity")], true),
            (&[(ORIGIN, "null")], true),
            (&[(SEC_FETCH_SITE, "none")], true),
        ];
        for (sent, expected) in table {
            assert_eq!(may_be_a_browsers(&headers(sent)), expected, "{sent:?}");
        }
    }

    #[test]
    fn what_changes_something_comes_from_no_browser_or_from_a_page_of_this_host() {
        let local = "localhost:8080";
        type Case<'a> = (&'a str, &'a [(HeaderName, &'a str)], bool);
        let table: [Case<'_>; 20] = [
            (local, &[], false),
            (local, &[(SEC_FETCH_SITE, "same-origin")], false),
            (local, &[(SEC_FETCH_SITE, "none")], false),
            (local, &[(SEC_FETCH_SITE, "cross-site")], true),
            (local, &[(SEC_FETCH_SITE, "same-site")], true),
            (
                local,
                &[(SEC_FETCH_SITE, "none"), (SEC_FETCH_SITE, "cross-site")],
                true,
            ),
            (local, &[(ORIGIN, "http://localhost:8080")], false),
            (local, &[(ORIGIN, "https://LOCALHOST:8080")], false),
            (local, &[(ORIGIN, "http://localhost:8081")], true),
            (local, &[(ORIGIN, "http://localhost")], true),
            (local, &[(ORIGIN, "http://127.0.0.1:8080")], true),
            (local, &[(ORIGIN, "https://evil.example")], true),
            (local, &[(ORIGIN, "null")], true),
            (local, &[(ORIGIN, "")], true),
            (local, &[(ORIGIN, "localhost:8080")], true),
            (local, &[(ORIGIN, "file://localhost:8080")], true),
            (
                local,
                &[(ORIGIN, "http://localhost:8080"), (ORIGIN, "null")],
                true,
            ),
            ("shop.example", &[(ORIGIN, "https://shop.example")], false),
            (
                "shop.example:443",
                &[(ORIGIN, "https://shop.example")],
                false,
            ),
            (
                "shop.example",
                &[(ORIGIN, "https://shop.example:8443")],
                true,
            ),
        ];
        for (host, sent, expected) in table {
            let headers = headers(&[&[(HOST, host)], sent].concat());
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                let is = is_cross_site(&method, &headers);
                assert_eq!(is, expected, "{method} {host} {sent:?}");
            }
            for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
                assert!(!is_cross_site(&method, &headers), "{method} {sent:?}");
            }
        }
    }
}
