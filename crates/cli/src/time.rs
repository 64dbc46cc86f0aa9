//! Points in time on the command line.

use jiff::Timestamp;
use jumun_domain::Timestamp as Instant;

/// The time of this machine's clock.
pub(crate) fn now() -> Instant {
    Instant::from_micros(Timestamp::now().as_microsecond())
}

/// An instant for a person: UTC, to the second.
pub(crate) fn shown(instant: Instant) -> String {
    match Timestamp::from_microsecond(instant.as_micros()) {
        Ok(time) => format!("{time:.0}"),
        // No engine keeps one that is out of jiff's range of 20,000 years.
        Err(_) => format!("{} µs", instant.as_micros()),
    }
}

/// Reads a time with its offset (RFC 3339).
///
/// # Errors
///
/// A sentence that shows the form.
pub(crate) fn parse(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| {
        "write a time with its offset (RFC 3339), such as 2026-11-20T00:00:00Z or \
         2026-11-20T09:00:00+09:00"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_shown_to_the_second_in_utc() {
        let table = [
            (0, "1970-01-01T00:00:00Z"),
            (1_700_000_000_999_999, "2023-11-14T22:13:20Z"),
            (i64::MAX, "9223372036854775807 µs"),
        ];
        for (micros, expected) in table {
            assert_eq!(shown(Instant::from_micros(micros)), expected);
        }
    }
}
