//! Where the benches put files.

use std::path::Path;

use anyhow::Context;
use serde_json::Value;
use tempfile::TempDir;

/// A directory on the disk of the build, since the system's temporary
/// directory may be memory, where an fsync costs nothing.
pub(crate) fn scratch() -> anyhow::Result<TempDir> {
    Ok(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?)
}

/// Writes every figure to `bench/<name>.json` in the target directory.
pub(crate) fn save(name: &str, figures: &Value) -> anyhow::Result<()> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let directory = target
        .context("the target directory has no parent")?
        .join("bench");
    std::fs::create_dir_all(&directory)?;
    let file = directory.join(format!("{name}.json"));
    std::fs::write(&file, serde_json::to_string_pretty(figures)?)?;
    println!("\nevery run: {}", file.display());
    Ok(())
}
