//! The key `platform` of the file: a URL, several, or tables that say more.

use std::num::NonZeroUsize;
use std::path::Path;

use jumun_platform::{DeliveryOrder, MAX_IN_FLIGHT, PlatformSettings, Secret};
use toml::Value;

use super::table::Fields;
use crate::failure::Failure;
use crate::platform::{Entry, SecretSource};
use crate::{count, duration};

/// The keys of a `[[platform]]`.
const KEYS: [&str; 15] = [
    "url",
    "name",
    "secret",
    "secret_file",
    "previous_secret",
    "previous_secret_file",
    "ordering",
    "max_in_flight",
    "timeout",
    "dead_letter_after",
    "dead_letter_blocks_for",
    "attempts_kept_for",
    "allow_private_addresses",
    "create_stream",
    "root_certificates",
];

/// Keys that say nothing of a platform of another kind than these, and how the
/// URLs of these begin. Who writes one elsewhere expects what it does not do.
const OF_KINDS: [(&str, &[&str], &str); 2] = [
    ("allow_private_addresses", &["http"], "http:// and https://"),
    (
        "root_certificates",
        &["http", "nats"],
        "https://, nats:// and tls://",
    ),
];

/// Reads the platforms of the file at `path`.
///
/// # Errors
///
/// A sentence that names the platform by its place and the key, and quotes no
/// value: it may be a secret.
pub(super) fn read(path: &Path, value: &Value) -> Result<Vec<Entry>, Failure> {
    let several = std::slice::from_ref(value);
    let values = value.as_array().map_or(several, Vec::as_slice);
    let entries = values.iter().enumerate().map(|(index, value)| {
        let place = format!("{}: platform {}", path.display(), index + 1);
        match value {
            Value::String(url) => Ok(Entry::new(settings(&place, url)?)),
            Value::Table(table) => entry(Fields::new(place, table, &KEYS)?),
            _ => Err(Failure::usage(format!("{place} is no URL and no table"))
                .help("write platform = \"https://…\", or [[platform]] with url = \"https://…\"")),
        }
    });
    entries.collect()
}

fn settings(place: &str, url: &str) -> Result<PlatformSettings, Failure> {
    PlatformSettings::new(url).map_err(|error| Failure::settings(format!("{place}: {error}")))
}

fn entry(fields: Fields<'_>) -> Result<Entry, Failure> {
    let Some(url) = fields.text("url")? else {
        return Err(Failure::usage(format!("{} has no `url`", fields.place()))
            .help("write where it is, such as url = \"https://example.com/events\""));
    };
    let mut entry = Entry::new(settings(fields.place(), url)?);
    let settings = &mut entry.settings;
    if let Some(name) = fields.text("name")? {
        settings.name = name.to_owned();
    }
    if let Some(order) = fields.read("ordering", ordering)? {
        settings.order = order;
    }
    if let Some(number) = fields.read("max_in_flight", in_flight)? {
        settings.max_in_flight = number;
    }
    for (key, period) in [
        ("timeout", &mut settings.timeout),
        ("dead_letter_after", &mut settings.dead_letter_after),
        (
            "dead_letter_blocks_for",
            &mut settings.dead_letter_blocks_for,
        ),
        ("attempts_kept_for", &mut settings.attempts_kept_for),
    ] {
        if let Some(given) = fields.read(key, duration::parse)? {
            *period = given;
        }
    }
    settings.create_stream = fields.read("create_stream", truth)?.unwrap_or(false);
    let kind = settings.url.kind();
    if settings.create_stream && kind != "nats" {
        return Err(not_for(&fields, "create_stream", "nats:// and tls://"));
    }
    for (key, kinds, urls) in OF_KINDS {
        if fields.has(key) && !kinds.contains(&kind) {
            return Err(not_for(&fields, key, urls));
        }
    }
    settings.root_certificates = fields.text("root_certificates")?.map(Into::into);
    entry.allow_private_addresses = fields.read("allow_private_addresses", truth)?;
    entry.secret = secret(&fields, "secret", "secret_file")?;
    entry.previous_secret = secret(&fields, "previous_secret", "previous_secret_file")?;
    if entry.previous_secret.is_some() && entry.secret.is_none() {
        return Err(Failure::usage(format!(
            "{} has a previous secret and no secret",
            fields.place()
        ))
        .help("write the new one as secret or secret_file; both sign while they change"));
    }
    Ok(entry)
}

fn not_for(fields: &Fields<'_>, key: &str, urls: &str) -> Failure {
    Failure::usage(format!("{}: `{key}` is for {urls} only", fields.place()))
        .help("remove it, or change the URL")
}

/// A secret in the file itself, or in one of its own.
fn secret(fields: &Fields<'_>, key: &str, file_key: &str) -> Result<Option<SecretSource>, Failure> {
    let text = fields.read(key, |text| text.parse::<Secret>())?;
    let file = fields.text(file_key)?;
    match (text, file) {
        (Some(_), Some(_)) => Err(Failure::usage(format!(
            "{} has both `{key}` and `{file_key}`",
            fields.place()
        ))
        .help("keep one of them")),
        (Some(secret), None) => Ok(Some(SecretSource::Here(secret))),
        (None, Some(path)) => Ok(Some(SecretSource::File(path.into()))),
        (None, None) => Ok(None),
    }
}

fn ordering(text: &str) -> Result<DeliveryOrder, String> {
    match text {
        "strict" => Ok(DeliveryOrder::Strict),
        "relaxed" => Ok(DeliveryOrder::Relaxed),
        _ => Err("write \"strict\" or \"relaxed\"".to_owned()),
    }
}

fn in_flight(text: &str) -> Result<NonZeroUsize, String> {
    let number = count::up_to::<{ MAX_IN_FLIGHT as u64 }>(text)?;
    let number = usize::try_from(number).unwrap_or(MAX_IN_FLIGHT);
    Ok(NonZeroUsize::new(number).unwrap_or(NonZeroUsize::MIN))
}

fn truth(text: &str) -> Result<bool, String> {
    text.parse()
        .map_err(|_| "write true or false, without quotes".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_of_serve_names_every_key() {
        let definition = crate::options::definition();
        let serve = definition.find_subcommand("serve").unwrap();
        let help = serve.get_after_help().unwrap().to_string();
        let words: Vec<&str> = help
            .split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
            .collect();
        for key in KEYS {
            assert!(words.contains(&key), "{key}: {help}");
        }
    }
}
