//! The textbook: a transaction an order, run by `pgbench`.

use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use jumun_test_cluster::Database;
use tempfile::TempDir;

use crate::case::{Latency, Run};
use crate::cost::Meter;
use crate::distance::Distance;
use crate::server::PostgresServer;
use crate::shared::child;
use crate::shared::demand::{Size, Workload};
use crate::shared::files::scratch;
use crate::shared::fill::{BALANCE, MIN_PRICE, STOCK};
use crate::shared::load::Timing;

const SCHEMA: &str = include_str!("textbook/schema.sql");
const ORDER: &str = include_str!("textbook/order.sql");
/// How long after a run's end `pgbench` may take to say what it saw.
const GRACE: Duration = Duration::from_secs(60);

/// A filled database, and the orders.
pub(crate) struct Textbook<'a> {
    server: &'a PostgresServer,
    size: Size,
    filled: Database,
    scripts: TempDir,
}

/// How `pgbench` sends a statement. Either is one round trip, but prepared
/// statements begin with one more.
#[derive(Clone, Copy)]
enum Protocol {
    Prepared,
    Extended,
}

impl<'a> Textbook<'a> {
    /// Creates the shop.
    pub(crate) fn fill(server: &'a PostgresServer, size: Size) -> anyhow::Result<Self> {
        let filled = server.create_database();
        filled.sql(SCHEMA);
        let Size { users, products } = size;
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
            server,
            size,
            filled,
            scripts: scratch()?,
        })
    }

    /// Orders from so many clients on a database of its own.
    pub(crate) fn run(
        &self,
        workload: Workload,
        clients: usize,
        timing: Timing,
    ) -> anyhow::Result<Run> {
        let database = self.server.copy(&self.filled);
        let url = database.url();
        let meter = Meter::start(self.server, &database, None)?;
        self.load(&url, workload, clients, timing.warm_up, Protocol::Prepared)?;
        let seen = self.load(&url, workload, clients, timing.window, Protocol::Prepared)?;
        let cost = meter.stop()?.cost()?;
        Ok(Run {
            orders_per_second: figure(&seen, "tps = ")?,
            // Releases that know no failed transactions stop at the first.
            refused: figure(&seen, "number of failed transactions: ").unwrap_or(0.0),
            refusal: None,
            latency: Latency::Mean {
                ms: figure(&seen, "latency average = ")?,
            },
            cost,
            batches: None,
            memory: None,
        })
    }

    /// Round trips an order, and orders a second, at a distance.
    pub(crate) fn run_afar(
        &self,
        workload: Workload,
        clients: usize,
        timing: Timing,
    ) -> anyhow::Result<(f64, f64)> {
        let database = self.server.copy(&self.filled);
        let distance = Distance::start(self.server.host_port())?;
        let url = distance.url(&database);
        let seen = self.load(&url, workload, clients, timing.window, Protocol::Extended)?;
        let orders: f64 = database.sql("SELECT count(*) FROM orders").parse()?;
        Ok((distance.trips() / orders, figure(&seen, "tps = ")?))
    }

    /// What `pgbench` says of orders for so long.
    fn load(
        &self,
        url: &str,
        workload: Workload,
        clients: usize,
        time: Duration,
        protocol: Protocol,
    ) -> anyhow::Result<String> {
        let script = self.scripts.path().join(format!("{workload:?}.sql"));
        fs::write(&script, format!("{}\n{ORDER}", demand(workload)))?;
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
            ("users", self.size.users.to_string()),
            ("products", self.size.products.to_string()),
            ("base_price", MIN_PRICE.to_string()),
            ("request", request.to_string()),
        ] {
            command.args(["--define", &format!("{name}={value}")]);
        }
        command.arg("--file").arg(&script).arg(url);
        child::finish(command, time + GRACE)
    }
}

fn demand(workload: Workload) -> &'static str {
    match workload {
        Workload::Uniform => include_str!("textbook/uniform.sql"),
        Workload::Skewed => include_str!("textbook/skewed.sql"),
        Workload::Hot => include_str!("textbook/hot.sql"),
    }
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
