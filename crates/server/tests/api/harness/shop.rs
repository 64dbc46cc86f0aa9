//! A real server on a free port, and the requests that tests make.

use std::sync::Arc;
use std::time::Duration;

use jumun_server::{AuthMode, Config, Rates, install_metrics, run};
use jumun_store::Store;
use jumun_store::access::Access;
use jumun_store::delivery::Outbox;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::{Data, Engine, Reply, Sides, admin, send, token};

/// A shop that a test has to itself.
pub(crate) struct Shop {
    pub(crate) address: String,
    /// For a dispatcher by hand.
    pub(crate) outbox: Arc<dyn Outbox>,
    /// For tokens that a test makes behind the server's back.
    pub(crate) access: Arc<dyn Access>,
    /// The token that requests carry.
    bearer: Option<String>,
    client: Client,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<std::io::Result<()>>,
    /// Goes with the shop, unless the test keeps it.
    _data: Option<Data>,
}

impl Shop {
    /// A shop with the default settings.
    pub(crate) async fn open(engine: Engine) -> Self {
        Self::open_with(engine, Config::default()).await
    }

    pub(crate) async fn open_with(engine: Engine, config: Config) -> Self {
        Self::open_over(engine, config, |store| store).await
    }

    /// A shop that asks for tokens, and whose requests carry an operator's.
    pub(crate) async fn open_guarded(engine: Engine) -> Self {
        Self::open_guarded_with(engine, Rates::NONE).await
    }

    /// The same with limits.
    pub(crate) async fn open_guarded_with(engine: Engine, rates: Rates) -> Self {
        let config = Config {
            auth: AuthMode::Token,
            rates,
            ..Config::default()
        };
        let mut shop = Self::open_with(engine, config).await;
        shop.bearer = Some(token(&*shop.access, admin(), None).await.reveal());
        shop
    }

    /// A shop whose store is `wrap` of a real one.
    pub(crate) async fn open_over(
        engine: Engine,
        config: Config,
        wrap: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>,
    ) -> Self {
        let data = Data::new(engine);
        let mut sides = data.open().await;
        sides.services.store = wrap(sides.services.store);
        Self {
            _data: Some(data),
            ..Self::serve(config, sides).await
        }
    }

    /// A server over an engine whose data the test keeps.
    pub(crate) async fn serve(config: Config, sides: Sides) -> Self {
        let Sides { services, outbox } = sides;
        let access = services.access.clone();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move {
            let _ = stopped.await;
        };
        let server = tokio::spawn(async move {
            let store = services.store.clone();
            let outcome = run(listener, config, services, install_metrics(), shutdown).await;
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
            outbox,
            access,
            bearer: None,
            client,
            stop: Some(stop),
            server,
            _data: None,
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.anonymous(method, path);
        match &self.bearer {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// A request that carries no token.
    pub(crate) fn anonymous(&self, method: Method, path: &str) -> RequestBuilder {
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

    /// A POST without a body.
    pub(crate) async fn post_nothing(&self, path: &str) -> Reply {
        send(self.request(Method::POST, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        send(self.request(Method::DELETE, path)).await
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

    /// Waits until a server that was told to stop has closed its listener, before
    /// which it has told every connection to close.
    pub(crate) async fn lets_nobody_in(&self) {
        let closed = async {
            while TcpStream::connect(&self.address).await.is_ok() {
                sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(Duration::from_secs(10), closed)
            .await
            .expect("the listener was not closed");
    }
}
