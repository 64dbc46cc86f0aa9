//! A shop whose orders are to be told of.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use jumun_domain::{
    Answer, Charge, Command, Decision, PlaceOrder, ProductId, PutProduct, RegisterUser, Request,
    UserId,
};
use jumun_platform::dispatch::{Clock, Dispatchers, Means, SystemClock};
use jumun_platform::{PlatformSettings, Secret};
use jumun_store::delivery::{Outbox, PlatformView, Platforms};
use jumun_store::{NumberedEvent, Store};
use jumun_store_sqlite::{Options, SqlitePlatforms, SqliteStore};
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::taken::Taken;
use crate::support::eventually;

/// The secret that events are signed with.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A shop in a file of its own.
pub(crate) struct Shop {
    folder: TempDir,
    pub(crate) store: Arc<SqliteStore>,
    clock: Arc<dyn Clock>,
}

impl Shop {
    /// With this many users, who have money enough.
    pub(crate) async fn open(users: i64) -> Self {
        Self::with_clock(users, Arc::new(SystemClock)).await
    }

    pub(crate) async fn with_clock(users: i64, clock: Arc<dyn Clock>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path().join("shop.db")).await;
        let shop = Self {
            folder,
            store,
            clock,
        };
        fill(&*shop.store, users).await;
        shop
    }

    /// Closes the database and opens it again.
    pub(crate) async fn reopen(&mut self) {
        self.store.close().await;
        self.store = open(self.folder.path().join("shop.db")).await;
    }

    /// An order of each of these users, one after another for one user.
    pub(crate) async fn orders(&self, users: impl IntoIterator<Item = i64>) {
        place(self.store.clone(), users).await;
    }

    /// Starts to deliver.
    pub(crate) async fn dispatch(&self, platforms: Vec<PlatformSettings>) -> Dispatchers {
        dispatch(self.store.clone(), self.clock.clone(), platforms).await
    }

    /// What operators are told of the one platform.
    pub(crate) async fn platform(&self) -> PlatformView {
        let all = self.desk().platforms().await.unwrap();
        let [one] = &*all else {
            panic!("{all:?}");
        };
        one.clone()
    }

    /// What operators use.
    pub(crate) fn desk(&self) -> impl Platforms {
        SqlitePlatforms::open(&self.folder.path().join("shop.db")).unwrap()
    }

    /// Waits until the platform has been told of everything.
    pub(crate) async fn all_told(&self) {
        eventually("all is delivered", async || {
            let platform = self.platform().await;
            platform.lag_events() == 0 && platform.replays.is_empty()
        })
        .await;
    }

    /// All is delivered, the platform has each event, and for one user none
    /// came before an earlier one.
    pub(crate) async fn assert_told(&self, taken: &Taken) {
        self.all_told().await;
        taken.assert_all_of(&self.events().await);
    }

    /// All events.
    pub(crate) async fn events(&self) -> BTreeMap<u64, (String, i64)> {
        all_events(&*self.store).await
    }
}

async fn open(path: PathBuf) -> Arc<SqliteStore> {
    let opening =
        tokio::task::spawn_blocking(move || SqliteStore::open(&path, &Options::default()));
    Arc::new(opening.await.unwrap().unwrap())
}

/// Registers users with money, and one product.
pub(crate) async fn fill(store: &dyn Store, users: i64) {
    let product = ProductId::new(1).unwrap();
    let stock = Some(1_000_000_000);
    let put = PutProduct::new(product, "pen", 100, stock, true, None).unwrap();
    done(store, Command::PutProduct(put)).await;
    for user in 1..=users {
        let user = UserId::new(user).unwrap();
        let register = RegisterUser::new(user, None).unwrap();
        done(store, Command::RegisterUser(register)).await;
        let charge = Charge::new(user, 1_000_000_000, None).unwrap();
        done(store, Command::Charge(charge)).await;
    }
}

/// Places an order of each of these users, one after another for one user.
pub(crate) async fn place<S: Store>(store: Arc<S>, users: impl IntoIterator<Item = i64>) {
    let mut lines: BTreeMap<i64, usize> = BTreeMap::new();
    for user in users {
        *lines.entry(user).or_default() += 1;
    }
    let mut placing = JoinSet::new();
    for (user, count) in lines {
        let store = store.clone();
        placing.spawn(async move {
            for _ in 0..count {
                let user = UserId::new(user).unwrap();
                let order = PlaceOrder::new(user, std::iter::once((1, 1)), None, None).unwrap();
                done(&*store, Command::PlaceOrder(order)).await;
            }
        });
    }
    while let Some(placed) = placing.join_next().await {
        placed.unwrap();
    }
}

async fn done(store: &dyn Store, command: Command) -> Answer {
    match store.execute(Request::new(command, None)).await.unwrap() {
        Decision::Done(answer) => answer,
        other => panic!("{other:?}"),
    }
}

/// Starts to deliver what is in the outbox.
pub(crate) async fn dispatch(
    outbox: Arc<dyn Outbox>,
    clock: Arc<dyn Clock>,
    platforms: Vec<PlatformSettings>,
) -> Dispatchers {
    let means = Means {
        outbox,
        render: Arc::new(render),
        clock,
    };
    Dispatchers::start(&means, platforms).await.unwrap()
}

/// All events by their sequence: id and user.
pub(crate) async fn all_events(store: &dyn Store) -> BTreeMap<u64, (String, i64)> {
    let mut all = BTreeMap::new();
    let mut after = 0;
    loop {
        let events = store.events(after, 1_000).await.unwrap();
        let Some(last) = events.last() else {
            return all;
        };
        after = last.sequence;
        for event in events {
            let user = event.event.order.user_id.get();
            all.insert(event.sequence, (event.event.id.to_string(), user));
        }
    }
}

/// As much of an event as these tests look at.
fn render(event: &NumberedEvent) -> Bytes {
    let body = serde_json::json!({
        "id": event.event.id.to_string(),
        "sequence": format!("{:020}", event.sequence),
        "partitionkey": event.event.order.user_id.to_string(),
    });
    Bytes::from(body.to_string())
}

/// Settings of a platform at this URL, impatient.
pub(crate) fn settings(url: &str) -> PlatformSettings {
    let mut settings = crate::support::settings(url);
    settings.timeout = std::time::Duration::from_secs(1);
    if url.starts_with("http") {
        settings.secrets = vec![SECRET.parse::<Secret>().unwrap()];
    }
    settings
}
