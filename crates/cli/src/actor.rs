//! Whom the history of changes names for what is done at the command line.

use jumun_domain::Actor;

/// The login name that the environment tells, as `sudo` and login shells set it.
pub(crate) fn at_the_command_line() -> Actor {
    let told = |name| std::env::var(name).ok().filter(|it| !it.is_empty());
    let login = told("SUDO_USER")
        .or_else(|| told("USER"))
        .or_else(|| told("LOGNAME"));
    Actor::command_line(&login.unwrap_or_else(whoever))
}

/// Who runs this by number, where no shell has told a name.
#[cfg(unix)]
fn whoever() -> String {
    format!("uid {}", rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn whoever() -> String {
    "unknown".to_owned()
}
