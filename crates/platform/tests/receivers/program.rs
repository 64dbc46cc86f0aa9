//! A receiver of the document at work, in a directory of its own.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::document;

/// How long anything may take before a test fails, on a loaded machine too.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// Runs the receiver with a limit on the size of its files, and says when it
/// has ended. Kills it when the pipe from the test process ends, whatever ended
/// that: all of the group, in case that the command has started another.
const WATCH: &str = r#"
trap '' HUP
ulimit -f "$LIMIT"
{ "$@" 2>errors; echo "ended"; } &
while read -r _; do :; done
kill -KILL 0
"#;

/// Prints each event of the SQLite file on a line.
const ROWS: &str = "
import sqlite3
for (event,) in sqlite3.connect('events.db').execute('SELECT event FROM events'):
    print(event)
";

/// A receiver of the document.
#[derive(Debug)]
pub(crate) struct Program {
    /// What the document calls it.
    pub(crate) file: &'static str,
    command: &'static str,
    package: &'static str,
}

/// In Python.
pub(crate) const PYTHON: Program = Program {
    file: "receiver.py",
    command: "python3",
    package: "python3",
};

/// In JavaScript.
pub(crate) const NODE: Program = Program {
    file: "receiver.mjs",
    command: "node",
    package: "nodejs",
};

/// All of them.
pub(crate) const PROGRAMS: [&Program; 2] = [&PYTHON, &NODE];

/// A receiver at work. It ends with this, or with the test process.
pub(crate) struct Running {
    program: &'static Program,
    pub(crate) directory: TempDir,
    secrets: String,
    process: Option<Process>,
    /// Where it listens.
    pub(crate) url: String,
}

struct Process {
    shell: Child,
    /// Its end is the end of the receiver.
    stdin: Option<ChildStdin>,
    /// What it says; ends when nothing of it is left.
    lines: Receiver<String>,
}

impl Running {
    /// A receiver that knows these secrets and has stored nothing.
    pub(crate) fn start(program: &'static Program, secrets: &[&str]) -> Self {
        Self::start_with_limit(program, secrets, "unlimited")
    }

    /// The same; no file of it may be larger than this, in blocks of 512 bytes.
    pub(crate) fn start_with_limit(
        program: &'static Program,
        secrets: &[&str],
        limit: &str,
    ) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let text = document::program(program.file);
        fs::write(directory.path().join(program.file), text).unwrap();
        let mut running = Self {
            program,
            directory,
            secrets: secrets.join(" "),
            process: None,
            url: String::new(),
        };
        running.launch(limit);
        running
    }

    /// Kills it, as a crash would.
    pub(crate) fn kill(&mut self) {
        self.process = None;
    }

    /// Kills it and starts it again, with all that it has stored.
    pub(crate) fn start_again(&mut self) {
        self.kill();
        self.launch("unlimited");
    }

    fn launch(&mut self, limit: &str) {
        let Program {
            command, package, ..
        } = self.program;
        let there = Command::new(command).arg("--version").output();
        let works = there.is_ok_and(|it| it.status.success());
        assert!(
            works,
            "{command} does not run; install it, as with: apt-get install {package}"
        );
        let mut shell = Command::new("sh")
            .args(["-c", WATCH, "sh", command, self.program.file])
            .env("WEBHOOK_SECRET", &self.secrets)
            .env("PORT", "0")
            .env("LIMIT", limit)
            .current_dir(self.directory.path())
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (said, lines) = channel();
        let stdout = BufReader::new(shell.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                // Nobody listens when the test is over.
                let _ = said.send(line);
            }
        });
        let stdin = shell.stdin.take();
        self.process = Some(Process {
            shell,
            stdin,
            lines,
        });
        let first = self.process.as_ref().unwrap().lines.recv_timeout(DEADLINE);
        let url = first.as_ref().ok();
        let url = url.and_then(|it| it.strip_prefix("listening on "));
        let Some(url) = url else {
            panic!(
                "{command} does not listen: {first:?}; {}",
                self.read("errors")
            );
        };
        self.url = format!("{url}/");
    }

    /// What it has stored, by sequence.
    pub(crate) fn stored(&self) -> Vec<Value> {
        let lines = if self.program.file == PYTHON.file {
            let output = Command::new(PYTHON.command)
                .args(["-c", ROWS])
                .current_dir(self.directory.path())
                .output()
                .unwrap();
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{errors}");
            String::from_utf8(output.stdout).unwrap()
        } else {
            self.read("events.jsonl")
        };
        // The document says that there can be lines that are no JSON.
        let events = lines
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let mut events: Vec<Value> = events.collect();
        events.sort_by_key(|event| event["sequence"].to_string());
        events
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.directory.path().join(file)).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stdin = None;
        // An error means that it is gone already.
        let _ = self.shell.wait();
        while self.lines.recv_timeout(DEADLINE).is_ok() {}
    }
}
