//! What the operating system lets a process have.

use rustix::process::{Resource, getrlimit};

use super::findings::Findings;

/// Files that a server has open besides its connections: the database, logs,
/// platforms, what the runtime needs.
const OTHER_FILES: u64 = 100;

/// Checks that as many connections can be open as are allowed.
pub(super) fn check(findings: &mut Findings, connections: u64) {
    let limit = getrlimit(Resource::Nofile).current;
    let needed = connections.saturating_add(OTHER_FILES);
    match limit {
        Some(limit) if limit < needed => findings.warning(
            "open files",
            format!("{limit} files can be open, and {connections} connections are allowed"),
            format!(
                "raise the limit (ulimit -n {needed}, or LimitNOFILE={needed} for systemd), or \
                 lower --max-connections"
            ),
        ),
        Some(limit) => findings.ok("open files", format!("{limit} files can be open")),
        None => findings.ok("open files", "there is no limit"),
    }
}
