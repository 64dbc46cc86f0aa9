//! Where secrets come from; what they are is shown nowhere.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use jumun_platform::{MAX_SECRETS, Secret};

use crate::failure::Failure;

/// The variable with the secret of platforms that have none of their own. There
/// is no flag for it: every process of the machine could read that.
const VARIABLE: &str = "JUMUN_PLATFORM_SECRET";

/// The largest file of a secret that is read: many times what one takes.
const MAX_FILE_BYTES: u64 = 4_096;

/// The secrets of [`VARIABLE`]; none where it is not set.
///
/// # Errors
///
/// When it has no secret, more than two, or something else.
pub(super) fn of_environment() -> Result<Vec<Secret>, Failure> {
    let Some(text) = std::env::var_os(VARIABLE) else {
        return Ok(Vec::new());
    };
    let text = text.to_string_lossy();
    let secrets = text.split_whitespace().map(str::parse);
    let secrets: Vec<Secret> = secrets
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::settings(format!("{VARIABLE}: {error}")))?;
    match secrets.len() {
        0 => Err(Failure::usage(format!("{VARIABLE} is set and empty"))
            .help("give it a secret, or unset it and send without signatures")),
        1..=MAX_SECRETS => Ok(secrets),
        many => Err(Failure::usage(format!("{VARIABLE} has {many} secrets"))
            .help("keep the new one and, while they change, the old one")),
    }
}

/// The secret in a file, alone but for white space around it.
///
/// # Errors
///
/// When the file cannot be read or has something else.
pub(super) fn of_file(path: &Path) -> Result<Secret, Failure> {
    let shown = path.display();
    let cannot = |error: std::io::Error| {
        Failure::usage(format!("cannot read the secret in {shown}: {error}"))
            .help("check the path in the configuration file and who may read it")
    };
    // By what is read, and not by its length: a device has none.
    let mut content = Vec::new();
    let file = File::open(path).map_err(cannot)?;
    file.take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut content)
        .map_err(cannot)?;
    if content.len() as u64 > MAX_FILE_BYTES {
        return Err(
            Failure::usage(format!("{shown} is too large for a secret's file"))
                .help("write the secret alone into the file, as the platform shows it"),
        );
    }
    // What is not UTF-8 is no secret, and refused as such.
    String::from_utf8_lossy(&content)
        .trim()
        .parse()
        .map_err(|error| Failure::settings(format!("{shown}: {error}")))
}
