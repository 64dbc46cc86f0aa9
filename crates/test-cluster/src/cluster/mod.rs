//! A server of its own, with its data.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rustix::process::Pid;

use crate::account::Account;
use crate::binaries::Binaries;
use crate::guard::Guard;
use crate::psql::Access;
use crate::settings::Settings;
use crate::{template, wait};

mod control;

pub use control::Mode;

/// The ports to choose from. They are below those that Linux gives to clients
/// and to tests that ask for any port, which could take the port of a server
/// that is stopped for a while.
const PORTS: std::ops::Range<u16> = 15_000..32_000;

/// How many ports are tried: others can take one between the look and the start.
const PORT_TRIES: usize = 20;

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
    /// If it does not start, with its log; if PostgreSQL is not installed.
    pub fn start(settings: Settings) -> Self {
        let cluster = Self::new(settings.password.clone());
        template::create(&cluster.data, settings.password.as_deref());
        configure(&cluster.data, &settings);
        cluster.start_on_a_free_port()
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

    /// All that the server has said since the cluster was started, for the
    /// message of a test that fails.
    pub fn log(&self) -> String {
        read_log(&self.server())
    }

    /// How to reach it.
    pub(crate) fn access(&self) -> &Access {
        &self.access
    }

    /// A cluster without data.
    fn new(password: Option<String>) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let name = format!("cluster_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let guard = Guard::new(|directory| {
            let server = Binaries::get().path("postgres");
            let data = directory.join("data");
            vec![
                server.display().to_string(),
                "-D".to_owned(),
                data.display().to_string(),
                format!("--cluster_name={name}"),
            ]
        });
        Self {
            access: Access { port: 0, password },
            name,
            data: guard.directory().join("data"),
            server: Mutex::new(Server {
                guard,
                main: None,
                is_paused: false,
            }),
        }
    }

    /// Starts the server on the data for the first time.
    fn start_on_a_free_port(mut self) -> Self {
        for _ in 0..PORT_TRIES {
            self.access.port = free_port();
            if self.launch(&mut self.server()) {
                return self;
            }
            let log = self.log();
            assert!(
                log.contains("could not create any TCP/IP sockets"),
                "a test cluster does not start: {log}"
            );
        }
        panic!("a test cluster finds no free port of {PORTS:?} in {PORT_TRIES} tries");
    }

    /// Starts the server, and waits until it serves; whether it does, and has
    /// not ended instead.
    fn launch(&self, server: &mut Server) -> bool {
        // What was said before a start that fails is not its cause.
        Account::get().write(&server.guard.log(), "");
        let main = server.guard.start(self.port());
        server.main = Some(main);
        let seen = wait::until(|| {
            if crate::processes::has_ended(main) {
                return Some(false);
            }
            serves(&self.data, main).then_some(true)
        });
        let Ok(serves) = seen else {
            panic!("a test cluster is not ready in time: {}", read_log(server));
        };
        if !serves {
            server.main = None;
        }
        serves
    }

    /// The server. A test that has failed meanwhile leaves it as good as before.
    fn server(&self) -> MutexGuard<'_, Server> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the main process has noted in its file that it takes sessions.
fn serves(data: &Path, main: Pid) -> bool {
    let note = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    let mut lines = note.lines();
    lines.next() == Some(&*main.as_raw_pid().to_string())
        && lines.last().is_some_and(|state| state.trim() == "ready")
}

fn read_log(server: &Server) -> String {
    match fs::read(server.guard.log()) {
        Ok(log) => String::from_utf8_lossy(&log).into_owned(),
        Err(error) => format!("its log cannot be read: {error}"),
    }
}

/// Adds `settings` to the data's own.
fn configure(data: &Path, settings: &Settings) {
    let path = data.join("postgresql.conf");
    let Ok(lines) = fs::read_to_string(&path) else {
        panic!("initdb has written no {}", path.display());
    };
    let account = Account::get();
    account.write(&path, &format!("{lines}\n{}", settings.configuration()));
    let Some(tls) = &settings.tls else { return };
    for (from, to) in [(&tls.certificate, "server.crt"), (&tls.key, "server.key")] {
        let Ok(content) = fs::read_to_string(from) else {
            panic!("{} cannot be read: write it as PEM first", from.display());
        };
        account.write_private(&data.join(to), &content);
    }
}

/// A port that nobody listens on at the moment.
fn free_port() -> u16 {
    let free = (0..PORTS.len())
        .map(|_| fastrand::u16(PORTS))
        .find(|&port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok());
    let Some(port) = free else {
        panic!("no port of {PORTS:?} is free: end what listens on them");
    };
    port
}
