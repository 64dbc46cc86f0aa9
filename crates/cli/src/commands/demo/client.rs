//! The demonstration talks to its own server as anybody would: over HTTP.

use reqwest::{Method, StatusCode};
use serde_json::Value;
use uuid::Uuid;

/// A client of one server.
#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
}

/// What the server said.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Value,
}

impl Reply {
    /// The code of a problem.
    pub(super) fn code(&self) -> Option<&str> {
        self.body.get("code").and_then(Value::as_str)
    }

    /// A member that is text.
    pub(super) fn text(&self, member: &str) -> Option<String> {
        self.body
            .get(member)
            .and_then(Value::as_str)
            .map(str::to_owned)
    }
}

impl Client {
    /// A client of the server at `base`, such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    ///
    /// When the operating system has no resources for it.
    pub(super) fn new(base: String) -> reqwest::Result<Self> {
        // A proxy of the environment could not reach this machine's loopback.
        Ok(Self {
            http: reqwest::Client::builder().no_proxy().build()?,
            base,
        })
    }

    pub(super) async fn get(&self, path: &str) -> reqwest::Result<Reply> {
        self.send(Method::GET, path, None, None).await
    }

    pub(super) async fn put(&self, path: &str, body: Value) -> reqwest::Result<Reply> {
        self.send(Method::PUT, path, Some(body), None).await
    }

    /// A request with a key of its own.
    pub(super) async fn post(&self, path: &str, body: Value) -> reqwest::Result<Reply> {
        self.post_with_key(path, body, Uuid::now_v7()).await
    }

    /// A request with this key.
    pub(super) async fn post_with_key(
        &self,
        path: &str,
        body: Value,
        key: Uuid,
    ) -> reqwest::Result<Reply> {
        self.send(Method::POST, path, Some(body), Some(key)).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        key: Option<Uuid>,
    ) -> reqwest::Result<Reply> {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key.to_string());
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let status = response.status();
        let bytes = response.bytes().await?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Reply { status, body })
    }
}
