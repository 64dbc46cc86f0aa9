//! A data platform of the demonstration's own, as somebody would write one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jumun_platform::{PlatformSettings, Secret};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::receipts::Receipts;
use super::stage::cannot;
use crate::failure::Failure;

/// Under which the shop knows it.
const NAME: &str = "demo";

/// How long the last events may take when the shop is closed: far longer than
/// deliveries on one machine do.
const LAST_EVENTS_DEADLINE: Duration = Duration::from_secs(5);

/// How often it is looked whether they have come.
const LOOK_PERIOD: Duration = Duration::from_millis(10);

/// Takes events over HTTP on a free port of this machine.
pub(super) struct Receiver {
    receipts: Arc<Receipts>,
    settings: PlatformSettings,
}

impl Receiver {
    /// Begins to listen, with a secret that nobody else knows. Lives as long as
    /// the runtime.
    ///
    /// # Errors
    ///
    /// When no port is to be had.
    pub(super) async fn start() -> Result<Self, Failure> {
        let secret: Secret = fresh_secret().parse().map_err(|error| cannot(&error))?;
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .map_err(|error| cannot(&error))?;
        let address = listener.local_addr().map_err(|error| cannot(&error))?;
        let mut settings = PlatformSettings::new(&format!("http://{address}/events"))
            .map_err(|error| cannot(&error))?;
        settings.name = NAME.to_owned();
        settings.allow_private_addresses = true;
        settings.secrets = vec![secret.clone()];
        let receipts = Arc::new(Receipts::new(secret));
        let taking = receipts.clone();
        let take =
            move |headers: HeaderMap, body: Bytes| async move { taking.take(&headers, &body) };
        let router = Router::new().route("/events", post(take));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { receipts, settings })
    }

    /// As a server is to be told of it.
    pub(super) fn settings(&self) -> PlatformSettings {
        self.settings.clone()
    }

    /// What has come.
    pub(super) fn receipts(&self) -> &Receipts {
        &self.receipts
    }

    /// Waits a while until so many events have come.
    pub(super) async fn wait_for(&self, events: u64) {
        let deadline = Instant::now() + LAST_EVENTS_DEADLINE;
        while self.receipts.count() < events && Instant::now() < deadline {
            tokio::time::sleep(LOOK_PERIOD).await;
        }
    }
}

/// A secret of 32 bytes, all but a few of them random.
fn fresh_secret() -> String {
    let key = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
    format!("whsec_{}", BASE64.encode(key))
}
