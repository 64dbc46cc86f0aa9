//! What figures depend on beside the program.

use std::fs;
use std::process::Command;

use anyhow::Context;
use serde_json::{Value, json};

/// Characters of a commit's id that tell it apart.
const COMMIT_CHARACTERS: &str = "--short=12";

/// The machine, the time and the program.
pub(crate) struct Conditions {
    at: jiff::Timestamp,
    processor: String,
    processors: usize,
    memory_mib: u64,
    kernel: String,
    commit: Option<String>,
    is_changed: bool,
}

/// Now, here.
///
/// # Errors
///
/// When the kernel does not tell about the machine as Linux does.
pub(crate) fn now() -> anyhow::Result<Conditions> {
    let about = |file: &str, name: &str| -> anyhow::Result<String> {
        let text = fs::read_to_string(file).with_context(|| format!("{file} is not there"))?;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let value = line.and_then(|rest| rest.split_once(':'));
        Ok(value.map_or_else(String::new, |(_, value)| value.trim().to_owned()))
    };
    let memory = about("/proc/meminfo", "MemTotal")?;
    let memory_kib: u64 = memory
        .split_whitespace()
        .next()
        .and_then(|kib| kib.parse().ok())
        .context("the kernel's /proc/meminfo has changed")?;
    let changes = git(&["status", "--porcelain", "--", ":/crates", ":/Cargo.lock"]);
    Ok(Conditions {
        at: jiff::Timestamp::now(),
        processor: about("/proc/cpuinfo", "model name")?,
        processors: std::thread::available_parallelism()?.get(),
        memory_mib: memory_kib / 1024,
        kernel: fs::read_to_string("/proc/sys/kernel/osrelease")?
            .trim()
            .to_owned(),
        commit: git(&["rev-parse", COMMIT_CHARACTERS, "HEAD"]),
        is_changed: changes.is_some_and(|changes| !changes.is_empty()),
    })
}

impl Conditions {
    /// The time, as a part of a file's name.
    pub(crate) fn stamp(&self) -> String {
        self.at.strftime("%Y-%m-%dT%H-%M-%SZ").to_string()
    }

    /// All of it in a line.
    pub(crate) fn words(&self) -> String {
        let commit = self.commit.as_deref().unwrap_or("unknown");
        let changed = if self.is_changed { " and changes" } else { "" };
        format!(
            "{} processors ({}), {} MiB, Linux {}, commit {commit}{changed}",
            self.processors, self.processor, self.memory_mib, self.kernel
        )
    }

    /// For a file of raw figures.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "at": self.at.to_string(),
            "processor": self.processor,
            "processors": self.processors,
            "memoryMib": self.memory_mib,
            "kernel": self.kernel,
            "version": env!("CARGO_PKG_VERSION"),
            "commit": self.commit,
            "hasUncommittedChanges": self.is_changed,
        })
    }
}

/// What git says of this source; nothing, where there is no git.
fn git(arguments: &[&str]) -> Option<String> {
    let mut git = Command::new("git");
    git.args(["-C", env!("CARGO_MANIFEST_DIR")]).args(arguments);
    let said = git.output().ok().filter(|it| it.status.success())?;
    Some(String::from_utf8_lossy(&said.stdout).trim().to_owned())
}
