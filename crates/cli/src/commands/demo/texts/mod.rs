//! What the demonstration says, in English and in Korean.

mod received;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use super::catalogue::PASTED_PRODUCT;
use super::receipts::Received;
use super::tally::{Counts, Pace};

/// The user of the lines to paste; no shopper has this id.
const PASTED_USER: i64 = 1000;

/// The language of the person at the terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Language {
    English,
    Korean,
}

impl Language {
    /// As the environment says: `LC_ALL` before `LC_MESSAGES` before `LANG`.
    pub(super) fn of_environment() -> Self {
        let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
        let locale = names
            .iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty());
        Self::of_locale(locale.as_deref())
    }

    fn of_locale(locale: Option<&str>) -> Self {
        let language = locale.and_then(|locale| locale.split(['_', '.', '-', '@']).next());
        if language == Some("ko") {
            Self::Korean
        } else {
            Self::English
        }
    }

    fn choose(self, english: &'static str, korean: &'static str) -> &'static str {
        match self {
            Self::English => english,
            Self::Korean => korean,
        }
    }

    /// The address that was asked for is taken.
    pub(super) fn taken(self, address: &str) -> String {
        match self {
            Self::English => format!("{address} is taken; using a free port instead"),
            Self::Korean => format!("{address}은(는) 이미 사용 중이어서 빈 포트를 씁니다"),
        }
    }

    /// While the shop is being filled.
    pub(super) fn opening(self) -> &'static str {
        self.choose("filling the shop …", "가게를 준비하고 있습니다 …")
    }

    /// What to open and what to paste.
    pub(super) fn welcome(self, base: &str) -> String {
        let head = self.choose(
            "A shop on a throw-away database. Shoppers are placing orders. Open:",
            "임시 데이터베이스 위의 가게입니다. 손님들이 주문하고 있습니다. 열어 보세요:",
        );
        let pages = [
            (
                "/docs",
                self.choose("the reference of the API", "API 설명서"),
            ),
            (
                "/products",
                self.choose("what is on the shelf", "상품 목록"),
            ),
            (
                "/products/popular",
                self.choose("the best sellers", "인기 상품"),
            ),
            (
                "/events?after=0",
                self.choose("the events for data platforms", "데이터 플랫폼 이벤트"),
            ),
            (
                "/platforms",
                self.choose(
                    "what the data platform here has",
                    "이 데이터 플랫폼의 수신 현황",
                ),
            ),
            (
                "/metrics",
                self.choose("metrics for Prometheus", "Prometheus 지표"),
            ),
        ];
        let mut text = format!("{head}\n\n");
        for (path, what) in pages {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {:<46} {what}", format!("{base}{path}"));
        }
        let paste = self.choose(
            "Paste these to become a customer, pay money in, and order (the same key again gives the same answer):",
            "아래를 붙여 넣으면 회원이 되어 잔액을 충전하고 주문합니다 (같은 키로 다시 보내면 같은 답이 옵니다):",
        );
        let user = self.choose("You", "나");
        let _ = write!(
            text,
            "\n{paste}\n\n  \
             curl -X PUT {base}/users/{PASTED_USER} --json '{{\"name\":\"{user}\"}}'\n  \
             curl {base}/users/{PASTED_USER}/balance/charges -H 'Idempotency-Key: my-charge-1' --json '{{\"amount\":100000}}'\n  \
             curl -i {base}/orders -H 'Idempotency-Key: my-order-1' --json '{{\"userId\":{PASTED_USER},\"items\":[{{\"productId\":{PASTED_PRODUCT},\"quantity\":2}}]}}'\n\n{}",
            self.choose("Ctrl-C ends it.", "Ctrl-C를 누르면 끝납니다."),
        );
        text
    }

    /// One line on how it is going.
    pub(super) fn progress(self, counts: &Counts, pace: &Pace, received: &Received) -> String {
        let (events, lag) = (grouped(received.events), millis(received.lag_p99));
        let line = self.line(counts, pace);
        match self {
            Self::English => format!("{line}; {events} events received, lag p99 {lag}"),
            Self::Korean => format!("{line}; 이벤트 {events}건 수신, 지연 p99 {lag}"),
        }
    }

    fn line(self, counts: &Counts, pace: &Pace) -> String {
        let (orders, per_second) = (grouped(counts.paid), pace.orders_per_second);
        let (p50, p99) = (millis(pace.p50), millis(pace.p99));
        let mut line = match self {
            Self::English => {
                format!("{orders} orders, {per_second:.1}/s, p50 {p50}, p99 {p99}")
            }
            Self::Korean => {
                format!("주문 {orders}건, 초당 {per_second:.1}건, p50 {p50}, p99 {p99}")
            }
        };
        if !counts.rejected.is_empty() {
            let _ = write!(line, "; {} ", self.choose("rejected:", "거절:"));
            line.push_str(&self.rejections(&counts.rejected));
        }
        if counts.failed > 0 {
            let _ = write!(
                line,
                "; {} {}",
                self.choose("failed:", "실패:"),
                counts.failed
            );
        }
        line
    }

    /// What it came to.
    pub(super) fn summary(self, counts: &Counts, elapsed: Duration) -> String {
        let line = self.line(counts, &counts.overall(elapsed));
        let (seconds, cancelled, coupons) = (elapsed.as_secs(), counts.cancelled, counts.coupons);
        match self {
            Self::English => {
                format!("{seconds} s: {line}; {cancelled} cancelled, {coupons} coupons taken")
            }
            Self::Korean => format!("{seconds}초: {line}; 취소 {cancelled}건, 쿠폰 {coupons}장"),
        }
    }

    /// Between the end and the audit.
    pub(super) fn auditing(self) -> &'static str {
        self.choose(
            "ending; checking the books …",
            "끝내면서 장부를 확인합니다 …",
        )
    }

    /// The audit found nothing.
    pub(super) fn clean(self, checked: u64) -> String {
        let checked = grouped(checked);
        match self {
            Self::English => format!("audit: {checked} checks, and the books balance"),
            Self::Korean => format!("감사: {checked}건을 확인했고 장부가 맞습니다"),
        }
    }

    fn rejections(self, rejected: &BTreeMap<String, u64>) -> String {
        let named: Vec<String> = rejected
            .iter()
            .map(|(code, count)| format!("{} {}", self.rejection(code), grouped(*count)))
            .collect();
        named.join(", ")
    }

    fn rejection(self, code: &str) -> String {
        match (self, code) {
            (Self::Korean, "out-of-stock") => "재고 부족".to_owned(),
            (Self::Korean, "insufficient-balance") => "잔액 부족".to_owned(),
            (Self::Korean, "invalid-coupon") => "쿠폰 오류".to_owned(),
            (Self::English, code) => code.replace('-', " "),
            (Self::Korean, code) => code.to_owned(),
        }
    }
}

fn millis(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1_000.0)
}

/// A count with commas between the thousands, as both languages write it.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_korean_when_the_locale_is() {
        let table = [
            (Some("ko_KR.UTF-8"), Language::Korean),
            (Some("ko"), Language::Korean),
            (Some("kok_IN"), Language::English),
            (Some("en_US.UTF-8"), Language::English),
            (Some("C"), Language::English),
            (None, Language::English),
        ];
        for (locale, expected) in table {
            assert_eq!(Language::of_locale(locale), expected, "{locale:?}");
        }
    }

    #[test]
    fn thousands_are_set_apart() {
        let table = [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ];
        for (number, expected) in table {
            assert_eq!(grouped(number), expected);
        }
    }
}
