//! Files.

mod disk_full;
mod lines;
mod rotation;

use std::path::Path;
use std::sync::Arc;

use jumun_platform::{Client, PlatformSettings};

use crate::support::{client, settings};

/// A client that appends to this file.
fn appender(path: &Path) -> Arc<dyn Client> {
    client(&to_file(path))
}

fn to_file(path: &Path) -> PlatformSettings {
    settings(&format!("file://{}", path.display()))
}

/// The lines of a file, which ends with one.
fn lines(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.strip_suffix('\n').expect("the last line is whole");
    text.split('\n').map(ToOwned::to_owned).collect()
}

/// The line that this message becomes.
fn line(number: u64) -> String {
    String::from_utf8(crate::support::message(number).body.to_vec()).unwrap()
}
