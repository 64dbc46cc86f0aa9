//! Whom the history of changes names for what is done at the command line.

use jumun_domain::Actor;

/// The login name that the environment tells, as `sudo` and login shells set it.
pub(crate) fn at_the_command_line() -> Actor {
    let told = |name| std::env::var(name).ok().filter(|it| !it.is_empty());
    let login = told("SUDO_USER")
        .or_else(|| told("USER"))
        .or_else(|| told("LOGNAME"));
    Actor::command_line(login.as_deref().unwrap_or("unknown"))
}
