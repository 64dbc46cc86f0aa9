//! What every page needs: the language, the place, and how figures are written.

use std::borrow::Borrow;
use std::convert::Infallible;
use std::fmt::Display;

use axum::extract::FromRequestParts;
use http::request::Parts;
use jumun_domain::{Money, Timestamp, Units};
use jumun_store::Currency;

use super::form::Form;
use super::number::grouped;
use crate::access::cookie;
use crate::problem::Language;

/// The cookie of who chose a language.
pub(super) const LANGUAGE_COOKIE: &str = "jumun_language";

/// The most characters of an address that links lead back to.
const MAX_ADDRESS_CHARS: usize = 500;

/// Digits of an id in a list: enough to tell a few hundred rows apart.
const SHORT_ID_DIGITS: usize = 8;

/// The frame of a page.
#[derive(Clone)]
pub(super) struct Frame {
    pub(super) language: Language,
    /// The address, to come back to.
    pub(super) here: String,
    /// Of all amounts; `None` where nobody has been let in.
    pub(super) currency: Option<Currency>,
    /// Whether there is a session to end.
    pub(super) has_session: bool,
    /// What was just done.
    done: String,
}

impl<S: Sync> FromRequestParts<S> for Frame {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

impl Frame {
    /// The frame of the page that was asked for, before anybody is let in.
    pub(super) fn of(parts: &Parts) -> Self {
        let chosen = cookie(&parts.headers, LANGUAGE_COOKIE).and_then(Language::from_tag);
        let query = parts.uri.query().unwrap_or_default();
        let here = parts.uri.path_and_query().map_or("", |it| it.as_str());
        Self {
            language: chosen.unwrap_or_else(|| Language::preferred(&parts.headers)),
            here: own_address(here).unwrap_or("/console").to_owned(),
            currency: None,
            has_session: false,
            done: Form::parse(query.as_bytes()).get("done").to_owned(),
        }
    }

    /// The same for who was let in.
    pub(super) fn inside(mut self, currency: Currency, has_session: bool) -> Self {
        self.currency = Some(currency);
        self.has_session = has_session;
        self
    }

    /// The text of the reader's language.
    pub(super) fn say<'a>(&self, english: &'a str, korean: &'a str) -> &'a str {
        match self.language {
            Language::English => english,
            Language::Korean => korean,
        }
    }

    /// The other language.
    pub(super) fn other(&self) -> Language {
        match self.language {
            Language::English => Language::Korean,
            Language::Korean => Language::English,
        }
    }

    /// Where the other language is chosen, for this page.
    pub(super) fn other_address(&self) -> String {
        let tag = self.other().tag();
        format!("/console/language?to={tag}&back={}", encoded(&self.here))
    }

    /// `page` where this is one of its addresses, for `aria-current`.
    pub(super) fn is_at(&self, path: &str) -> bool {
        let here = self.here.split('?').next().unwrap_or_default();
        match here.strip_prefix(path) {
            Some("") => true,
            Some(rest) => path != "/console" && rest.starts_with('/'),
            None => false,
        }
    }

    /// An amount, in groups.
    pub(super) fn money(&self, amount: &Money) -> String {
        grouped(amount.get())
    }

    /// Pieces, in groups.
    pub(super) fn units(&self, units: &Units) -> String {
        grouped(units.get())
    }

    /// A count, in groups.
    pub(super) fn count(&self, count: impl Borrow<u64>) -> String {
        grouped(*count.borrow())
    }

    /// The end of an id, where its beginning is a time like that of its
    /// neighbours; the page that it leads to has all of it.
    pub(super) fn short(&self, id: impl Display) -> String {
        let text = id.to_string();
        let start = text.len().saturating_sub(SHORT_ID_DIGITS);
        format!("…{}", text.get(start..).unwrap_or_default())
    }

    /// A time in UTC, to the second.
    pub(super) fn time(&self, time: &Timestamp) -> String {
        instant(*time).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// The same for programs, to the microsecond.
    pub(super) fn datetime(&self, time: &Timestamp) -> String {
        format!("{:.6}", instant(*time))
    }

    /// What was just done, where the address says so.
    pub(super) fn notice(&self) -> Option<&'static str> {
        let notice = |english, korean| Some(self.say(english, korean));
        match self.done.as_str() {
            "cancelled" => notice(
                "The order is cancelled and paid back.",
                "주문을 취소하고 환불했습니다.",
            ),
            "adjusted" => notice("The adjustment is made.", "조정했습니다."),
            "saved" => notice("The product is saved.", "상품을 저장했습니다."),
            "created" => notice("It is created.", "만들었습니다."),
            "paused" => notice(
                "Nothing more is sent, within seconds.",
                "몇 초 안에 전송이 멈춥니다.",
            ),
            "resumed" => notice("It goes on, within seconds.", "몇 초 안에 다시 보냅니다."),
            "replayed" => notice(
                "What failed is sent again, within seconds.",
                "실패한 이벤트를 몇 초 안에 다시 보냅니다.",
            ),
            "revoked" => notice(
                "The token is worth nothing from now on.",
                "토큰을 폐기했습니다.",
            ),
            "before" => notice(
                "This form was sent before; it had its effect then.",
                "이미 보낸 양식입니다. 그때 적용되었습니다.",
            ),
            "signed-out" => notice("You are signed out.", "로그아웃했습니다."),
            _ => None,
        }
    }
}

/// An address of the console itself, which alone is led to.
pub(super) fn own_address(text: &str) -> Option<&str> {
    let path = text.split('?').next().unwrap_or_default();
    let is_ours = path == "/console" || path.starts_with("/console/");
    let is_plain = text.bytes().all(|it| it.is_ascii_graphic() && it != b'\\');
    let leaves = path.split('/').any(|part| part == "..");
    let is_short = text.len() <= MAX_ADDRESS_CHARS;
    (is_ours && is_plain && is_short && !leaves && !path.contains("//")).then_some(text)
}

/// A part of an address.
pub(super) fn encoded(text: impl Display) -> String {
    form_urlencoded::byte_serialize(text.to_string().as_bytes())
        .collect::<String>()
        // The same in a query, and the only form in a path.
        .replace('+', "%20")
}

fn instant(time: Timestamp) -> jiff::Timestamp {
    // What an engine holds can be written; the epoch stands for what was tampered with.
    jiff::Timestamp::from_microsecond(time.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_out_of_the_console() {
        let long = format!("/console/{}", "a".repeat(MAX_ADDRESS_CHARS));
        let table = [
            ("/console", true),
            ("/console/orders?q=7&after=o1", true),
            ("/console?done=saved", true),
            ("", false),
            ("/", false),
            ("/consolex", false),
            ("/orders", false),
            ("//evil.example/console", false),
            ("https://evil.example/console", false),
            ("/console//evil.example", false),
            ("/console/../orders", false),
            ("/console/\\evil.example", false),
            ("/console/a\r\nset-cookie: a=b", false),
            ("/console/열쇠", false),
            (long.as_str(), false),
        ];
        for (text, is_own) in table {
            assert_eq!(own_address(text).is_some(), is_own, "{text:?}");
        }
    }

    #[test]
    fn a_part_of_an_address_is_one_part() {
        assert_eq!(
            encoded("https://a/b c?d&e+f"),
            "https%3A%2F%2Fa%2Fb%20c%3Fd%26e%2Bf"
        );
    }
}
