//! A NATS server of a run's own.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use async_nats::jetstream::stream::{Config, StorageType};
use tempfile::TempDir;

use crate::shared::files::scratch;
use crate::shared::question::ask;

/// Where Debian puts the server, which is not in every user's search path.
const ELSEWHERE: &str = "/usr/sbin";
/// Ends the server with whoever has started it, however that ends.
const TIED: [&str; 3] = ["setpriv", "--pdeathsig", "KILL"];
/// How long it may take until it serves: for a machine busy with other things.
const START_LIMIT: Duration = Duration::from_secs(30);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(10);
/// Which subject events are published on.
const SUBJECT: &str = "orders";
/// The stream that keeps them.
pub(crate) const STREAM: &str = "ORDERS";

/// A server with JetStream and a stream in files; it ends with this.
pub(crate) struct NatsServer {
    process: Child,
    port: u16,
    _directory: TempDir,
}

impl NatsServer {
    /// Starts a server and creates the stream.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let directory = scratch()?;
        let port = free_port()?;
        let process = Command::new(TIED[0])
            .args(&TIED[1..])
            .arg(program()?)
            .args(["-a", "127.0.0.1", "-p", &port.to_string(), "-js", "-sd"])
            .arg(directory.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("setpriv does not start; it comes with util-linux")?;
        let mut server = Self {
            process,
            port,
            _directory: directory,
        };
        server.wait()?;
        ask(create_stream(server.address()))?;
        Ok(server)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Where events go.
    pub(crate) fn url(&self) -> String {
        format!("nats://{}/{SUBJECT}", self.address())
    }

    /// The id of its process.
    pub(crate) fn process_id(&self) -> u32 {
        self.process.id()
    }

    fn wait(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + START_LIMIT;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            if let Some(status) = self.process.try_wait()? {
                bail!("nats-server ended ({status}) before it served; start it by hand and see");
            }
            ensure!(Instant::now() < deadline, "nats-server does not serve");
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn create_stream(address: String) -> anyhow::Result<()> {
    let client = async_nats::connect(address).await?;
    let config = Config {
        name: STREAM.to_owned(),
        subjects: vec![SUBJECT.to_owned()],
        storage: StorageType::File,
        ..Config::default()
    };
    async_nats::jetstream::new(client)
        .create_stream(config)
        .await?;
    Ok(())
}

fn program() -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from(ELSEWHERE)])
        .map(|directory| directory.join("nats-server"))
        .find(|program| Path::is_file(program))
        .context("nats-server is not installed; install it, as with: apt-get install nats-server")
}

/// A port that is free now; should another take it meanwhile, the server says so.
fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}
