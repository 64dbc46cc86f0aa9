//! Servers of a target, and how they are shown.

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::url::bad;
use crate::error::OpenError;

/// The port that PostgreSQL has where none is named.
const PORT: u16 = 5432;

/// One server that may be the one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) host: Host,
    pub(crate) port: u16,
}

impl Place {
    /// The hosts of `config`, each with its port.
    pub(super) fn all(config: &Config) -> Result<Vec<Self>, OpenError> {
        let hosts = config.get_hosts();
        let ports = config.get_ports();
        let empty = |host: &Host| matches!(host, Host::Tcp(name) if name.is_empty());
        if hosts.is_empty() || hosts.iter().any(empty) {
            return Err(bad(
                "it names no host; for a socket of this machine write ?host=/var/run/postgresql",
            ));
        }
        if ports.len() > 1 && ports.len() != hosts.len() {
            return Err(bad("it has not one port for each host"));
        }
        Ok(hosts
            .iter()
            .enumerate()
            .map(|(index, host)| Self {
                host: host.clone(),
                port: *ports.get(index).or(ports.first()).unwrap_or(&PORT),
            })
            .collect())
    }

    /// `host:port`, as it stands in a URL.
    fn shown(&self) -> String {
        let port = self.port;
        match &self.host {
            Host::Tcp(name) if name.contains(':') => format!("[{name}]:{port}"),
            Host::Tcp(name) => format!("{name}:{port}"),
            Host::Unix(folder) => {
                let folder = folder.to_string_lossy().replace('/', "%2F");
                format!("{folder}:{port}")
            }
        }
    }
}

/// User, places and database as a URL.
pub(super) fn shown(config: &Config, places: &[Place]) -> String {
    let user = config
        .get_user()
        .map_or_else(String::new, |user| format!("{user}@"));
    let database = config
        .get_dbname()
        .map_or_else(String::new, |database| format!("/{database}"));
    let places = places.iter().map(Place::shown).collect::<Vec<_>>();
    format!("postgres://{user}{}{database}", places.join(","))
}
