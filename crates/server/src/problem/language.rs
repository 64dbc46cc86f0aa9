//! Which language a person reads (RFC 9110, section 12.5.4).

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

/// A language that titles, details and pages are written in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Language {
    /// English, the default.
    #[default]
    English,
    /// Korean.
    Korean,
}

/// The parts of `Accept-Language` that are looked at, so that a hostile header costs little.
const MAX_RANGES: usize = 32;

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::Korean];

    /// The language tag (RFC 5646).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }

    /// The language of this tag.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// Its own name for itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Korean => "한국어",
        }
    }

    /// The language that the request prefers: the greatest weight wins, of
    /// equal weights the earlier. English where nothing we have is asked for.
    pub fn preferred(headers: &HeaderMap) -> Self {
        let mut best = (0, Self::English);
        let values = headers
            .get_all(ACCEPT_LANGUAGE)
            .iter()
            .filter_map(|value| value.to_str().ok());
        for range in values.flat_map(|value| value.split(',')).take(MAX_RANGES) {
            let (range, weight) = weighted(range);
            let primary = range.split('-').next().unwrap_or_default();
            let language = match primary {
                "*" => Self::English,
                _ if primary.eq_ignore_ascii_case("en") => Self::English,
                _ if primary.eq_ignore_ascii_case("ko") => Self::Korean,
                _ => continue,
            };
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }
}

/// Splits `value;q=0.5` into its value and its weight in thousandths; a weight
/// that cannot be read counts as none at all.
pub(crate) fn weighted(element: &str) -> (&str, u16) {
    let mut parts = element.split(';');
    let value = parts.next().unwrap_or_default().trim();
    let weight = parts.map(str::trim).find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("q")
            .then(|| thousandths(value.trim()))
    });
    (value, weight.unwrap_or(1000))
}

fn thousandths(text: &str) -> u16 {
    let weight: f32 = text.parse().unwrap_or(0.0);
    // The cast saturates, and NaN becomes 0.
    (weight.clamp(0.0, 1.0) * 1000.0) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_with_the_greatest_weight_wins_and_english_is_the_default() {
        let table = [
            ("", Language::English),
            ("ko", Language::Korean),
            ("KO-kr", Language::Korean),
            ("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", Language::Korean),
            ("en-US,en;q=0.9,ko;q=0.8", Language::English),
            ("fr,ko;q=0.5", Language::Korean),
            ("fr", Language::English),
            ("en;q=0.1,ko;q=0.2", Language::Korean),
            ("ko;q=0", Language::English),
            ("*,ko;q=0.5", Language::English),
            ("ko;q=x", Language::English),
            ("ko;q=9", Language::Korean),
            (",,;;=", Language::English),
        ];
        for (value, expected) in table {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, value.parse().unwrap());
            assert_eq!(Language::preferred(&headers), expected, "{value:?}");
        }
    }
}
