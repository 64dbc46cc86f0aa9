//! A real server on a free port over a real database in a directory of its own.

use std::sync::Arc;

use jumun_server::{Config, install_metrics, run};
use jumun_store::Store;
use jumun_store_sqlite::{Options, SqliteStore};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A shop that a test has to itself.
pub(crate) struct Shop {
    pub(crate) address: String,
    pub(crate) client: Client,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<std::io::Result<()>>,
    _directory: tempfile::TempDir,
}

/// What the server answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Shop {
    /// A shop with the default settings.
    pub(crate) async fn open() -> Self {
        Self::open_with(Config::default()).await
    }

    pub(crate) async fn open_with(config: Config) -> Self {
        Self::open_over(config, |store| store).await
    }

    /// A shop whose store is `wrap` of a real one.
    pub(crate) async fn open_over(
        config: Config,
        wrap: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>,
    ) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&directory.path().join("shop.db"), &Options::default());
        let store = wrap(Arc::new(store.unwrap()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move {
            let _ = stopped.await;
        };
        let server = tokio::spawn(async move {
            let outcome = run(listener, config, store.clone(), install_metrics(), shutdown).await;
            store.close().await;
            outcome
        });
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            address,
            client,
            stop: Some(stop),
            server,
            _directory: directory,
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("http://{}{path}", self.address))
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        send(self.request(Method::PUT, path).json(&body)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        send(self.request(Method::POST, path).json(&body)).await
    }

    /// A POST with an idempotency key.
    pub(crate) async fn keyed(&self, key: &str, path: &str, body: Value) -> Reply {
        send(
            self.request(Method::POST, path)
                .header("idempotency-key", key)
                .json(&body),
        )
        .await
    }

    /// A POST whose body is these bytes, said to be JSON.
    pub(crate) async fn raw(&self, path: &str, body: impl Into<reqwest::Body>) -> Reply {
        let request = self
            .request(Method::POST, path)
            .header("content-type", "application/json");
        send(request.body(body)).await
    }

    /// A user with this balance.
    pub(crate) async fn user(&self, user_id: i64, balance: i64) {
        let name = json!({"name": format!("User {user_id}")});
        self.put(&format!("/users/{user_id}"), name)
            .await
            .expect(201);
        if balance > 0 {
            let path = format!("/users/{user_id}/balance/charges");
            self.post(&path, json!({"amount": balance}))
                .await
                .expect(201);
        }
    }

    /// A product at this price with this stock.
    pub(crate) async fn product(&self, product_id: i64, price: i64, stock: i64) {
        let name = format!("Product {product_id}");
        let body = json!({"name": name, "price": price, "stock": stock});
        self.put(&format!("/products/{product_id}"), body)
            .await
            .expect(201);
    }

    /// A campaign of `quantity` coupons of 1,000 off, valid over these times; its id.
    pub(crate) async fn campaign(
        &self,
        quantity: i64,
        valid: [&str; 2],
        minimum: Option<i64>,
    ) -> i64 {
        let body = json!({
            "name": "Opening week",
            "discount": {"type": "FIXED", "amount": 1000},
            "minimumSubtotal": minimum,
            "validFrom": valid[0],
            "validUntil": valid[1],
            "quantity": quantity,
        });
        self.post("/campaigns", body).await.expect(201).json()["campaignId"]
            .as_i64()
            .unwrap()
    }

    /// A coupon of the campaign for the user; its id.
    pub(crate) async fn coupon(&self, campaign_id: i64, user_id: i64) -> String {
        let path = format!("/campaigns/{campaign_id}/coupons");
        let reply = self
            .post(&path, json!({"userId": user_id}))
            .await
            .expect(201);
        reply.json()["couponId"].as_str().unwrap().to_owned()
    }

    /// Stops the server, and gives what it came to.
    pub(crate) async fn stop(mut self) -> std::io::Result<()> {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        self.server.await.unwrap()
    }

    /// Tells the server to stop, without waiting for it.
    pub(crate) fn begin_stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

/// Long past and far away, so that no test depends on today.
pub(crate) const ALWAYS: [&str; 2] = ["2000-01-01T00:00:00Z", "9000-01-01T00:00:00Z"];
/// The same as the API shows them.
pub(crate) const ALWAYS_SHOWN: [&str; 2] =
    ["2000-01-01T00:00:00.000000Z", "9000-01-01T00:00:00.000000Z"];
pub(crate) const OVER: [&str; 2] = ["2000-01-01T00:00:00Z", "2001-01-01T00:00:00Z"];
pub(crate) const TO_COME: [&str; 2] = ["8999-01-01T00:00:00Z", "9000-01-01T00:00:00Z"];

pub(crate) async fn send(request: RequestBuilder) -> Reply {
    let response = request.send().await.expect("the server answers");
    let (status, headers) = (response.status(), response.headers().clone());
    Reply {
        status,
        headers,
        text: response.text().await.expect("the answer arrives whole"),
    }
}

impl Reply {
    /// Itself, if it has this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The `code` of a problem, and its status.
    #[track_caller]
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{}",
            self.text
        );
        let body = self.json();
        let status = self.status.as_u16();
        assert_eq!(body["status"], json!(status));
        assert_eq!(
            body["type"],
            json!(format!("/problems/{}", body["code"].as_str().unwrap()))
        );
        (status, body["code"].as_str().unwrap().to_owned())
    }

    /// What a snapshot keeps: all but ids, times and what HTTP adds.
    pub(crate) fn snapshot(&self) -> Value {
        const KEPT: [&str; 8] = [
            "allow",
            "cache-control",
            "content-language",
            "content-type",
            "idempotent-replayed",
            "location",
            "retry-after",
            "vary",
        ];
        let kept = |name: &&str| Some((name.to_string(), json!(redacted(self.header(name)?))));
        let headers: serde_json::Map<_, _> = KEPT.iter().filter_map(kept).collect();
        json!({
            "status": self.status.as_u16(),
            "headers": headers,
            "body": without_ids(self.json()),
        })
    }
}

fn without_ids(value: Value) -> Value {
    match value {
        Value::String(text) => json!(redacted(&text)),
        Value::Array(items) => items.into_iter().map(without_ids).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, without_ids(value)))
            .collect(),
        other => other,
    }
}

/// The text without UUIDs, times, cursors and trace ids of this run.
fn redacted(text: &str) -> String {
    if text.len() >= 20 && text.as_bytes()[4] == b'-' && text.ends_with('Z') && text.contains('T') {
        let of_this_run = !ALWAYS_SHOWN.contains(&text);
        return if of_this_run {
            "[time]".to_owned()
        } else {
            text.to_owned()
        };
    }
    if text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return "[hex]".to_owned();
    }
    let mut words = Vec::new();
    for word in text.split_inclusive([' ', '/', '`', ':', '.']) {
        let bare = word.trim_end_matches([' ', '/', '`', ':', '.']);
        let uuid = bare.len() == 36 && bare.bytes().filter(|byte| *byte == b'-').count() == 4;
        match bare.get(..36).filter(|head| !uuid && is_uuid(head)) {
            Some(head) => words.push(word.replace(head, "[id]")),
            None if uuid && is_uuid(bare) => words.push(word.replace(bare, "[id]")),
            None => words.push(word.to_owned()),
        }
    }
    words.concat()
}

fn is_uuid(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        && text.contains('-')
}
