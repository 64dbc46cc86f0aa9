//! A server of its own, with its data.

use std::fs;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rustix::process::Pid;

use crate::guard::Guard;
use crate::psql::Access;
use crate::settings::Settings;

mod control;
mod launch;
mod replication;
mod setting;

pub use control::Mode;

/// A running PostgreSQL server with data of its own.
///
/// It and its directory go when this is dropped, and when the process ends,
/// even if it is killed.
pub struct Cluster {
    access: Access,
    name: String,
    data: PathBuf,
    server: Mutex<Server>,
}

/// The server of a cluster.
struct Server {
    guard: Guard,
    /// The main process, as long as it should run.
    main: Option<Pid>,
    /// Whether its processes are stopped.
    is_paused: bool,
}

impl Cluster {
    /// Starts a new, empty cluster, and waits until it serves.
    ///
    /// # Panics
    ///
    /// If PostgreSQL is not installed; if it does not start, with its log.
    pub fn start(settings: Settings) -> Self {
        Self::launch_new(&settings)
    }

    /// The cluster that the tests of this process share, with the settings of
    /// [`Settings::default`]. Whoever changes or stops it spoils the others' tests.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(Settings::default()))
    }

    /// Its name, which no other cluster of this process has: under this name a
    /// standby streams.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.access.port
    }

    /// `127.0.0.1:` and its port.
    pub fn host_port(&self) -> String {
        format!("{}:{}", Ipv4Addr::LOCALHOST, self.port())
    }

    /// The URL of a database, as of `postgres`, which every cluster has. It
    /// holds the password, if there is one.
    pub fn url(&self, database: &str) -> String {
        self.access.url(database)
    }

    /// What `statement` returns: a line a row, `|` between the columns.
    ///
    /// # Panics
    ///
    /// If the statement fails.
    pub fn sql(&self, database: &str, statement: &str) -> String {
        match self.try_sql(database, statement) {
            Ok(rows) => rows,
            Err(error) => panic!("{statement}: {error}"),
        }
    }

    /// The same as [`Self::sql`], for statements that may fail.
    ///
    /// # Errors
    ///
    /// What the server says, or why it cannot be reached.
    pub fn try_sql(&self, database: &str, statement: &str) -> Result<String, String> {
        self.access.run(database, &[statement])
    }

    /// All that the server has said, for the message of a test that fails.
    pub fn log(&self) -> String {
        read_log(&self.server())
    }

    /// How to reach it.
    pub(crate) fn access(&self) -> &Access {
        &self.access
    }

    /// The server. A test that has failed meanwhile leaves it as good as before.
    fn server(&self) -> MutexGuard<'_, Server> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_log(server: &Server) -> String {
    match fs::read(server.guard.log()) {
        Ok(log) => String::from_utf8_lossy(&log).into_owned(),
        Err(error) => format!("its log cannot be read: {error}"),
    }
}
