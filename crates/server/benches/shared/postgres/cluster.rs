//! The PostgreSQL server of a bench, for those that have one.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use jumun_test_cluster::{Cluster, Settings};

/// What is not the server's default: a cache that holds the shop, and so much
/// room for the log that no checkpoint falls into one run and not into the
/// other. Commits are synchronous and pages are logged in full, as by default.
const SETTINGS: [(&str, &str); 4] = [
    ("shared_buffers", "512MB"),
    ("max_wal_size", "16GB"),
    ("min_wal_size", "1GB"),
    ("checkpoint_timeout", "30min"),
];
/// File systems in memory, where an fsync costs nothing.
const IN_MEMORY: [&str; 2] = ["tmpfs", "ramfs"];

/// Starts a server on a disk, which ends with the cluster.
///
/// # Errors
///
/// When its directory is in memory.
pub(crate) fn start() -> anyhow::Result<Cluster> {
    let settings = SETTINGS.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let cluster = Cluster::start(Settings {
        fsync: true,
        extra: settings.to_vec(),
        ..Settings::default()
    });
    let (data, kind) = data(&cluster)?;
    ensure!(
        !IN_MEMORY.contains(&kind.as_str()),
        "{data} is in memory, where an fsync costs nothing: let TMPDIR name a directory on a disk"
    );
    Ok(cluster)
}

/// The id of the server's main process.
pub(crate) fn process_id(cluster: &Cluster) -> anyhow::Result<u32> {
    let note = "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)";
    Ok(cluster.sql("postgres", note).parse()?)
}

/// What a report must say of it, in a line.
pub(crate) fn facts(cluster: &Cluster) -> anyhow::Result<String> {
    let settings = SETTINGS.map(|(name, value)| format!("{name} {value}"));
    Ok(format!(
        "PostgreSQL {}, files on {}, fsync and synchronous_commit on, {}",
        cluster.sql("postgres", "SHOW server_version"),
        data(cluster)?.1,
        settings.join(", ")
    ))
}

/// How far its log has come, in bytes.
pub(crate) fn wal_bytes(cluster: &Cluster) -> anyhow::Result<f64> {
    let position = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn";
    Ok(cluster.sql("postgres", position).parse()?)
}

/// The data directory, and the kind of file system that this is on.
fn data(cluster: &Cluster) -> anyhow::Result<(String, String)> {
    let data = cluster.sql("postgres", "SHOW data_directory");
    let mounts = fs::read_to_string("/proc/self/mounts")?;
    let mounts = mounts.lines().filter_map(|line| {
        let mut fields = line.split_whitespace().skip(1);
        Some((fields.next()?, fields.next()?))
    });
    let kind = mounts
        .filter(|(place, _)| Path::new(&data).starts_with(place))
        .max_by_key(|(place, _)| place.len())
        .map(|(_, kind)| kind.to_owned());
    Ok((
        data,
        kind.context("the kernel's list of mounts has changed")?,
    ))
}
