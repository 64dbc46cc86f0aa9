//! Numbers and times as people write them in a form.

use jumun_domain::Rule;
use jumun_domain::limits::MAX_SAFE_INTEGER;

use crate::problem::{FieldError, Issue};

/// Digits between the commas of a large number.
const GROUP_DIGITS: usize = 3;

/// An integer within ±(2^53 − 1), with or without commas between its thousands.
pub(super) fn integer(field: &'static str, text: &str) -> Result<i64, FieldError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(error(field, Issue::Required));
    }
    let (sign, digits) = match text.strip_prefix(['-', '−']) {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let value = ungrouped(digits).and_then(|digits| format!("{sign}{digits}").parse().ok());
    value
        .filter(|value: &i64| value.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs())
        .ok_or_else(|| {
            let (min, max) = (-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER);
            error(field, Issue::Rule(Rule::IntegerBetween { min, max }))
        })
}

/// The same where nothing may be written.
pub(super) fn optional_integer(field: &'static str, text: &str) -> Result<Option<i64>, FieldError> {
    match text.trim() {
        "" => Ok(None),
        text => integer(field, text).map(Some),
    }
}

/// Digits with a comma before every three, for people.
pub(super) fn grouped(value: impl Into<i128>) -> String {
    let value = value.into();
    let digits = value.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    if value < 0 {
        text.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(GROUP_DIGITS) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The digits, where any commas stand between thousands.
fn ungrouped(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let first = groups.next()?;
    let is_grouped = text.contains(',');
    let fits = !first.is_empty()
        && (!is_grouped || first.len() <= GROUP_DIGITS)
        && groups.all(|group| group.len() == GROUP_DIGITS);
    let digits = text.replace(',', "");
    (fits && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

fn error(field: &'static str, issue: Issue) -> FieldError {
    FieldError::body(format!("/{field}"), issue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_may_have_commas_between_its_thousands_and_nowhere_else() {
        let table = [
            ("0", Some(0)),
            (" 12900 ", Some(12_900)),
            ("12,900", Some(12_900)),
            ("-1,234,567", Some(-1_234_567)),
            ("−5", Some(-5)),
            ("+5", Some(5)),
            ("9,007,199,254,740,991", Some(MAX_SAFE_INTEGER)),
            ("9007199254740992", None),
            ("99999999999999999999", None),
            ("1,5", None),
            ("1234,567", None),
            (",123", None),
            ("1,234,", None),
            ("1.5", None),
            ("1 000", None),
            ("--1", None),
            ("-", None),
            ("٣", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(integer("amount", text).ok(), expected, "{text:?}");
        }
        assert_eq!(optional_integer("amount", " ").ok(), Some(None));
    }

    #[test]
    fn a_large_number_is_shown_in_groups_that_are_read_back() {
        let table = [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (-1_000, "-1,000"),
            (-100, "-100"),
            (MAX_SAFE_INTEGER, "9,007,199,254,740,991"),
        ];
        for (value, text) in table {
            assert_eq!(grouped(value), text);
            assert_eq!(integer("amount", text).ok(), Some(value));
        }
    }
}
