//! A shop in a database of its own, and the instances that serve it.

use std::sync::Arc;

use jumun_store::Store as _;
use jumun_store_postgres::{Options, PostgresStore, Target};
use jumun_test_cluster::{Cluster, Database, Proxy};
use tokio::task::block_in_place;

use super::asking::all_done;
use super::commands::{charge, put_product, register};
use super::wait::in_time;

/// Never used up, so that every order is paid.
pub(crate) const PLENTY: i64 = 1_000_000_000;

/// The price of every product.
pub(crate) const PRICE: i64 = 1_000;

/// The isolation levels that a database may be set to.
pub(crate) const ISOLATIONS: [&str; 2] = ["read committed", "serializable"];

/// An instance of the engine.
pub(crate) type Instance = Arc<PostgresStore>;

/// A database that goes with the test.
pub(crate) struct Shop {
    database: Database,
    /// Where it is served now, if not where it was made.
    moved_to: Option<Arc<Cluster>>,
}

impl Shop {
    /// An empty shop on the cluster that the tests share.
    pub(crate) fn new() -> Self {
        Self::on(Cluster::shared())
    }

    /// An empty shop on a cluster of the test's own.
    pub(crate) fn on(cluster: &Cluster) -> Self {
        Self {
            database: cluster.create_database(),
            moved_to: None,
        }
    }

    /// An empty shop whose transactions have this isolation.
    pub(crate) fn with_isolation(level: &str) -> Self {
        let shop = Self::new();
        shop.set_isolation(level);
        shop
    }

    /// Sessions from now on have transactions of this isolation.
    pub(crate) fn set_isolation(&self, level: &str) {
        let name = self.name();
        self.sql(&format!(
            "ALTER DATABASE {name} SET default_transaction_isolation = '{level}'"
        ));
    }

    /// From now on it is looked at on a standby that was promoted.
    pub(crate) fn has_moved_to(&mut self, cluster: Arc<Cluster>) {
        self.moved_to = Some(cluster);
    }

    /// The name of its database.
    pub(crate) fn name(&self) -> &str {
        self.database.name()
    }

    /// Its URL where it is served.
    pub(crate) fn url(&self) -> String {
        match &self.moved_to {
            None => self.database.url(),
            Some(cluster) => cluster.url(self.name()),
        }
    }

    /// The same by way of a proxy.
    pub(crate) fn url_through(&self, proxy: &Proxy) -> String {
        self.database.url_through(proxy)
    }

    /// What `statement` returns: a line a row, `|` between the columns.
    pub(crate) fn sql(&self, statement: &str) -> String {
        match &self.moved_to {
            None => self.database.sql(statement),
            Some(cluster) => cluster.sql(self.name(), statement),
        }
    }

    /// A further instance.
    pub(crate) async fn instance(&self) -> Instance {
        open(&self.url()).await
    }

    /// An instance that has one batch in flight at a time.
    pub(crate) async fn narrow_instance(&self) -> Instance {
        open_narrow(&self.url()).await
    }

    /// Users and products from 1 on, with balances and stocks that last.
    pub(crate) async fn fill(&self, users: i64, products: i64) {
        let instance = self.instance().await;
        let commands = (1..=users).map(register);
        all_done(&instance, commands.collect()).await;
        let commands = (1..=users)
            .map(|id| charge(id, PLENTY))
            .chain((1..=products).map(|id| put_product(id, PRICE, PLENTY)));
        all_done(&instance, commands.collect()).await;
        in_time("its end", instance.close()).await;
    }

    /// A number that `statement` counts.
    pub(crate) fn count(&self, statement: &str) -> u64 {
        self.sql(statement).parse().expect("a number")
    }
}

/// An instance on the database of this URL.
pub(crate) async fn open(url: &str) -> Instance {
    open_with(url, &Options::default()).await
}

/// An instance that has one batch in flight at a time.
pub(crate) async fn open_narrow(url: &str) -> Instance {
    let options = Options {
        batches: 1,
        ..Options::default()
    };
    open_with(url, &options).await
}

/// A proxy, and a narrow instance on the shop behind it.
pub(crate) async fn behind_a_proxy(shop: &Shop) -> (Proxy, Instance) {
    let proxy = block_in_place(|| Proxy::start(&Cluster::shared().host_port()));
    let instance = open_narrow(&shop.url_through(&proxy)).await;
    (proxy, instance)
}

async fn open_with(url: &str, options: &Options) -> Instance {
    let target = Target::parse(url).expect("a URL");
    let opened = PostgresStore::open(&target, options).await;
    Arc::new(opened.expect("the database opens"))
}
