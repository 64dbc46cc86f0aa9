//! The textbook: a transaction an order, run by `pgbench`.

use std::fs;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use jumun_load::{Shop, Workload};
use jumun_test_cluster::Database;
use tempfile::TempDir;

use super::server::PostgresServer;
use crate::shared::child;
use crate::shared::files::scratch;
use crate::shared::fill::{BALANCE, MIN_PRICE, STOCK};

const SCHEMA: &str = include_str!("textbook/schema.sql");
const ORDER: &str = include_str!("textbook/order.sql");
/// How long after a run's end `pgbench` may take to say what it saw.
const GRACE: Duration = Duration::from_secs(60);

/// A filled database, and the orders.
pub(crate) struct Textbook {
    server: Rc<PostgresServer>,
    shop: Shop,
    filled: Database,
    scripts: TempDir,
}

/// How `pgbench` sends a statement. Either is one round trip, but prepared
/// statements begin with one more.
#[derive(Clone, Copy)]
pub(crate) enum Protocol {
    /// As an application would.
    Prepared,
    /// To count round trips.
    Extended,
}

/// What is ordered, and by how many.
#[derive(Clone, Copy)]
pub(crate) struct Orders {
    /// What.
    pub(crate) workload: Workload,
    /// From so many clients.
    pub(crate) clients: usize,
    /// In which way.
    pub(crate) protocol: Protocol,
}

/// What `pgbench` says of a load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    /// Orders placed a second.
    pub(crate) orders_per_second: f64,
    /// Orders that failed.
    pub(crate) refused: f64,
    /// How long an order took on average, in milliseconds.
    pub(crate) mean_ms: f64,
}

impl Textbook {
    /// Creates the shop.
    pub(crate) fn fill(server: &Rc<PostgresServer>, shop: Shop) -> anyhow::Result<Self> {
        let filled = server.create_database();
        filled.sql(SCHEMA);
        let Shop {
            users, products, ..
        } = shop;
        for statement in [
            format!(
                "INSERT INTO users (id, name, balance) \
                 SELECT id, 'User ' || id, {BALANCE} FROM generate_series(1, {users}) AS id"
            ),
            format!(
                "INSERT INTO products (id, name, price, stock) \
                 SELECT id, 'Product ' || id, {MIN_PRICE} + id, {STOCK} \
                 FROM generate_series(1, {products}) AS id"
            ),
            "INSERT INTO ledger_entries (user_id, amount, balance_after) \
             SELECT id, balance, balance FROM users ORDER BY id"
                .to_owned(),
            "VACUUM ANALYZE".to_owned(),
        ] {
            filled.sql(&statement);
        }
        Ok(Self {
            server: Rc::clone(server),
            shop,
            filled,
            scripts: scratch()?,
        })
    }

    /// A copy of the shop, for one run.
    pub(crate) fn copy(&self) -> Database {
        self.server.copy(&self.filled)
    }

    /// Places orders on the database at a URL for so long.
    ///
    /// # Errors
    ///
    /// When the textbook does not know the workload, or `pgbench` fails.
    pub(crate) fn load(&self, url: &str, orders: Orders, time: Duration) -> anyhow::Result<Seen> {
        let Orders {
            workload,
            clients,
            protocol,
        } = orders;
        let script = self.scripts.path().join(workload.name());
        fs::write(&script, format!("{}\n{ORDER}", demand(workload)?))?;
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        // Keys go on above those of the runs before.
        let request = SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros();
        let mut command = self.server.program("pgbench");
        command.args([
            "--no-vacuum",
            "--protocol",
            match protocol {
                Protocol::Prepared => "prepared",
                Protocol::Extended => "extended",
            },
        ]);
        command.args(["--client", &clients.to_string()]);
        command.args(["--jobs", &threads.min(clients).to_string()]);
        command.args(["--time", &time.as_secs().to_string()]);
        for (name, value) in [
            ("users", self.shop.users.to_string()),
            ("products", self.shop.products.to_string()),
            ("base_price", MIN_PRICE.to_string()),
            ("request", request.to_string()),
        ] {
            command.args(["--define", &format!("{name}={value}")]);
        }
        command.arg("--file").arg(&script).arg(url);
        let said = child::finish(command, time + GRACE)?;
        Ok(Seen {
            orders_per_second: figure(&said, "tps = ")?,
            // Releases that know no failed transactions stop at the first.
            refused: figure(&said, "number of failed transactions: ").unwrap_or(0.0),
            mean_ms: figure(&said, "latency average = ")?,
        })
    }
}

fn demand(workload: Workload) -> anyhow::Result<&'static str> {
    Ok(match workload {
        Workload::Uniform => include_str!("textbook/uniform.sql"),
        Workload::Zipf => include_str!("textbook/zipf.sql"),
        Workload::Hot => include_str!("textbook/hot.sql"),
        other => bail!(
            "the textbook has no orders like {}; take uniform, zipf or hot",
            other.name()
        ),
    })
}

/// The number after `name` in what `pgbench` says.
fn figure(said: &str, name: &str) -> anyhow::Result<f64> {
    let number = said
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.split_whitespace().next());
    let number = number.with_context(|| format!("pgbench does not say {name:?}: {said}"))?;
    Ok(number.parse()?)
}
