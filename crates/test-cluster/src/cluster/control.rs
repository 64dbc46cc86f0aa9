//! What happens to servers: they are stopped, killed, paused and started again.

use std::fs;
use std::process::Command;

use rustix::process::Signal;

use super::{Cluster, Server, read_log};
use crate::{processes, wait};

/// How a server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// When the last session has ended.
    Smart,
    /// At once, with an error for each session, and in good order.
    Fast,
    /// At once, and without a checkpoint: the next start recovers.
    Immediate,
}

impl Cluster {
    /// Kills all processes of the server at once, as a crash does. What was
    /// committed is there when it is started again.
    ///
    /// # Panics
    ///
    /// If it does not run.
    pub fn kill(&self) {
        let mut server = self.server();
        let Some(main) = server.main.take() else {
            panic!("the cluster does not run: start it again before it is killed");
        };
        server.is_paused = false;
        let killed = processes::freeze(main);
        for &process in &killed {
            processes::signal(process, Signal::KILL);
        }
        for &process in &killed {
            processes::wait_for_end(process);
        }
        self.forget();
    }

    /// Stops the server, and waits until it has ended.
    ///
    /// # Panics
    ///
    /// If it does not run, or has not ended in time.
    pub fn stop(&self, mode: Mode) {
        let mut server = self.server();
        let Some(main) = server.main else {
            panic!("the cluster does not run: start it again before it is stopped");
        };
        server.resume();
        let signal = match mode {
            Mode::Smart => Signal::TERM,
            Mode::Fast => Signal::INT,
            Mode::Immediate => Signal::QUIT,
        };
        processes::signal(main, signal);
        if wait::until(|| processes::has_ended(main).then_some(())).is_err() {
            panic!("the cluster does not stop: {}", read_log(&server));
        }
        server.main = None;
    }

    /// Starts the server again after a [`kill`](Self::kill) or
    /// [`stop`](Self::stop), on the same port, and waits until it serves.
    ///
    /// # Panics
    ///
    /// If it runs, or does not start.
    pub fn start_again(&self) {
        let mut server = self.server();
        assert!(
            server.main.is_none(),
            "the cluster runs already: stop it first"
        );
        if !self.launch(&mut server) {
            panic!("the cluster does not start again: {}", read_log(&server));
        }
    }

    /// Stops all processes of the server where they are, as on a machine that
    /// hangs: sessions stay open and get no answer.
    ///
    /// # Panics
    ///
    /// If it does not run.
    pub fn pause(&self) {
        let mut server = self.server();
        let Some(main) = server.main else {
            panic!("the cluster does not run: start it again before it is paused");
        };
        processes::freeze(main);
        server.is_paused = true;
    }

    /// Lets all processes go on after [`pause`](Self::pause).
    pub fn resume(&self) {
        self.server().resume();
    }

    /// Waits until the server takes a session and answers.
    ///
    /// # Panics
    ///
    /// If it does not until the deadline.
    pub fn wait_ready(&self) {
        let mut last = String::new();
        let answered = wait::until(|| match self.try_sql("postgres", "SELECT 1") {
            Ok(_) => Some(()),
            Err(error) => {
                last = error;
                None
            }
        });
        if answered.is_err() {
            panic!("the cluster does not answer: {last}: {}", self.log());
        }
    }

    /// Removes what a killed server could not: the note of its main process,
    /// whose id another process may get, and the memory that this note names.
    fn forget(&self) {
        let path = self.data.join("postmaster.pid");
        let note = fs::read_to_string(&path).unwrap_or_default();
        // "<key> <id>", on a line of its own between the address and the state.
        let id = note
            .lines()
            .nth(6)
            .and_then(|line| line.split_whitespace().nth(1));
        if let Some(id) = id {
            // Without `ipcrm` the next start takes it over.
            let _ = Command::new("ipcrm").args(["-m", id]).output();
        }
        if let Err(error) = fs::remove_file(&path) {
            panic!("{} cannot be removed: {error}", path.display());
        }
    }
}

impl Server {
    fn resume(&mut self) {
        if let Some(main) = self.main.filter(|_| self.is_paused) {
            for process in processes::children(main) {
                processes::signal(process, Signal::CONT);
            }
            processes::signal(main, Signal::CONT);
            self.is_paused = false;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Stopped processes would obey only after the seconds they are given.
        self.resume();
    }
}
