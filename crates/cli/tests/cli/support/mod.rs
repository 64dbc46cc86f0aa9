//! Runs the real binary, each test in a folder and on a database of its own.

mod client;
mod database;
mod issuer;
mod receiver;
mod server;

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use jumun_test_cluster::Database;
use tempfile::TempDir;

pub(crate) use client::{Client, Reply, one_piece};
pub(crate) use database::DEADLINE;
pub(crate) use issuer::{AUDIENCE, ISSUER, Issuer};
pub(crate) use receiver::{Received, Receiver};
pub(crate) use server::Server;

use database::TestDatabase;

/// A folder in which one test works, and the database of its shop.
pub(crate) struct Folder {
    folder: TempDir,
    database: TestDatabase,
}

/// What a finished command left behind.
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Folder {
    /// A folder for a shop in the file `shop.db`.
    pub(crate) fn new() -> Self {
        Self::with(TestDatabase::File)
    }

    /// A folder and an empty database on a PostgreSQL server.
    pub(crate) fn on_server() -> Self {
        Self::with(TestDatabase::on_server())
    }

    /// A folder for a shop in this database.
    pub(crate) fn on(database: Database) -> Self {
        Self::with(TestDatabase::OnServer(database))
    }

    /// One folder for each engine: what is proved holds on both.
    pub(crate) fn of_each_engine() -> [Self; 2] {
        [Self::new(), Self::on_server()]
    }

    fn with(database: TestDatabase) -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            database,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What `--database` is for the shop of this folder.
    pub(crate) fn url(&self) -> String {
        self.database.url()
    }

    /// Whether the shop is on a server.
    pub(crate) fn is_on_server(&self) -> bool {
        matches!(self.database, TestDatabase::OnServer(_))
    }

    /// Runs a statement on the shop, past the program; what it returns.
    pub(crate) fn sql(&self, statement: &str) -> String {
        self.database.sql(&self.file("shop.db"), statement)
    }

    /// Waits until no killed process has anything under way in the shop.
    pub(crate) fn settle(&self) {
        self.database.settle();
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.file(name), content).expect("a file of the test");
        self.file(name)
    }

    /// The command, in this folder, without settings of whoever runs the tests
    /// and without a database.
    pub(crate) fn command(
        &self,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jumun"));
        command.args(arguments).current_dir(self.path());
        for (name, _) in std::env::vars_os() {
            let name_text = name.to_string_lossy();
            if name_text.starts_with("JUMUN_") || name_text.starts_with("LC_") || name == "LANG" {
                command.env_remove(&name);
            }
        }
        command
    }

    /// Runs a command line, words separated by spaces, to its end.
    pub(crate) fn run(&self, line: &str) -> Finished {
        finish(&mut self.command(line.split_whitespace()))
    }

    /// Runs a command line on the shop of this folder.
    pub(crate) fn shop(&self, line: &str) -> Finished {
        finish(&mut self.shop_command(line))
    }

    /// A command line on the shop of this folder, to be run.
    pub(crate) fn shop_command(&self, line: &str) -> Command {
        let mut command = self.command(line.split_whitespace());
        command.arg("--database").arg(self.url());
        command
    }

    /// Runs a command line on the shop of this folder that has to succeed; its
    /// standard output.
    pub(crate) fn shop_succeeds(&self, line: &str) -> String {
        let finished = self.shop(line);
        let url = self.url();
        assert_eq!(
            finished.code,
            Some(0),
            "jumun {line} on {url}: {}",
            finished.stderr
        );
        finished.stdout
    }

    /// Runs a command line on the shop of this folder that has to fail with 1
    /// and say all of `parts`.
    pub(crate) fn shop_fails(&self, line: &str, parts: &[&str]) {
        let what = format!("{line} on {}", self.url());
        self.shop(line).fails(&what, 1, parts);
    }

    /// Runs a command line that has to succeed; its standard output.
    pub(crate) fn succeed(&self, line: &str) -> String {
        let finished = self.run(line);
        assert_eq!(finished.code, Some(0), "jumun {line}: {}", finished.stderr);
        finished.stdout
    }

    /// Runs a command line that has to fail with `code` and say all of `parts`.
    pub(crate) fn fail(&self, line: &str, code: i32, parts: &[&str]) {
        self.run(line).fails(line, code, parts);
    }

    /// Asserts that an audit of the shop finds nothing.
    pub(crate) fn audit(&self) {
        let report = self.shop("audit");
        assert_eq!(report.code, Some(0), "{}{}", report.stdout, report.stderr);
    }
}

impl Finished {
    pub(crate) fn fails(&self, what: &str, code: i32, parts: &[&str]) {
        let Self { stdout, stderr, .. } = self;
        assert_eq!(self.code, Some(code), "jumun {what}: {stdout}{stderr}");
        for part in parts {
            assert!(
                stderr.contains(part),
                "jumun {what} does not say {part:?}: {stderr}"
            );
        }
        assert!(!stderr.contains("panicked"), "jumun {what}: {stderr}");
    }
}

/// Runs a command to its end.
pub(crate) fn finish(command: &mut Command) -> Finished {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the binary runs");
    Finished {
        code: status.code(),
        stdout: String::from_utf8(stdout).expect("text on stdout"),
        stderr: String::from_utf8(stderr).expect("text on stderr"),
    }
}

/// Says that a test is skipped, past the test runner's capture.
pub(crate) fn skipped(test: &str, reason: &str) {
    writeln!(std::io::stderr(), "SKIPPED {test}: {reason}").expect("stderr");
}
