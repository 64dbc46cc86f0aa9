//! The TOML file given with `--config`.

mod nearest;
mod platforms;
mod table;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::{Arg, Command};
use toml::Value;

use crate::failure::Failure;
use crate::platform::{self, Entry};
use nearest::nearest;

/// The largest file that is read: some hundred options with comments, and no
/// database that was named by mistake.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Options and their values, as the file has them.
#[derive(Default)]
pub(super) struct ConfigurationFile {
    path: PathBuf,
    /// By the name of the flag, in kebab-case.
    values: BTreeMap<String, String>,
    /// The data platforms: the one option that is more than a value.
    platforms: Vec<Entry>,
}

impl ConfigurationFile {
    /// Reads the file and checks its keys against the options of `definition`.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is not TOML, or has a key that is no option.
    pub(super) fn read(path: &Path, definition: &Command) -> Result<Self, Failure> {
        let text = read_text(path)?;
        let table: toml::Table = text
            .parse()
            .map_err(|error| not_toml(path, &text, &error))?;
        let known = keys(definition);
        let mut file = Self {
            path: path.to_owned(),
            ..Self::default()
        };
        for (key, value) in table {
            let name = key.replace('_', "-");
            if !known.contains(&name) {
                return Err(unknown_key(path, &key, &known));
            }
            if name == platform::OPTION {
                file.platforms = platforms::read(path, &value)?;
                continue;
            }
            let Some(value) = plain(&value) else {
                let found = if value.is_array() {
                    "an array"
                } else {
                    "a table"
                };
                return Err(Failure::usage(format!(
                    "{}: the value of `{key}` is {found}, not text, a number or a truth value",
                    path.display()
                ))
                .help(format!("write it as on the command line: {key} = \"…\"")));
            };
            if file.values.insert(name, value).is_some() {
                return Err(
                    Failure::usage(format!("{}: `{key}` is there twice", path.display()))
                        .help("keep one of the two spellings, with `_` or with `-`"),
                );
            }
        }
        Ok(file)
    }

    /// The definition with the file's values in the place of the defaults.
    pub(super) fn as_defaults(&self, definition: Command) -> Command {
        definition
            .mut_args(|option| self.as_default(option))
            .mut_subcommands(|subcommand| self.as_defaults(subcommand))
    }

    fn as_default(&self, option: Arg) -> Arg {
        match option.get_long().and_then(|long| self.values.get(long)) {
            Some(value) => option.default_value(value.clone()),
            None => option,
        }
    }

    /// The value that the file has for the option `--long`.
    pub(super) fn value(&self, long: &str) -> Option<&str> {
        self.values.get(long).map(String::as_str)
    }

    /// All values that the file has.
    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        self.values.values().map(String::as_str)
    }

    /// Where the file is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The data platforms of the file.
    pub(super) fn into_platforms(self) -> Vec<Entry> {
        self.platforms
    }
}

/// The names that a key can have: those of the options of all subcommands, so
/// that one file serves them all. `config` is not among them: a file that names
/// another would be read or not depending on who asks.
fn keys(definition: &Command) -> Vec<String> {
    let mut keys = Vec::new();
    let mut commands: Vec<&Command> = definition.get_subcommands().collect();
    while let Some(command) = commands.pop() {
        let longs = command.get_arguments().filter_map(Arg::get_long);
        keys.extend(longs.map(str::to_owned));
        commands.extend(command.get_subcommands());
    }
    keys.sort();
    keys.dedup();
    keys
}

/// The value as it is written on the command line; `None` for one that has parts.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(truth) => Some(truth.to_string()),
        Value::Datetime(time) => Some(time.to_string()),
        Value::Array(_) | Value::Table(_) => None,
    }
}

fn read_text(path: &Path) -> Result<String, Failure> {
    let cannot = |error: io::Error| {
        Failure::usage(format!(
            "cannot read the configuration file {}: {error}",
            path.display()
        ))
        .help("check the path given with --config or JUMUN_CONFIG")
    };
    // By what is read, and not by its length: a device has none.
    let mut content = Vec::new();
    let file = File::open(path).map_err(cannot)?;
    file.take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut content)
        .map_err(cannot)?;
    if content.len() as u64 > MAX_FILE_BYTES {
        return Err(Failure::usage(format!(
            "the configuration file {} is larger than 1 MiB",
            path.display()
        ))
        .help("check the path given with --config or JUMUN_CONFIG"));
    }
    String::from_utf8(content).map_err(|_| cannot(io::Error::other("it is not UTF-8")))
}

/// Tells the line by its number only: it may hold a password or a secret.
fn not_toml(path: &Path, text: &str, error: &toml::de::Error) -> Failure {
    let place = error.span().map_or(0, |span| span.start);
    let line = 1 + text.bytes().take(place).filter(|it| *it == b'\n').count();
    Failure::usage(format!(
        "{} is not TOML: line {line}: {}",
        path.display(),
        error.message()
    ))
    .help("write one option a line, such as: listen = \"127.0.0.1:8080\"")
}

fn unknown_key(path: &Path, key: &str, known: &[String]) -> Failure {
    let name = key.replace('_', "-");
    let help = match nearest(&name, known.iter().map(String::as_str)) {
        Some(candidate) => format!("did you mean `{}`?", candidate.replace('-', "_")),
        None => "`jumun serve --help` lists the options; each is a key".to_owned(),
    };
    Failure::usage(format!("{}: `{key}` is no option", path.display())).help(help)
}
