//! A data platform of a test, over HTTP.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;

use super::DEADLINE;

/// How often a test looks whether something has come.
const LOOK_PERIOD: Duration = Duration::from_millis(5);

/// Takes events on a free port; answers with a status that can be changed.
pub(crate) struct Receiver {
    url: String,
    shared: Arc<Shared>,
}

struct Shared {
    received: Mutex<Vec<Received>>,
    status: AtomicU16,
}

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    /// A header that must be there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        let value = value.unwrap_or_else(|| panic!("no {name}: {:?}", self.headers));
        value.to_str().expect("text")
    }

    /// The event.
    pub(crate) fn event(&self) -> Value {
        serde_json::from_slice(&self.body).expect("an event in JSON")
    }

    /// The event's place.
    pub(crate) fn sequence(&self) -> u64 {
        let event = self.event();
        let text = event["sequence"].as_str().expect("a sequence");
        text.parse().expect("a number")
    }
}

impl Receiver {
    /// Begins to listen. Lives as long as the test's runtime.
    pub(crate) async fn start() -> Self {
        let shared = Arc::new(Shared {
            received: Mutex::default(),
            status: AtomicU16::new(204),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!(
            "http://{}/events",
            listener.local_addr().expect("an address")
        );
        let taking = shared.clone();
        let take = move |headers: HeaderMap, body: Bytes| async move {
            let status = taking.status.load(Ordering::SeqCst);
            let mut received = taking.received.lock().expect("no panic elsewhere");
            received.push(Received { headers, body });
            StatusCode::from_u16(status).expect("a status")
        };
        let router = Router::new().route("/events", post(take));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, shared }
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Answers with this status from now on.
    pub(crate) fn answer(&self, status: u16) {
        self.shared.status.store(status, Ordering::SeqCst);
    }

    /// All that has come.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.shared
            .received
            .lock()
            .expect("no panic elsewhere")
            .clone()
    }

    /// Waits until so many requests have come; all that have.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Received> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            let found = received.len();
            assert!(Instant::now() < deadline, "{found} of {count} have come");
            tokio::time::sleep(LOOK_PERIOD).await;
        }
    }
}
