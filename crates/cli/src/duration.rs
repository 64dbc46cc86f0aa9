//! Lengths of time on the command line.

use std::time::Duration;

use jiff::{SignedDuration, Span, SpanRelativeTo};

/// Reads `90` (seconds), `90s`, `1m 30s`, `3d` or an ISO 8601 duration. A day
/// has 24 hours.
///
/// # Errors
///
/// A sentence that shows the accepted forms.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let parsed = match text.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => text.parse::<Span>().ok().and_then(exactly),
    };
    parsed
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "write a length of time above zero, such as 30s, 500ms or 2m".to_owned())
}

fn exactly(span: Span) -> Option<Duration> {
    let signed: SignedDuration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(signed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_seconds_or_a_number_with_a_unit_and_never_zero() {
        let table = [
            ("90", Some(90_000)),
            ("90s", Some(90_000)),
            ("1m 30s", Some(90_000)),
            ("500ms", Some(500)),
            ("PT2M", Some(120_000)),
            ("3d", Some(3 * 24 * 3_600_000)),
            ("1 month", None),
            ("0", None),
            ("-3s", None),
            ("soon", None),
            ("", None),
        ];
        for (text, millis) in table {
            assert_eq!(
                parse(text).ok(),
                millis.map(Duration::from_millis),
                "{text:?}"
            );
        }
    }
}
