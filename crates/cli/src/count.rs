//! Numbers of things on the command line.

/// Reads a whole number from 1 to `MAX`.
///
/// # Errors
///
/// A sentence that shows the range.
pub(crate) fn up_to<const MAX: u64>(text: &str) -> Result<u64, String> {
    text.parse()
        .ok()
        .filter(|number| (1..=MAX).contains(number))
        .ok_or_else(|| format!("write a whole number from 1 to {MAX}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_a_whole_number_from_one_to_its_bound() {
        let table = [
            ("1", Some(1)),
            ("10", Some(10)),
            ("11", None),
            ("0", None),
            ("-1", None),
            ("1.5", None),
            ("ten", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(up_to::<10>(text).ok(), expected, "{text:?}");
        }
    }
}
