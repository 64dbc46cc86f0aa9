//! What is said of the data platform at the end.

use std::fmt::Write as _;

use super::super::receipts::Received;
use super::{Language, grouped, millis};

impl Language {
    /// What the data platform has of so many events.
    pub(in crate::commands::demo) fn told(self, events: u64, received: &Received) -> String {
        let (told, lag) = (grouped(received.events), millis(received.lag_p99));
        let events_there = grouped(events);
        let mut line = match self {
            Self::English => {
                format!("data platform: {events_there} events of orders, {told} received")
            }
            Self::Korean => {
                format!("데이터 플랫폼: 주문 이벤트 {events_there}건, 수신 {told}건")
            }
        };
        if received.is_as_promised(events) {
            line.push_str(self.choose(
                ", all signatures good, each user's in order",
                ", 서명 모두 정상, 사용자별 순서 정상",
            ));
        }
        let others = [
            (
                received.forged,
                self.choose("wrong signatures:", "잘못된 서명:"),
            ),
            (
                received.unreadable,
                self.choose("unreadable:", "읽을 수 없음:"),
            ),
            (
                received.out_of_order,
                self.choose("out of order:", "순서 어긋남:"),
            ),
            (
                received.repeated,
                self.choose("received again:", "다시 수신:"),
            ),
        ];
        for (count, what) in others.into_iter().filter(|(count, _)| *count > 0) {
            // Writing to a string cannot fail.
            let _ = write!(line, "; {what} {}", grouped(count));
        }
        let _ = write!(line, "; {} {lag}", self.choose("lag p99", "지연 p99"));
        line
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_the_data_platform_lacks_or_has_wrongly_is_told_with_its_count() {
        let good = Received {
            events: 1_250,
            lag_p99: Duration::from_millis(3),
            ..Received::default()
        };
        let bad = Received {
            events: 7,
            forged: 1,
            unreadable: 2,
            out_of_order: 3,
            repeated: 4,
            ..good
        };
        let table = [
            (
                Language::English,
                good,
                "data platform: 1,250 events of orders, 1,250 received, all signatures good, \
                 each user's in order; lag p99 3.0 ms",
            ),
            (
                Language::Korean,
                good,
                "데이터 플랫폼: 주문 이벤트 1,250건, 수신 1,250건, 서명 모두 정상, \
                 사용자별 순서 정상; 지연 p99 3.0 ms",
            ),
            (
                Language::English,
                bad,
                "data platform: 1,250 events of orders, 7 received; wrong signatures: 1; \
                 unreadable: 2; out of order: 3; received again: 4; lag p99 3.0 ms",
            ),
        ];
        for (language, received, expected) in table {
            assert_eq!(language.told(1_250, &received), expected);
        }
    }
}
