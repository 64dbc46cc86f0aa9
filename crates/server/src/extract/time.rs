//! Times in bodies: RFC 3339 and nothing looser.

use jumun_domain::Timestamp;

use crate::problem::{FieldError, Issue};

/// The first microsecond that RFC 3339 can write in UTC: 0000-01-01T00:00:00Z.
const MIN_MICROS: i64 = -62_167_219_200_000_000;

/// The last that can still be written in every zone: 9999-12-30T22:00:00.999999Z.
const MAX_MICROS: i64 = 253_402_207_200_999_999;

/// The instant that `text` names, to the microsecond.
pub(crate) fn timestamp(pointer: &str, text: &str) -> Result<Timestamp, FieldError> {
    let instant = if has_form(text) {
        text.parse::<jiff::Timestamp>().ok()
    } else {
        None
    };
    instant
        .map(jiff::Timestamp::as_microsecond)
        .filter(|micros| (MIN_MICROS..=MAX_MICROS).contains(micros))
        .map(Timestamp::from_micros)
        .ok_or_else(|| FieldError::body(pointer, Issue::NotATime))
}

/// Whether the text has the form `date-time` of RFC 3339, section 5.6. The
/// parser takes more: spaces, missing seconds, years of six digits, names of zones.
fn has_form(text: &str) -> bool {
    let Some((head, rest)) = text.split_at_checked(19) else {
        return false;
    };
    let head_fits = head
        .bytes()
        .zip(b"dddd-dd-ddTdd:dd:dd")
        .all(|(byte, form)| match form {
            b'd' => byte.is_ascii_digit(),
            b'T' => byte.eq_ignore_ascii_case(&b'T'),
            _ => byte == *form,
        });
    let zone = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
    };
    head_fits && (zone.eq_ignore_ascii_case("Z") || is_offset(zone.as_bytes()))
}

fn is_offset(zone: &[u8]) -> bool {
    matches!(zone, [b'+' | b'-', a, b, b':', c, d]
        if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_date_time_of_rfc_3339() {
        let hour = 1_763_632_800_000_000;
        let table = [
            ("2025-11-20T10:00:00Z", Some(hour)),
            ("2025-11-20t10:00:00z", Some(hour)),
            ("2025-11-20T19:00:00+09:00", Some(hour)),
            ("2025-11-20T10:00:00.000001999Z", Some(hour + 1)),
            ("0000-01-01T00:00:00Z", Some(MIN_MICROS)),
            ("9999-12-30T22:00:00.999999Z", Some(MAX_MICROS)),
            ("9999-12-31T23:59:59Z", None),
            ("9999-12-30T23:59:59-01:00", None),
            ("0000-01-01T00:00:00+01:00", None),
            ("2025-11-20T10:00:00", None),
            ("2025-11-20 10:00:00Z", None),
            ("2025-11-20T10:00Z", None),
            ("2025-11-20T10:00:00.Z", None),
            ("2025-11-20T10:00:00Z[UTC]", None),
            ("2025-11-20T10:00:00+0900", None),
            ("2025-02-29T10:00:00Z", None),
            ("2025-11-20T25:00:00Z", None),
            ("+002025-11-20T10:00:00Z", None),
            ("내일", None),
            ("", None),
        ];
        for (text, expected) in table {
            let micros = timestamp("/validFrom", text).ok().map(Timestamp::as_micros);
            assert_eq!(micros, expected, "{text}");
        }
    }
}
