//! Where PostgreSQL is installed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::account::Account;

/// Names the directory of the binaries, for a release other than the newest.
const OVERRIDE: &str = "JUMUN_POSTGRES_BIN";

/// Where Debian and its kin keep each release, outside of the search path.
const RELEASES: &str = "/usr/lib/postgresql";

/// The directory that holds `postgres`, `initdb`, `psql` and `pg_basebackup`.
pub(crate) struct Binaries(PathBuf);

impl Binaries {
    /// What `JUMUN_POSTGRES_BIN` names; else the newest release below
    /// `/usr/lib/postgresql`; else the directory of the search path that has
    /// `postgres`.
    ///
    /// # Panics
    ///
    /// If there is none: install PostgreSQL.
    pub(crate) fn get() -> &'static Self {
        static BINARIES: OnceLock<Binaries> = OnceLock::new();
        BINARIES.get_or_init(|| {
            if let Some(named) = std::env::var_os(OVERRIDE).map(PathBuf::from) {
                assert!(
                    has_server(&named),
                    "{OVERRIDE} is {}, which has no postgres: name the directory of the binaries",
                    named.display()
                );
                return Self(named);
            }
            let Some(found) = newest_release().or_else(in_search_path) else {
                panic!(
                    "no PostgreSQL server is installed: install PostgreSQL, as with: \
                     apt-get install postgresql; or name the directory of its binaries \
                     in {OVERRIDE}"
                );
            };
            Self(found)
        })
    }

    /// The path of the binary with this name.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A command that runs the binary with this name as the account.
    pub(crate) fn command(&self, name: &str) -> Command {
        Account::get().command(self.path(name))
    }
}

fn has_server(directory: &Path) -> bool {
    directory.join("postgres").is_file()
}

fn newest_release() -> Option<PathBuf> {
    std::fs::read_dir(RELEASES)
        .ok()?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            // As a number: 9 comes before 15.
            let release: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((release, entry.path().join("bin")))
        })
        .filter(|(_, directory)| has_server(directory))
        .max()
        .map(|(_, directory)| directory)
}

fn in_search_path() -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).find(|directory| has_server(directory))
}
