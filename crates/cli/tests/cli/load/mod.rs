//! `jumun load` against real servers, and against ones that lie.

mod arguments;
mod fake;
mod kills;
mod liars;
mod workloads;

use std::process::Command;

use serde_json::Value;

use crate::support::{Finished, Folder, finish};

/// Runs a load of a second on a small shop, with these further options.
fn load(folder: &Folder, url: &str, options: &[&str]) -> Finished {
    finish(&mut command(folder, url, options))
}

fn command(folder: &Folder, url: &str, options: &[&str]) -> Command {
    let small = [
        "load",
        url,
        "--duration=1s",
        "--users=50",
        "--products=20",
        "--connections=8",
    ];
    let mut command = folder.command(small.iter().chain(options));
    // A variable, so that an option can say otherwise.
    command.env("JUMUN_WARM_UP", "200ms");
    command
}

/// The figures of a load that had to find all as it was acknowledged.
fn good(finished: &Finished, what: &str) -> Value {
    let Finished { stdout, stderr, .. } = finished;
    assert_eq!(finished.code, Some(0), "{what}: {stdout}{stderr}");
    let figures: Value = serde_json::from_str(stdout).expect("JSON on stdout");
    assert_eq!(figures["check"]["good"], true, "{what}: {figures}");
    assert_eq!(figures["errors"], serde_json::json!([]), "{what}");
    figures
}

/// A figure that is a count.
fn count(figures: &Value, pointer: &str) -> u64 {
    let value = figures.pointer(pointer).and_then(Value::as_u64);
    value.unwrap_or_else(|| panic!("no count at {pointer}: {figures}"))
}
