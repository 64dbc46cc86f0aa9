//! Platforms that take messages over HTTP: one POST a message.

mod addresses;
mod answer;
mod connector;
mod fault;
mod stream;
mod tls;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use http_body_util::Full;
use hyper_util::client::legacy::Client as Pool;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::{Instant, timeout_at};

use crate::client::{Client, Delivery};
use crate::message::{self, Message};
use crate::outcome::{Failure, FailureKind, Outcome};
use crate::secret::Secret;
use crate::settings::{HttpTarget, PlatformSettings, SettingsError};
use crate::signature::{ID_HEADER, SIGNATURE_HEADER, Signable, TIMESTAMP_HEADER};
use connector::Connector;

/// How long a connection that is not used is kept: shorter than the five
/// seconds after which many servers close theirs, which a message that is just
/// being sent could meet.
const KEEP_IDLE: Duration = Duration::from_secs(4);

/// The most bytes of an answer's head: a server that sends more is broken, and
/// each connection may hold as much.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// What the server is told of who sends.
const AGENT: &str = concat!("jumun/", env!("CARGO_PKG_VERSION"));

/// Posts each message as a CloudEvent of its own, signed by Standard Webhooks
/// when there is a secret, over connections that are kept.
pub(crate) struct HttpClient {
    pool: Pool<Connector, Full<Bytes>>,
    uri: Uri,
    /// What every message is sent with.
    headers: HeaderMap,
    secrets: Vec<Secret>,
    timeout: Duration,
}

impl HttpClient {
    /// Reads the root certificates for an `https://` URL; connects to nothing yet.
    pub(crate) fn new(
        settings: &PlatformSettings,
        target: &HttpTarget,
    ) -> Result<Self, SettingsError> {
        let connector = Connector::new(settings, target)?;
        let pool = Pool::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(KEEP_IDLE)
            .pool_max_idle_per_host(settings.max_in_flight.get())
            .http1_max_buf_size(MAX_HEAD_BYTES)
            .build(connector);
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static(message::CONTENT_TYPE),
        );
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        if let Some(authorization) = &target.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        Ok(Self {
            pool,
            uri: target.uri.clone(),
            headers,
            secrets: settings.secrets.clone(),
            timeout: settings.timeout,
        })
    }

    fn request(&self, message: &Message) -> Result<Request<Full<Bytes>>, http::Error> {
        let mut request = Request::new(Full::new(message.body.clone()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        if !self.secrets.is_empty() {
            let id = message.id.to_string();
            let signable = Signable {
                id: &id,
                timestamp_s: now_s(),
                body: &message.body,
            };
            let signature = signable.sign(&self.secrets);
            let headers = request.headers_mut();
            headers.insert(TIMESTAMP_HEADER, HeaderValue::from(signable.timestamp_s));
            headers.insert(SIGNATURE_HEADER, HeaderValue::try_from(signature)?);
            headers.insert(ID_HEADER, HeaderValue::try_from(id)?);
        }
        Ok(request)
    }

    async fn attempt(&self, message: &Message) -> Outcome {
        let deadline = Instant::now() + self.timeout;
        let request = match self.request(message) {
            Ok(request) => request,
            Err(error) => return Failure::new(FailureKind::Other, error.to_string()).into(),
        };
        match timeout_at(deadline, self.pool.request(request)).await {
            Ok(Ok(answer)) => answer::judge(answer, deadline).await,
            Ok(Err(error)) => fault::explain(&error).into(),
            Err(_) => Failure::timeout(self.timeout).into(),
        }
    }
}

#[async_trait]
impl Client for HttpClient {
    async fn send(&self, message: &Message) -> Delivery {
        let begun = std::time::Instant::now();
        Delivery::ended(begun, self.attempt(message).await)
    }
}

/// Seconds since 1970, by this machine's clock.
fn now_s() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
