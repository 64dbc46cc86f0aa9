//! Who may read what is secret.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::findings::Findings;
use crate::platform::SecretSource;
use crate::secret;

/// The rights of a file's group and of everybody else.
const OTHERS: u32 = 0o077;

/// The rights to write of the same.
const OTHERS_WRITE: u32 = 0o022;

/// Checks a file that holds a secret: only its owner should read it.
pub(super) fn secret(findings: &mut Findings, check: &'static str, path: &Path) {
    permissions(findings, check, path, OTHERS, "read");
}

/// Checks the configuration file: with a secret in it as such a file, else only
/// its owner should write it.
pub(super) fn configuration(findings: &mut Findings, path: &Path) {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let has_secret = text.split(['"', '\'']).any(secret::may_be_in);
    let (rights, verb) = if has_secret {
        (OTHERS, "read")
    } else {
        (OTHERS_WRITE, "write")
    };
    permissions(findings, "configuration file", path, rights, verb);
}

/// Checks the files of platforms' secrets.
pub(super) fn of_platforms<'a>(
    findings: &mut Findings,
    sources: impl Iterator<Item = &'a SecretSource>,
) {
    for source in sources {
        if let SecretSource::File(path) = source {
            secret(findings, "secret file", path);
        }
    }
}

fn permissions(findings: &mut Findings, check: &'static str, path: &Path, rights: u32, verb: &str) {
    let shown = path.display();
    let Ok(metadata) = path.metadata() else {
        // That it cannot be read is told where it is read.
        return;
    };
    let mode = metadata.permissions().mode() & 0o777;
    if mode & rights == 0 {
        findings.ok(check, format!("{shown} has the mode {mode:03o}"));
    } else {
        findings.warning(
            check,
            format!("others may {verb} {shown} (mode {mode:03o})"),
            format!("chmod {:03o} {shown}", mode & !rights),
        );
    }
}
