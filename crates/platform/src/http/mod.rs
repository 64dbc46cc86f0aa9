//! Platforms that take messages over HTTP: one POST a message.

mod addresses;
mod answer;
mod connector;
mod fault;
mod pool;
mod stream;
mod tls;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT};
use http::uri::{Authority, PathAndQuery};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use http_body_util::Full;
use tokio::time::{Instant, timeout_at};

use crate::client::{Client, Delivery};
use crate::excerpt::Redaction;
use crate::message::{self, Message};
use crate::outcome::{Failure, FailureKind, Outcome};
use crate::secret::Secret;
use crate::settings::{HttpTarget, PlatformSettings, SettingsError};
use crate::signature::{ID_HEADER, SIGNATURE_HEADER, Signable, TIMESTAMP_HEADER};
use connector::Connector;
use pool::Pool;

/// What the server is told of who sends.
const AGENT: &str = concat!("jumun/", env!("CARGO_PKG_VERSION"));

/// Posts each message as a CloudEvent of its own, signed by Standard Webhooks
/// when there is a secret, over connections that are kept.
pub(crate) struct HttpClient {
    pool: Pool,
    /// Path and query.
    uri: Uri,
    /// What every message is sent with.
    headers: HeaderMap,
    secrets: Vec<Secret>,
    /// What no excerpt of an answer may hold.
    redaction: Redaction,
    timeout: Duration,
}

/// Connects as for a message, and sends none.
pub(crate) async fn reach(settings: &PlatformSettings, target: &HttpTarget) -> Result<(), String> {
    let connector = Connector::new(settings, target).map_err(|error| error.to_string())?;
    let connected = connector.connect().await;
    connected.map(drop).map_err(|fault| fault.to_string())
}

impl HttpClient {
    /// Reads the root certificates for an `https://` URL; connects to nothing yet.
    pub(crate) fn new(
        settings: &PlatformSettings,
        target: &HttpTarget,
    ) -> Result<Self, SettingsError> {
        let connector = Connector::new(settings, target)?;
        let pool = Pool::new(connector, settings.max_in_flight.get());
        let bad = |error: &dyn std::fmt::Display| SettingsError::BadUrl {
            reason: error.to_string(),
        };
        let authority = target.uri.authority().map_or("", Authority::as_str);
        let host = HeaderValue::try_from(authority).map_err(|error| bad(&error))?;
        let path = target.uri.path_and_query().cloned();
        let path = path.unwrap_or_else(|| PathAndQuery::from_static("/"));
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host);
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
            uri: Uri::from(path),
            headers,
            secrets: settings.secrets.clone(),
            redaction: Redaction::of(target),
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
            Ok(Ok((answer, used))) => {
                let outcome = answer::judge(answer, deadline, &self.redaction).await;
                self.pool.give_back(used);
                outcome
            }
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
