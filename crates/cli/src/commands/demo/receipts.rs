//! What the demonstration's data platform has received, and whether it is what
//! was promised: signed, in order for one user, and recognised when it comes
//! twice.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use hdrhistogram::Histogram;
use jiff::Timestamp;
use jumun_platform::Secret;
use jumun_platform::signature::{self, ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER};
use serde::Deserialize;

use super::tally::{histogram, quantile};

/// All that has come.
pub(super) struct Receipts {
    secrets: [Secret; 1],
    book: Mutex<Book>,
}

struct Book {
    /// The ids; some 50 bytes each, so that a day of it fits in memory.
    seen: HashSet<String>,
    newest_of_user: HashMap<String, u64>,
    received: Received,
    lags: Option<Histogram<u64>>,
    window_lags: Option<Histogram<u64>>,
}

/// What it comes to.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Received {
    /// Different events.
    pub(super) events: u64,
    /// Events that came again, which is allowed.
    pub(super) repeated: u64,
    /// Requests that were not signed as they should be.
    pub(super) forged: u64,
    /// Requests that were no event.
    pub(super) unreadable: u64,
    /// Events that came after a later one of the same user.
    pub(super) out_of_order: u64,
    /// How long after its order all but a hundredth of them came.
    pub(super) lag_p99: Duration,
}

/// What a receiver reads of an event.
#[derive(Deserialize)]
struct Event {
    id: String,
    time: String,
    sequence: String,
    partitionkey: String,
}

impl Receipts {
    /// Nothing yet; to be signed with this secret.
    pub(super) fn new(secret: Secret) -> Self {
        Self {
            secrets: [secret],
            book: Mutex::new(Book {
                seen: HashSet::new(),
                newest_of_user: HashMap::new(),
                received: Received::default(),
                lags: histogram(),
                window_lags: histogram(),
            }),
        }
    }

    /// Takes a request; the status to answer with.
    pub(super) fn take(&self, headers: &HeaderMap, body: &[u8]) -> StatusCode {
        let now = Timestamp::now();
        let is_signed = self.is_signed(headers, body, now);
        let mut book = self.lock();
        if !is_signed {
            book.received.forged += 1;
            return StatusCode::UNAUTHORIZED;
        }
        let event = serde_json::from_slice::<Event>(body).ok();
        match event.and_then(|event| book.note(event, now)) {
            Some(()) => StatusCode::NO_CONTENT,
            None => {
                book.received.unreadable += 1;
                StatusCode::BAD_REQUEST
            }
        }
    }

    /// How many different events have come.
    pub(super) fn count(&self) -> u64 {
        self.lock().received.events
    }

    /// The counts now, and the lag since the last look.
    pub(super) fn look(&self) -> Received {
        let mut book = self.lock();
        let lag_p99 = quantile(book.window_lags.as_ref(), 0.99);
        if let Some(lags) = &mut book.window_lags {
            lags.reset();
        }
        Received {
            lag_p99,
            ..book.received
        }
    }

    /// The counts and the lag over the whole run.
    pub(super) fn overall(&self) -> Received {
        let book = self.lock();
        Received {
            lag_p99: quantile(book.lags.as_ref(), 0.99),
            ..book.received
        }
    }

    fn is_signed(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> bool {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let (Some(id), Some(timestamp), Some(signature)) = (
            header(ID_HEADER),
            header(TIMESTAMP_HEADER),
            header(SIGNATURE_HEADER),
        ) else {
            return false;
        };
        let message = signature::Received {
            id,
            timestamp,
            signature,
            body,
        };
        let now_s = u64::try_from(now.as_second()).unwrap_or(0);
        message.verify(&self.secrets, now_s).is_ok()
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        // The book is whole after every statement, so a panic elsewhere does no harm.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    /// Takes in an event; `None` for one that cannot be read.
    fn note(&mut self, event: Event, now: Timestamp) -> Option<()> {
        let sequence: u64 = event.sequence.parse().ok()?;
        let time: Timestamp = event.time.parse().ok()?;
        if !self.seen.insert(event.id) {
            self.received.repeated += 1;
            return Some(());
        }
        self.received.events += 1;
        let newest = self.newest_of_user.entry(event.partitionkey).or_default();
        if sequence < *newest {
            self.received.out_of_order += 1;
        }
        *newest = sequence.max(*newest);
        let lag = now.as_microsecond() - time.as_microsecond();
        let lag = u64::try_from(lag).unwrap_or(0);
        let lags = [&mut self.lags, &mut self.window_lags];
        for histogram in lags.into_iter().flatten() {
            histogram.saturating_record(lag);
        }
        Some(())
    }
}

impl Received {
    /// Whether all is as promised, with so many events of orders.
    pub(super) fn is_as_promised(&self, events: u64) -> bool {
        self.events == events && self.forged + self.unreadable + self.out_of_order == 0
    }
}

#[cfg(test)]
mod tests {
    use jumun_platform::signature::Signable;

    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const OTHER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

    fn event(user: u64, sequence: u64) -> String {
        format!(
            r#"{{"id":"event-{sequence}","time":"2026-11-20T00:00:00.000000Z","sequence":"{sequence:020}","partitionkey":"{user}","data":{{}}}}"#
        )
    }

    /// What a request that is signed with this is answered with.
    fn send(receipts: &Receipts, secret: &str, body: &str) -> u16 {
        let now_s = u64::try_from(Timestamp::now().as_second()).unwrap();
        let signed = Signable {
            id: "some-id",
            timestamp_s: now_s,
            body: body.as_bytes(),
        };
        let mut headers = HeaderMap::new();
        headers.insert(ID_HEADER, "some-id".parse().unwrap());
        headers.insert(TIMESTAMP_HEADER, now_s.to_string().parse().unwrap());
        let signature = signed.sign(&[secret.parse().unwrap()]);
        headers.insert(SIGNATURE_HEADER, signature.parse().unwrap());
        receipts.take(&headers, body.as_bytes()).as_u16()
    }

    #[test]
    fn an_event_counts_once_and_whatever_is_not_as_promised_is_told_apart() {
        let receipts = Receipts::new(SECRET.parse().unwrap());
        assert_eq!(send(&receipts, SECRET, &event(1, 1)), 204);
        assert_eq!(send(&receipts, SECRET, &event(2, 3)), 204);
        assert_eq!(send(&receipts, SECRET, &event(1, 2)), 204);
        assert_eq!(send(&receipts, SECRET, &event(1, 1)), 204);
        let received = receipts.overall();
        assert_eq!((received.events, received.repeated), (3, 1));
        assert!(received.is_as_promised(3) && !received.is_as_promised(4));
        assert!(received.lag_p99 > Duration::ZERO);

        let table = [
            (SECRET, event(1, 5), 204, true),
            (SECRET, event(1, 4), 204, false),
            (OTHER, event(1, 6), 401, false),
            (SECRET, "{}".to_owned(), 400, false),
        ];
        for (secret, body, status, as_promised) in table {
            let receipts = Receipts::new(SECRET.parse().unwrap());
            assert_eq!(send(&receipts, SECRET, &event(1, 5)), 204);
            assert_eq!(send(&receipts, secret, &body), status, "{body}");
            let received = receipts.overall();
            let events = received.events;
            assert_eq!(received.is_as_promised(events), as_promised, "{body}");
        }
        let unsigned = receipts.take(&HeaderMap::new(), event(1, 7).as_bytes());
        assert_eq!(unsigned, StatusCode::UNAUTHORIZED);
    }
}
