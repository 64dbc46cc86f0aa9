//! `file:///path`.

use std::path::PathBuf;

use url::Url;

use crate::settings::error::SettingsError;
use crate::settings::parts::{bad, no_query};

pub(super) fn read(url: &Url) -> Result<PathBuf, SettingsError> {
    if url.host().is_some() {
        return Err(bad("a file has no host: begin its path with a third /"));
    }
    no_query(url)?;
    if url.path().ends_with('/') {
        return Err(bad("it names a directory, and no file in it"));
    }
    let path = url.to_file_path().map_err(|()| bad("it names no path"))?;
    if path.as_os_str().as_encoded_bytes().contains(&0) {
        return Err(bad("it has a %00, which no path may hold"));
    }
    Ok(path)
}
