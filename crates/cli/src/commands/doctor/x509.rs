//! What a certificate says of itself (RFC 5280): when it is valid, and for whom.
//!
//! TLS libraries check certificates and do not tell what is in them. This reads
//! two of their parts and believes nothing: it decides who gets in nowhere.

use std::net::IpAddr;
use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// What is told of a certificate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Certificate {
    /// From when.
    pub(super) not_before: Timestamp,
    /// Until when.
    pub(super) not_after: Timestamp,
    /// Names and addresses that it is for.
    pub(super) names: Vec<String>,
}

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
const DNS_NAME: u8 = 0x82;
const IP_ADDRESS: u8 = 0x87;
const OCTET_STRING: u8 = 0x04;

/// The object identifier of subjectAltName with its tag and length: 2.5.29.17.
const ALTERNATIVE_NAMES: [u8; 5] = [0x06, 0x03, 0x55, 0x1d, 0x11];

impl Certificate {
    /// Reads one in DER; `None` where it is something else.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let (outer, _) = element(der, SEQUENCE)?;
        let (mut rest, _) = element(outer, SEQUENCE)?;
        if rest.first() == Some(&VERSION) {
            rest = any(rest)?.2;
        }
        // Serial number, algorithm, issuer.
        for _ in 0..3 {
            rest = any(rest)?.2;
        }
        let (validity, mut rest) = element(rest, SEQUENCE)?;
        let (tag, begin, after) = any(validity)?;
        let not_before = time(tag, begin)?;
        let (tag, end, _) = any(after)?;
        let not_after = time(tag, end)?;
        let mut names = Vec::new();
        while let Some((tag, content, next)) = any(rest) {
            if tag == EXTENSIONS {
                names = alternative_names(content).unwrap_or_default();
            }
            rest = next;
        }
        Some(Self {
            not_before,
            not_after,
            names,
        })
    }
}

/// The first element: its tag, its content, and what comes after it.
fn any(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        // The length in one to four bytes, which is more than certificates have.
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = bytes
                .iter()
                .fold(0, |all, byte| all << 8 | usize::from(*byte));
            (length, rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// The content of the first element, which must be of this kind.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = any(der)?;
    (found == tag).then_some((content, rest))
}

fn time(tag: u8, content: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
    let text = match tag {
        GENERALIZED_TIME => text.to_owned(),
        // Two digits are of the years 1950 to 2049 (section 4.1.2.5.1).
        UTC_TIME if text.get(..2)? < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        _ => return None,
    };
    if text.len() != 14 || !text.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let part = |range: Range<usize>| text.get(range).and_then(|it| it.parse::<i8>().ok());
    let time = DateTime::new(
        text.get(..4)?.parse().ok()?,
        part(4..6)?,
        part(6..8)?,
        part(8..10)?,
        part(10..12)?,
        part(12..14)?,
        0,
    );
    let time = time.ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(time.timestamp())
}

fn alternative_names(extensions: &[u8]) -> Option<Vec<String>> {
    let (mut rest, _) = element(extensions, SEQUENCE)?;
    while let Some((_, extension, next)) = any(rest) {
        rest = next;
        let Some(mut value) = extension.strip_prefix(&ALTERNATIVE_NAMES) else {
            continue;
        };
        // Whether it is critical may stand before.
        if value.first() != Some(&OCTET_STRING) {
            value = any(value)?.2;
        }
        let (names, _) = element(value, OCTET_STRING)?;
        let (mut names, _) = element(names, SEQUENCE)?;
        let mut told = Vec::new();
        while let Some((tag, name, next)) = any(names) {
            names = next;
            told.extend(match tag {
                DNS_NAME => std::str::from_utf8(name).ok().map(str::to_owned),
                IP_ADDRESS => address(name),
                _ => None,
            });
        }
        return Some(told);
    }
    None
}

fn address(bytes: &[u8]) -> Option<String> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    let sixteen = || <[u8; 16]>::try_from(bytes).map(IpAddr::from);
    four.or_else(|_| sixteen()).ok().map(|it| it.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_both_forms() {
        let table: [(u8, &str, Option<&str>); 6] = [
            (UTC_TIME, "261120010203Z", Some("2026-11-20T01:02:03Z")),
            (UTC_TIME, "500101000000Z", Some("1950-01-01T00:00:00Z")),
            (
                GENERALIZED_TIME,
                "20500101000000Z",
                Some("2050-01-01T00:00:00Z"),
            ),
            (GENERALIZED_TIME, "20500101000000", None),
            (UTC_TIME, "2611200102Z", None),
            (SEQUENCE, "261120010203Z", None),
        ];
        for (tag, text, expected) in table {
            let read = time(tag, text.as_bytes()).map(|it| it.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_cut_or_no_certificate_is_none() {
        let garbage: [&[u8]; 5] = [
            b"",
            b"\x30",
            b"\x30\x82\xff",
            b"\x30\x03\x30\x01\x00",
            b"-----BEGIN CERTIFICATE-----",
        ];
        for bytes in garbage {
            assert_eq!(Certificate::read(bytes), None, "{bytes:?}");
        }
    }
}
