//! How a cluster is set up.

use std::fmt::Write as _;
use std::path::PathBuf;

/// How a cluster is set up; what is not named is as by [`Settings::default`].
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether a commit waits for the disk. Off by default, for speed: what was
    /// committed survives [`Cluster::kill`](crate::Cluster::kill) all the same,
    /// and only the loss of the whole machine would lose it.
    pub fsync: bool,
    /// The isolation of transactions that name none.
    pub default_transaction_isolation: Isolation,
    /// How many sessions there can be; 400 by default, enough for tests that
    /// run side by side with a pool each.
    pub max_connections: u32,
    /// The standbys that a commit waits for, by [`Cluster::name`](crate::Cluster::name);
    /// none by default.
    pub synchronous_standby_names: String,
    /// The cache of the server; `32MB` by default.
    pub shared_buffers: String,
    /// Offers TLS; off by default.
    pub tls: Option<Tls>,
    /// The password of `postgres`, asked for with SCRAM-SHA-256. None by
    /// default: everybody is let in. A cluster with one starts more slowly.
    pub password: Option<String>,
    /// Further settings of the server by their names. They win over the others.
    pub extra: Vec<(String, String)>,
}

/// The isolation of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// Each statement sees what was committed before it began.
    ReadCommitted,
    /// All statements see what was committed before the first.
    RepeatableRead,
    /// As if one transaction ran after another.
    Serializable,
}

/// The files with which a server offers TLS, as PEM. They are copied.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The certificate of the server.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            fsync: false,
            default_transaction_isolation: Isolation::ReadCommitted,
            max_connections: 400,
            synchronous_standby_names: String::new(),
            shared_buffers: "32MB".to_owned(),
            tls: None,
            password: None,
            extra: Vec::new(),
        }
    }
}

impl Settings {
    /// The lines that these settings add to `postgresql.conf`. They are not
    /// given as options, because `ALTER SYSTEM` could not change them then.
    pub(crate) fn configuration(&self) -> String {
        let on_or_off = |on| if on { "on" } else { "off" };
        let isolation = match self.default_transaction_isolation {
            Isolation::ReadCommitted => "read committed",
            Isolation::RepeatableRead => "repeatable read",
            Isolation::Serializable => "serializable",
        };
        let max_connections = self.max_connections.to_string();
        let settings = [
            ("listen_addresses", "127.0.0.1"),
            ("unix_socket_directories", ""),
            ("fsync", on_or_off(self.fsync)),
            // Protects against the same loss as fsync does, at a price.
            ("full_page_writes", on_or_off(self.fsync)),
            ("default_transaction_isolation", isolation),
            ("max_connections", &max_connections),
            ("synchronous_standby_names", &self.synchronous_standby_names),
            ("shared_buffers", &self.shared_buffers),
            // Files in the data directory: in /dev/shm they would outlive a killed server.
            ("dynamic_shared_memory_type", "mmap"),
            ("ssl", on_or_off(self.tls.is_some())),
        ];
        let extra = self.extra.iter().map(|(name, value)| (&**name, &**value));
        let mut lines = String::new();
        for (name, value) in settings.into_iter().chain(extra) {
            let value = value.replace('\'', "''");
            let _ = writeln!(lines, "{name} = '{value}'");
        }
        lines
    }
}
