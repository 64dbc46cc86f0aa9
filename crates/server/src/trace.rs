//! Which request a log line belongs to.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue};

pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Bytes of a request id that a client may bring: a UUID with room to spare.
const MAX_REQUEST_ID_BYTES: usize = 64;

/// The names of one request.
pub(crate) struct Identity {
    /// The client's `x-request-id` if it is a sane one, else our own.
    pub(crate) request_id: HeaderValue,
    /// The trace of the client's `traceparent` (W3C Trace Context), if any.
    trace_id: Option<HeaderValue>,
}

impl Identity {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let given = headers
            .get(X_REQUEST_ID)
            .filter(|value| is_sane(value.as_bytes()));
        Self {
            request_id: given.cloned().unwrap_or_else(mint),
            trace_id: headers
                .get(TRACEPARENT)
                .filter(|it| is_traceparent(it.as_bytes()))
                .cloned(),
        }
    }

    pub(crate) fn request_id(&self) -> &str {
        // Checked to be ASCII above, or our own.
        self.request_id.to_str().unwrap_or_default()
    }

    /// 32 hexadecimal digits of the client's trace; where there is none, the
    /// request id stands for it.
    pub(crate) fn trace_id(&self) -> &str {
        let trace = self.trace_id.as_ref().and_then(|value| value.to_str().ok());
        trace
            .and_then(|text| text.get(3..35))
            .unwrap_or_else(|| self.request_id())
    }
}

fn is_sane(id: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
    !id.is_empty() && id.len() <= MAX_REQUEST_ID_BYTES && id.iter().all(plain)
}

/// `version "-" trace-id "-" parent-id "-" flags`; later versions may add fields.
fn is_traceparent(value: &[u8]) -> bool {
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
    };
    let (Some(version), Some(trace), Some(parent), Some(flags)) = (
        value.get(..2),
        value.get(3..35),
        value.get(36..52),
        value.get(53..55),
    ) else {
        return false;
    };
    let dashes = [value[2], value[35], value[52]] == *b"---";
    let ends = value.len() == 55 || (version != b"00" && value[55] == b'-');
    dashes
        && ends
        && [version, trace, parent, flags].into_iter().all(hex)
        && version != b"ff"
        && trace.iter().any(|digit| *digit != b'0')
        && parent.iter().any(|digit| *digit != b'0')
}

/// A fresh id of 32 hexadecimal digits: unique, not secret.
fn mint() -> HeaderValue {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0));
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut text = [0; 32];
    write_hex(&mut text[..16], *PROCESS);
    // An odd factor permutes the numbers, so that ids do not look alike.
    write_hex(&mut text[16..], number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    HeaderValue::from_bytes(&text).unwrap_or_else(|_| HeaderValue::from_static("unknown"))
}

fn write_hex(target: &mut [u8], value: u64) {
    for (index, digit) in target.iter_mut().rev().enumerate() {
        *digit = b"0123456789abcdef"[(value >> (4 * index) & 0xf) as usize];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_taken_from_a_well_formed_traceparent_only() {
        let trace = "0af7651916cd43dd8448eb211c80319c";
        let table = [
            (format!("00-{trace}-b7ad6b7169203331-01"), true),
            (format!("01-{trace}-b7ad6b7169203331-01-more"), true),
            (format!("00-{trace}-b7ad6b7169203331-01-more"), false),
            (format!("ff-{trace}-b7ad6b7169203331-01"), false),
            (format!("00-{}-b7ad6b7169203331-01", "0".repeat(32)), false),
            (
                format!("00-{}-b7ad6b7169203331-01", trace.to_uppercase()),
                false,
            ),
            (format!("00-{trace}-0000000000000000-01"), false),
            (trace.to_owned(), false),
            (String::new(), false),
        ];
        for (value, taken) in table {
            let mut headers = HeaderMap::new();
            headers.insert(TRACEPARENT, value.parse().unwrap());
            let identity = Identity::of(&headers);
            assert_eq!(identity.trace_id() == trace, taken, "{value}");
        }
    }

    #[test]
    fn a_request_id_is_kept_if_it_is_sane_and_minted_otherwise() {
        for (value, kept) in [("a-1_b.c:d", true), ("two words", false), ("", false)] {
            let mut headers = HeaderMap::new();
            headers.insert(X_REQUEST_ID, value.parse().unwrap());
            assert_eq!(
                Identity::of(&headers).request_id() == value,
                kept,
                "{value}"
            );
        }
        let empty = HeaderMap::new();
        let (first, second) = (Identity::of(&empty), Identity::of(&empty));
        assert_eq!(first.request_id().len(), 32);
        assert_ne!(first.request_id(), second.request_id());
    }
}
