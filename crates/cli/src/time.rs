//! Points in time on the command line.

use jiff::Timestamp;

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
