//! A `jumun serve` that a test talks to.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::{Client, Folder};

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
    base: String,
}

impl Server {
    /// Starts a server on the folder's shop, on a free port, and waits until it
    /// says that it can serve. Its log goes to `serve.log`, after what is there.
    pub(crate) fn start(folder: &Folder) -> Self {
        Self::start_with(folder, &["--listen", "127.0.0.1:0"])
    }

    /// The same, with these options.
    pub(crate) fn start_with(folder: &Folder, options: &[&str]) -> Self {
        Self::start_in(folder, options, &[])
    }

    /// The same, with these variables in its environment, too.
    pub(crate) fn start_in(folder: &Folder, options: &[&str], variables: &[(&str, &str)]) -> Self {
        let log = File::options()
            .create(true)
            .append(true)
            .open(folder.file("serve.log"))
            .expect("a log");
        let mut child = folder
            .shop_command("serve")
            .args(options)
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the binary runs");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        let Some(base) = line.trim_end().strip_prefix("listening on ") else {
            let log = std::fs::read_to_string(folder.file("serve.log")).unwrap_or_default();
            panic!("the server says {line:?}: {log}");
        };
        Self {
            child,
            stdout,
            base: base.to_owned(),
        }
    }

    /// Where it serves.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&self.base)
    }

    /// Its process, which exists at least until [`Self::wait`].
    pub(crate) fn process(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.process(), signal).expect("the server runs");
    }

    /// Waits for its end; how it ended, and what else it said on stdout.
    pub(crate) fn wait(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().expect("an exit status");
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).expect("text");
        (status, rest)
    }

    /// Stops it in good order.
    pub(crate) fn stop(self) {
        self.signal(Signal::TERM);
        let (status, _) = self.wait();
        assert_eq!(status.code(), Some(0), "{status}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has perhaps ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
