//! Text within SVG.

/// The text with what XML would take for markup escaped, and without the
/// characters that it may not have.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ if character.is_control() => escaped.push(' '),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// A number of an axis: thousands apart, and no digits that say nothing.
pub(super) fn number(value: f64, step: f64) -> String {
    // A hair more, so that a tenth needs one digit.
    let digits = -(step * (1.0 + 1e-9)).log10().floor();
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between the bounds"
    )]
    let decimals = digits.clamp(0.0, 9.0) as usize;
    let text = format!("{value:.decimals$}");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if rest.is_empty() {
        grouped
    } else {
        format!("{grouped}.{rest}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_text_is_escaped() {
        assert_eq!(
            escape("<a href=\"x\">&\u{1}"),
            "&lt;a href=&quot;x&quot;&gt;&amp; "
        );
    }

    #[test]
    fn numbers_are_grouped_and_as_exact_as_their_steps() {
        let table = [
            (0.0, 1.0, "0"),
            (999.0, 1.0, "999"),
            (25_000.0, 5_000.0, "25,000"),
            (1_000_000.0, 1.0, "1,000,000"),
            (2.5, 0.5, "2.5"),
            (0.05, 0.05, "0.05"),
            (0.1, 0.1, "0.1"),
            (0.001, 0.001, "0.001"),
        ];
        for (value, step, expected) in table {
            assert_eq!(number(value, step), expected);
        }
    }
}
