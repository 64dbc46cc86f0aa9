//! The account that servers run as: PostgreSQL refuses to run as root.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Accounts to run as when the tests run as root, in the order they are tried.
const ACCOUNTS: [&str; 2] = ["postgres", "nobody"];

/// A user and a group to become; none where the tests do not run as root.
#[derive(Clone, Copy)]
pub(crate) struct Account(Option<(u32, u32)>);

impl Account {
    /// The account for this test process.
    ///
    /// # Panics
    ///
    /// As root on a system that has neither a user `postgres` nor `nobody`.
    pub(crate) fn get() -> Self {
        static ACCOUNT: OnceLock<Account> = OnceLock::new();
        *ACCOUNT.get_or_init(|| {
            if !rustix::process::geteuid().is_root() {
                return Self(None);
            }
            let Some(ids) = ACCOUNTS.into_iter().find_map(ids) else {
                panic!(
                    "PostgreSQL does not run as root, and there is no user to run it as: \
                     run the tests as another user, or add one: useradd --system postgres"
                );
            };
            Self(Some(ids))
        })
    }

    /// A command that runs as this account, with nothing of this process's
    /// environment but the search path: variables such as `PGDATA` would
    /// change what it does.
    pub(crate) fn command(self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().current_dir("/");
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        if let Some((user, group)) = self.0 {
            command.uid(user).gid(group);
        }
        command
    }

    /// Gives `path` to this account.
    pub(crate) fn own(self, path: &Path) {
        if let Some((user, group)) = self.0
            && let Err(error) = chown(path, Some(user), Some(group))
        {
            panic!(
                "{} cannot be given to another user: {error}",
                path.display()
            );
        }
    }

    /// Writes a file that belongs to this account.
    pub(crate) fn write(self, path: &Path, content: &str) {
        if let Err(error) = fs::write(path, content) {
            panic!("{} cannot be written: {error}", path.display());
        }
        self.own(path);
    }

    /// Writes a file that this account alone can read, as PostgreSQL demands
    /// of keys.
    pub(crate) fn write_private(self, path: &Path, content: &str) {
        self.write(path, content);
        if let Err(error) = fs::set_permissions(path, fs::Permissions::from_mode(0o600)) {
            panic!("{} cannot be made private: {error}", path.display());
        }
    }
}

/// Runs `command`.
///
/// # Panics
///
/// If it does not succeed, with what it says.
pub(crate) fn run(mut command: Command) {
    let program = command.get_program().to_owned();
    match command.output() {
        Ok(Output { status, .. }) if status.success() => {}
        Ok(Output { status, stderr, .. }) => panic!(
            "{} ends with {status}: {}",
            program.display(),
            String::from_utf8_lossy(&stderr)
        ),
        Err(error) => panic!(
            "{} does not start: {error}; is it installed?",
            program.display()
        ),
    }
}

/// The ids of the user and its group. `id` also knows users that are in a
/// directory of the network and not in `/etc/passwd`.
fn ids(name: &str) -> Option<(u32, u32)> {
    Some((id("-u", name)?, id("-g", name)?))
}

fn id(which: &str, name: &str) -> Option<u32> {
    let output = Command::new("id").args([which, name]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
