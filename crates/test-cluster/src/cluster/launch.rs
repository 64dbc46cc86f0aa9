//! From a directory to a server that serves.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::process::Pid;

use super::{Cluster, Server, read_log};
use crate::account::Account;
use crate::binaries::Binaries;
use crate::guard::Guard;
use crate::psql::Access;
use crate::settings::Settings;
use crate::{processes, template, wait};

/// The ports to choose from. They are below those that Linux gives to clients
/// and to tests that ask for any port, which could take the port of a server
/// that is stopped for a while.
const PORTS: std::ops::Range<u16> = 15_000..32_000;

/// How many ports are tried: others can take one between the look and the start.
const PORT_TRIES: usize = 20;

impl Cluster {
    /// Starts a cluster with new data.
    pub(super) fn launch_new(settings: &Settings) -> Self {
        let cluster = Self::new(settings.password.clone());
        template::create(&cluster.data, settings.password.as_deref());
        configure(&cluster.data, settings);
        cluster.launch_first()
    }

    /// A cluster without data.
    pub(super) fn new(password: Option<String>) -> Self {
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

    /// Starts the server on the data for the first time, on a free port.
    pub(super) fn launch_first(mut self) -> Self {
        for _ in 0..PORT_TRIES {
            self.access.port = free_port();
            // What was said on another port is not the cause on this one.
            Account::get().write(&self.server().guard.log(), "");
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
    pub(super) fn launch(&self, server: &mut Server) -> bool {
        let main = server.guard.start(self.port());
        server.main = Some(main);
        let seen = wait::until(|| {
            if processes::has_ended(main) {
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
}

/// Whether the main process has noted in its file that it takes sessions.
fn serves(data: &Path, main: Pid) -> bool {
    let note = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    let mut lines = note.lines();
    lines.next() == Some(&*main.as_raw_pid().to_string())
        && lines.last().is_some_and(|state| state.trim() == "ready")
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
