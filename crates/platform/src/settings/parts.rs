//! Parts of a URL that several kinds of platform have.

use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::error::SettingsError;

/// `host:port`.
pub(super) fn authority(url: &Url, default_port: u16) -> Result<String, SettingsError> {
    no_query(url)?;
    let host = match url.host() {
        None | Some(Host::Domain("")) => return Err(bad("it names no host")),
        // The library lets anything pass as a host of kinds that it does not know.
        Some(Host::Domain(name)) if !name.chars().all(is_of_name) => {
            return Err(bad("its host must be of letters, digits, -, . and _"));
        }
        Some(host) => host,
    };
    Ok(format!("{host}:{}", url.port().unwrap_or(default_port)))
}

/// The path, which must be one part and no more.
pub(super) fn only_part<'a>(url: &'a Url, what: &str) -> Result<&'a str, SettingsError> {
    match url.path().strip_prefix('/') {
        None | Some("") => Err(bad(&format!("it names no {what} after its host"))),
        Some(part) => Ok(part),
    }
}

/// Says no to what would be ignored.
pub(super) fn no_query(url: &Url) -> Result<(), SettingsError> {
    match url.query() {
        None => Ok(()),
        Some(_) => Err(bad("it has a ?, which means nothing there")),
    }
}

/// User and password, decoded.
pub(super) fn credentials(url: &Url) -> Result<Option<(String, Option<String>)>, SettingsError> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let user = decoded(url.username())?;
    let password = url.password().map(decoded).transpose()?;
    Ok(Some((user, password)))
}

/// The URL without user and password.
pub(super) fn without_credentials(mut url: Url) -> Url {
    // Both refuse only a URL without a host, which has neither.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

pub(super) fn bad(reason: &str) -> SettingsError {
    SettingsError::BadUrl {
        reason: reason.to_owned(),
    }
}

fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._".contains(character)
}

fn decoded(text: &str) -> Result<String, SettingsError> {
    match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(bad(
            "its user or password is not UTF-8 once its % are decoded",
        )),
    }
}
