//! Lengths of time on the command line.

use std::time::Duration;

use jiff::SignedDuration;

/// Reads `90` (seconds), `90s`, `1m 30s` or an ISO 8601 duration.
///
/// # Errors
///
/// A sentence that shows the accepted forms.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let parsed = match text.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => text
            .parse::<SignedDuration>()
            .ok()
            .and_then(|signed| Duration::try_from(signed).ok()),
    };
    parsed
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "write a length of time above zero, such as 30s, 500ms or 2m".to_owned())
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
