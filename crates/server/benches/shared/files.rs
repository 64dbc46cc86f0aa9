//! Where the benches put files.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::shared::conditions;

/// A directory on the disk of the build, since the system's temporary
/// directory may be memory, where an fsync costs nothing.
pub(crate) fn scratch() -> anyhow::Result<TempDir> {
    Ok(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?)
}

/// The directory `bench` in the target directory, for what is kept.
pub(crate) fn directory() -> anyhow::Result<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let directory = target
        .context("the target directory has no parent")?
        .join("bench");
    std::fs::create_dir_all(&directory)?;
    Ok(directory)
}

/// Writes every figure of a run, with what it depends on, to a file of its own
/// below `bench` in the target directory; what its name begins with.
pub(crate) fn save(name: &str, figures: &Value) -> anyhow::Result<PathBuf> {
    let conditions = conditions::now()?;
    let stem = directory()?.join(format!("{name}-{}", conditions.stamp()));
    let file = stem.with_extension("json");
    let all = json!({ "conditions": conditions.to_json(), "figures": figures });
    std::fs::write(&file, serde_json::to_string_pretty(&all)?)?;
    println!("\nevery run: {}", file.display());
    Ok(stem)
}
