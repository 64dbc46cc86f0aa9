//! As much of an answer or an error as is worth keeping.

mod redaction;

pub(crate) use redaction::Redaction;

/// The most bytes of an excerpt: enough for the sentence that says why, and
/// little enough to store with every failed attempt.
pub const MAX_EXCERPT_BYTES: usize = 1024;

/// The beginning of `text` on one line: what cannot be printed is replaced, and
/// no character is cut in two.
pub(crate) fn excerpt(text: &[u8]) -> String {
    // Any character that these bytes leave incomplete is beyond the limit.
    let text = &text[..text.len().min(MAX_EXCERPT_BYTES)];
    let mut kept = String::with_capacity(text.len());
    for character in String::from_utf8_lossy(text).trim().chars() {
        let character = match character {
            control if control.is_control() => ' ',
            other => other,
        };
        if kept.len() + character.len_utf8() > MAX_EXCERPT_BYTES {
            break;
        }
        kept.push(character);
    }
    kept.trim_end().to_owned()
}

/// An error and what caused it, as one excerpt.
pub(crate) fn excerpt_of(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    for cause in causes(error).skip(1) {
        let said = cause.to_string();
        // Some libraries repeat their cause.
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
    }
    excerpt(text.as_bytes())
}

/// An error, what caused it, and so on.
pub(crate) fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_printable_line_within_its_limit() {
        let check = |text: &[u8], expected: &str| assert_eq!(excerpt(text), expected);
        check(b"", "");
        check(b"  gone \r\n", "gone");
        check(b"one\ntwo\x1b[0m\0", "one two [0m");
        check("재고 부족".as_bytes(), "재고 부족");
        check(b"\xff\xfe", "\u{fffd}\u{fffd}");
        check(&[b'x'; 5000], &"x".repeat(MAX_EXCERPT_BYTES));
        // Each of these bytes becomes three.
        check(&[0xff; 5000], &"\u{fffd}".repeat(MAX_EXCERPT_BYTES / 3));
    }

    #[test]
    fn a_character_that_the_limit_cuts_is_left_out_or_marked() {
        let text = "가".repeat(MAX_EXCERPT_BYTES);
        let kept = excerpt(text.as_bytes());
        assert!(kept.len() <= MAX_EXCERPT_BYTES, "{} bytes", kept.len());
        assert!(kept.trim_end_matches('\u{fffd}').chars().all(|c| c == '가'));
    }

    #[test]
    fn an_error_is_told_with_its_causes_once_each() {
        #[derive(Debug, thiserror::Error)]
        #[error("not sent")]
        struct Outer(#[source] Middle);
        #[derive(Debug, thiserror::Error)]
        #[error("no way there")]
        struct Middle(#[source] std::io::Error);

        let error = Outer(Middle(std::io::Error::other("no way")));
        assert_eq!(excerpt_of(&error), "not sent: no way there");
        let error = Outer(Middle(std::io::Error::other("cable out")));
        assert_eq!(excerpt_of(&error), "not sent: no way there: cable out");
    }
}
