//! The database: there, ours, up to date, durable.

use std::path::Path;

use super::files;
use super::findings::Findings;
use crate::database::{Engine, Inspection};

/// The least space that should be free: a busy day's log and some more.
const LEAST_FREE_BYTES: u64 = 1 << 30;

/// The share of the disk that should be free, in percent.
const LEAST_FREE_PERCENT: u64 = 5;

/// Checks the database; whether it can be used.
pub(super) async fn check(findings: &mut Findings, engine: &dyn Engine) -> bool {
    let shown = engine.shown();
    let inspected = engine.inspect().await;
    let found = format!("{shown} is a shop's, of this version");
    let Some(inspection) = findings.outcome("database", inspected, found) else {
        return false;
    };
    match inspection {
        Inspection::File(path, inspection) => {
            file(findings, &path, &inspection);
        }
        Inspection::Server(inspection) => server(findings, &inspection),
    }
    true
}

fn file(findings: &mut Findings, path: &Path, found: &jumun_store_sqlite::Inspection) {
    let shown = path.display();
    if found.is_writable {
        findings.ok("database writable", format!("{shown} can be written"));
    } else {
        findings.wrong(
            "database writable",
            format!("{shown} cannot be written by this user"),
            "run jumun as the owner of the file, or give this user the file and its folder",
        );
    }
    let mode = &found.journal_mode;
    if mode == "wal" && found.waits_for_disk {
        findings.ok(
            "durability",
            "write-ahead log, and commits wait for the disk",
        );
    } else {
        findings.wrong(
            "durability",
            format!("the journal mode of {shown} is {mode}, not wal"),
            format!("stop what uses the file, then: sqlite3 {shown} 'PRAGMA journal_mode=WAL'"),
        );
    }
    files::secret(findings, "database file", path);
    disk(findings, path);
}

fn disk(findings: &mut Findings, path: &Path) {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let Ok(disk) = rustix::fs::statvfs(folder) else {
        return findings.warning(
            "disk space",
            format!("how much is free in {} is not told", folder.display()),
            "look at the disk with df",
        );
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let all = disk.f_blocks.saturating_mul(disk.f_frsize).max(1);
    let percent = free.saturating_mul(100) / all;
    let told = format!("{} MiB are free ({percent} %)", free >> 20);
    if free < LEAST_FREE_BYTES || percent < LEAST_FREE_PERCENT {
        let remedy = "free some, or move the database: on a full disk orders are refused";
        findings.warning("disk space", told, remedy);
    } else {
        findings.ok("disk space", told);
    }
}

fn server(findings: &mut Findings, found: &jumun_store_postgres::Inspection) {
    let version = found.major_version;
    findings.ok("database version", format!("PostgreSQL {version}"));
    if found.is_encrypted || found.is_local {
        let way = if found.is_local {
            "on this machine"
        } else {
            "encrypted"
        };
        findings.ok(
            "database connection",
            format!("the server is reached {way}"),
        );
    } else {
        findings.wrong(
            "database connection",
            "the server is on another machine and is reached without TLS",
            "add sslmode=verify-full to the URL, and ssl = on to the server",
        );
    }
    let durable = [
        (
            "synchronous_commit is off",
            found.synchronous_commit == "off",
        ),
        ("fsync is off", !found.fsync),
        ("full_page_writes is off", !found.full_page_writes),
    ];
    let mut broken = durable.iter().filter(|(_, is_so)| *is_so).peekable();
    if broken.peek().is_none() {
        findings.ok("durability", "commits wait for the server's disk");
    }
    for (what, _) in broken {
        findings.wrong(
            "durability",
            format!("{what} on the server: orders that were answered can be lost"),
            "turn it on in postgresql.conf, and reload",
        );
    }
    rights(findings, found);
}

fn rights(findings: &mut Findings, found: &jumun_store_postgres::Inspection) {
    if !found.missing_rights.is_empty() {
        return findings.wrong(
            "database rights",
            format!("the role lacks {}", found.missing_rights.join(", ")),
            "grant what docs/operating/postgres.md has, as the owner of the tables",
        );
    }
    let too_much = match (found.is_superuser, found.is_owner) {
        (true, _) => "the role is a superuser",
        (false, true) => "the role owns the tables, and can change the history",
        (false, false) => return findings.ok("database rights", "the role has what it needs"),
    };
    findings.warning(
        "database rights",
        too_much,
        "serve as a role of its own with the rights of docs/operating/postgres.md",
    );
}
