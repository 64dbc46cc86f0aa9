//! Runs the real binary, each test in a folder of its own.

mod client;
mod server;

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

pub(crate) use client::{Client, Reply, one_piece};
pub(crate) use server::Server;

/// A folder in which one test works.
pub(crate) struct Folder(TempDir);

/// What a finished command left behind.
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.file(name), content).expect("a file of the test");
        self.file(name)
    }

    /// The command, in this folder, without settings of whoever runs the tests.
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

    /// Asserts that an audit of the database in `file` finds nothing.
    pub(crate) fn audit(&self, file: &str) {
        let report = self.run(&format!("audit --database sqlite:{file}"));
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
