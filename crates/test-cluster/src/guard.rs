//! A directory and a server in it that do not outlive the test process.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use rustix::process::Pid;

use crate::account::Account;

/// Starts the server for each port that is written to it, says its process id,
/// and ends with the pipe from the test process, whatever closes that: a drop,
/// the end of the process, or its death.
///
/// The system hangs up on a shell whose parent has died while its server was
/// stopped, which the shell ignores; the server does as it likes about that.
///
/// The server may be stopped, and it may be so young that it still ignores
/// QUIT, as the shell has made it; then TERM ends it. Where the process died
/// while it filled the directory, what fills it may take a moment to notice.
const WATCH: &str = r#"
directory=$1
log=$2
shift 2
server=
trap '' HUP
while read -r port; do
    wait
    "$@" -p "$port" >>"$log" 2>&1 &
    server=$!
    echo "$server"
done
if [ -n "$server" ]; then
    kill -CONT "$server"
    kill -QUIT "$server"
    kill -TERM "$server"
    wait
fi
for try in 1 2 3 4 5; do
    rm -rf -- "$directory" && break
    sleep 1
done
"#;

/// A temporary directory, and a shell that guards it.
///
/// When this is dropped or the process ends, also by SIGKILL, the shell ends
/// the server that runs and removes the directory.
pub(crate) struct Guard {
    directory: PathBuf,
    shell: Child,
    /// Both ends of the talk with the shell; none once it is to end.
    pipes: Option<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Guard {
    /// Makes a directory. `server` is the command that [`Self::start`] runs in
    /// it; it is given the directory.
    pub(crate) fn new(server: impl FnOnce(&Path) -> Vec<String>) -> Self {
        let account = Account::get();
        let made = tempfile::Builder::new()
            .prefix("jumun-test-cluster-")
            .tempdir();
        let directory = match made {
            Ok(directory) => directory.keep(),
            Err(error) => panic!("no temporary directory can be made: {error}; is TMPDIR right?"),
        };
        account.own(&directory);
        let mut command = account.command("sh");
        command
            .args(["-c", WATCH, "sh"])
            .arg(&directory)
            .arg(directory.join("log"))
            .args(server(&directory))
            // Of its own, so that a Ctrl-C at the terminal does not end the shell first.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut shell = match command.spawn() {
            Ok(shell) => shell,
            Err(error) => panic!("sh, which is to guard a test cluster, does not start: {error}"),
        };
        let pipes = shell.stdin.take().zip(shell.stdout.take());
        Self {
            directory,
            shell,
            pipes: pipes.map(|(to, from)| (to, BufReader::new(from))),
        }
    }

    /// The directory.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The file with what the server has said.
    pub(crate) fn log(&self) -> PathBuf {
        self.directory.join("log")
    }

    /// Starts the server, which must not run, on this port; its main process.
    pub(crate) fn start(&mut self, port: u16) -> Pid {
        let started = self.pipes.as_mut().and_then(|(to, from)| {
            let mut line = String::new();
            to.write_all(format!("{port}\n").as_bytes()).ok()?;
            from.read_line(&mut line).ok()?;
            Pid::from_raw(line.trim_end().parse().ok()?)
        });
        let Some(server) = started else {
            panic!("the shell that guards a test cluster has ended: something has killed it");
        };
        server
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.pipes = None;
        // Nothing is left to do about a shell that cannot be waited for.
        let _ = self.shell.wait();
    }
}
