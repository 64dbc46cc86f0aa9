//! A NATS server of a test's own.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::support::eventually;

/// Where Debian puts the server, which is not in every user's search path.
const ELSEWHERE: &str = "/usr/sbin";

/// The ports to choose from: below those that Linux gives to clients and to
/// tests that ask for any port, which could take the one of a server that is
/// down for a while.
const PORTS: std::ops::Range<u16> = 15_000..32_000;

/// How many ports are tried: others can take one between the look and the start.
const PORT_TRIES: usize = 20;

/// Starts the server, says its process id, and kills it when the pipe from the
/// test process ends, whatever ended that.
const WATCH: &str = r#"
trap '' HUP
"$@" >>"$LOG" 2>&1 &
server=$!
echo "$server"
while read -r _; do :; done
kill -KILL "$server"
wait
"#;

/// A server on a free port of 127.0.0.1, with its data in a directory of its
/// own. It ends with this, or with the test process.
pub(crate) struct Server {
    directory: TempDir,
    options: Vec<String>,
    port: u16,
    process: Option<Process>,
}

struct Process {
    shell: Child,
    server: Pid,
}

impl Server {
    /// With JetStream.
    pub(crate) async fn start() -> Self {
        Self::with_options(&["-js"]).await
    }

    /// With these options of `nats-server`.
    pub(crate) async fn with_options(options: &[&str]) -> Self {
        let mut server = Self {
            directory: tempfile::tempdir().unwrap(),
            options: options.iter().map(ToString::to_string).collect(),
            port: 0,
            process: None,
        };
        for _ in 0..PORT_TRIES {
            server.port = free_port();
            if server.launch().await {
                return server;
            }
            let log = server.log();
            assert!(log.contains("address already in use"), "{log}");
        }
        panic!("no free port in {PORT_TRIES} tries");
    }

    /// Starts the server that was killed, with the same data.
    pub(crate) async fn start_again(&mut self) {
        assert!(self.launch().await, "{}", self.log());
    }

    /// Starts it, and waits until it serves; whether it does.
    async fn launch(&mut self) -> bool {
        let process = Process::start(&self.directory, &self.options, self.port);
        let mut serves = false;
        eventually("nats-server serves", async || {
            serves = greets(self.port).await;
            serves || process.has_ended()
        })
        .await;
        self.process = serves.then_some(process);
        serves
    }

    /// Kills it at once, as a crash would.
    pub(crate) fn kill(&mut self) {
        self.process = None;
    }

    /// Lets it stand still.
    pub(crate) async fn freeze(&self) {
        self.signal(Signal::STOP);
        let tasks = format!("/proc/{}/task", self.process().server.as_raw_pid());
        // Until the signal has arrived everywhere it goes on.
        eventually("nats-server stands still", async || {
            std::fs::read_dir(&tasks).unwrap().all(|task| {
                let stat = std::fs::read_to_string(task.unwrap().path().join("stat"));
                stat.is_ok_and(|stat| stat.contains(") T "))
            })
        })
        .await;
    }

    /// Lets it go on.
    pub(crate) fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// The URL of a subject there.
    pub(crate) fn url(&self, subject: &str) -> String {
        format!("nats://127.0.0.1:{}/{subject}", self.port)
    }

    /// Its address.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn signal(&self, signal: Signal) {
        kill_process(self.process().server, signal).unwrap();
    }

    fn process(&self) -> &Process {
        self.process.as_ref().expect("the server runs")
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }
}

impl Process {
    fn start(directory: &TempDir, options: &[String], port: u16) -> Self {
        let directory = directory.path();
        let mut shell = Command::new("sh")
            .args(["-c", WATCH, "sh"])
            .arg(program())
            .args(["-a", "127.0.0.1", "-p", &port.to_string(), "-sd"])
            .arg(directory.join("data"))
            .args(options)
            .env("LOG", directory.join("log"))
            // Of its own, so that a Ctrl-C at the terminal does not end the shell first.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = shell.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let server = Pid::from_raw(line.trim_end().parse().unwrap()).unwrap();
        Self { shell, server }
    }

    fn has_ended(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.server.as_raw_pid()));
        // The shell has not waited for it yet.
        stat.map_or(true, |stat| stat.contains(") Z "))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may stand still, and then takes no other signal.
        drop(self.shell.stdin.take());
        self.shell.wait().unwrap();
    }
}

/// Whether a server says at this port who it is.
async fn greets(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else {
        return false;
    };
    let mut greeting = [0; 4];
    stream.read_exact(&mut greeting).await.is_ok() && greeting == *b"INFO"
}

fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from(ELSEWHERE)])
        .map(|directory| directory.join("nats-server"))
        .find(|program| Path::is_file(program))
        .expect("nats-server is installed; install it, as with: apt-get install nats-server")
}

fn free_port() -> u16 {
    (0..PORTS.len())
        .map(|_| fastrand::u16(PORTS))
        .find(|&port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok())
        .expect("a free port")
}
