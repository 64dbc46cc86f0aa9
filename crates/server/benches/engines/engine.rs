//! The engines, each opened once, on a filled database of its own.

use std::any::Any;
use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use jumun_domain::{OrderId, Request};
use jumun_load::Shop;
use jumun_store::Store;
use jumun_store_postgres::{PostgresStore, Target};
use jumun_store_sqlite::SqliteStore;
use tokio::runtime::Runtime;

use crate::cluster;
use crate::requests::{self, Requests};
use crate::shared::files::scratch;
use crate::shared::fill::{self, FillPlan};
use crate::shared::serve::runtime;
use crate::shared::shop;

/// Which engine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Engine {
    /// Embedded.
    Sqlite,
    /// On a server.
    Postgres,
}

impl Engine {
    /// Every engine.
    pub(crate) const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// How the table calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// An engine that is open, and the orders that it is given.
pub(crate) struct Open {
    engine: Engine,
    runtime: Runtime,
    store: Arc<dyn Store>,
    requests: RefCell<Requests>,
    /// Ends with this, after the store is closed.
    _database: Database,
}

/// What ends with the engine: its directory, or its database and the cluster of that.
type Database = Box<dyn Any>;

thread_local! {
    /// Opened when a case first wants them; all cases run on the main thread.
    static OPEN: RefCell<Vec<Open>> = const { RefCell::new(Vec::new()) };
}

/// Uses an engine.
pub(crate) fn with(engine: Engine, case: impl FnOnce(&Open)) {
    OPEN.with_borrow_mut(|all| {
        let at = all.iter().position(|open| open.engine == engine);
        let at = at.unwrap_or_else(|| {
            let open = Open::new(engine).unwrap_or_else(|error| panic!("{error:#}"));
            all.push(open);
            all.len() - 1
        });
        case(&all[at]);
    });
}

/// Closes every engine, and removes what they wrote.
pub(crate) fn close() {
    for Open { runtime, store, .. } in &OPEN.take() {
        runtime.block_on(store.close());
    }
}

impl Open {
    fn new(engine: Engine) -> anyhow::Result<Self> {
        let (runtime, store, database) = match engine {
            Engine::Sqlite => sqlite()?,
            Engine::Postgres => postgres()?,
        };
        let shop = shop();
        let plan = FillPlan::empty(shop);
        runtime.block_on(fill::fill(Arc::clone(&store), plan))?;
        Ok(Self {
            engine,
            runtime,
            store,
            requests: RefCell::new(Requests::of(shop)),
            _database: database,
        })
    }

    /// The next orders.
    pub(crate) fn orders(&self, count: usize) -> Vec<Request> {
        self.requests.borrow_mut().orders(count)
    }

    /// Places orders, all at once.
    pub(crate) fn place(&self, orders: Vec<Request>) {
        let placed = self
            .runtime
            .block_on(requests::place(&self.store, orders))
            .unwrap_or_else(|error| panic!("{error:#}"));
        self.requests.borrow_mut().remember(placed);
    }

    /// Orders that were placed.
    pub(crate) fn any_placed(&self, count: usize) -> Vec<OrderId> {
        if self.requests.borrow().nothing_placed() {
            // A run that a filter has left with nothing but reads.
            let orders = self.orders(count);
            self.place(orders);
        }
        self.requests.borrow_mut().any_placed(count)
    }

    /// Reads orders, all at once.
    pub(crate) fn read(&self, ids: Vec<OrderId>) {
        self.runtime
            .block_on(requests::read(&self.store, ids))
            .unwrap_or_else(|error| panic!("{error:#}"));
    }
}

type Parts = (Runtime, Arc<dyn Store>, Database);

fn sqlite() -> anyhow::Result<Parts> {
    let directory = scratch()?;
    let runtime = runtime(jumun_store_sqlite::worker_threads())?;
    let file = directory.path().join("orders.db");
    // It may start tasks, which belong to the runtime.
    let store = runtime.block_on(async { open_file(&file) })?;
    Ok((runtime, store, Box::new(directory)))
}

fn open_file(file: &Path) -> anyhow::Result<Arc<dyn Store>> {
    let options = jumun_store_sqlite::Options::default();
    Ok(Arc::new(SqliteStore::open(file, &options)?))
}

fn postgres() -> anyhow::Result<Parts> {
    let cluster = cluster::start()?;
    let runtime = runtime(jumun_store_postgres::worker_threads())?;
    let database = cluster.create_database();
    let target = Target::parse(&database.url())?;
    let options = jumun_store_postgres::Options::default();
    let store = runtime.block_on(PostgresStore::open(&target, &options))?;
    // The database goes before its cluster.
    let database = Box::new((database, cluster));
    Ok((runtime, Arc::new(store), database))
}

/// A small shop, where this is only the smoke run.
fn shop() -> Shop {
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    if is_measured {
        shop::full()
    } else {
        shop::small()
    }
}
