//! A client's own text in an answer.

use crate::masked::masked;

/// Characters of a client's own text that an answer quotes: enough to find it
/// again, and little enough that an answer stays short.
const MAX_QUOTED_CHARS: usize = 64;

/// The text, or its beginning and `…`, without the secret of a token in it.
pub(crate) fn quoted(text: &str) -> String {
    let text = masked(text);
    match text.char_indices().nth(MAX_QUOTED_CHARS) {
        None => text.into_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(quoted("가"), "가");
        assert_eq!(quoted(&"가".repeat(64)), "가".repeat(64));
        assert_eq!(quoted(&"가".repeat(65)), "가".repeat(64) + "…");
    }
}
