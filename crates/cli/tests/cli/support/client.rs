//! What a test asks of a server.

use reqwest::Method;
use serde_json::{Value, json};

/// A client of one server.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// An answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) replayed: bool,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("an answer in JSON")
    }
}

impl Client {
    pub(crate) fn new(base: &str) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        Self {
            http,
            base: base.to_owned(),
            token: None,
        }
    }

    /// The same, with a token on every request.
    pub(crate) fn bearing(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None, None)
            .await
            .expect("an answer")
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, None, Some(&body))
            .await
            .expect("an answer")
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, None, Some(&body))
            .await
            .expect("an answer")
    }

    /// A request whose answer may be lost.
    pub(crate) async fn try_post(
        &self,
        path: &str,
        key: &str,
        body: &Value,
    ) -> reqwest::Result<Reply> {
        self.send(Method::POST, path, Some(key), Some(body)).await
    }

    /// A user with this balance.
    pub(crate) async fn user(&self, id: u64, balance: u64) {
        assert_eq!(
            self.put(&format!("/users/{id}"), json!({})).await.status,
            201
        );
        let path = format!("/users/{id}/balance/charges");
        assert_eq!(
            self.post(&path, json!({"amount": balance})).await.status,
            201
        );
    }

    /// A product with this price and stock.
    pub(crate) async fn product(&self, id: u64, price: u64, stock: u64) {
        let body = json!({"name": format!("Product {id}"), "price": price, "stock": stock});
        assert_eq!(self.put(&format!("/products/{id}"), body).await.status, 201);
    }

    /// An order of one piece.
    pub(crate) async fn order(&self, user: u64, product: u64) -> Reply {
        self.post("/orders", one_piece(user, product)).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> reqwest::Result<Reply> {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let replayed = response.headers().get("idempotent-replayed").is_some();
        Ok(Reply {
            status,
            replayed,
            text: response.text().await?,
        })
    }
}

/// The body of an order of one piece.
pub(crate) fn one_piece(user: u64, product: u64) -> Value {
    json!({"userId": user, "items": [{"productId": product, "quantity": 1}]})
}
