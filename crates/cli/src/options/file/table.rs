//! A table of the file, read key by key.

use std::collections::BTreeMap;
use std::fmt::Display;

use toml::{Table, Value};

use super::nearest::nearest;
use super::plain;
use crate::failure::Failure;

/// The values of a table by their keys, whose names are known.
pub(super) struct Fields<'a> {
    /// How messages call the table.
    place: String,
    /// By their names, with `_`.
    values: BTreeMap<String, &'a Value>,
}

impl<'a> Fields<'a> {
    /// Takes a table that has no keys but those in `known`, with `_` or with `-`.
    ///
    /// # Errors
    ///
    /// When it has another, with the one that was perhaps meant; when it has
    /// one in both spellings.
    pub(super) fn new(
        place: String,
        table: &'a Table,
        known: &'static [&'static str],
    ) -> Result<Self, Failure> {
        let mut values = BTreeMap::new();
        for (key, value) in table {
            let name = key.replace('-', "_");
            if !known.contains(&&*name) {
                let help = match nearest(&name, known.iter().copied()) {
                    Some(candidate) => format!("did you mean `{candidate}`?"),
                    None => format!("use only: {}", known.join(", ")),
                };
                return Err(Failure::usage(format!("{place}: `{key}` is no key of it")).help(help));
            }
            if values.insert(name, value).is_some() {
                return Err(Failure::usage(format!("{place}: `{key}` is there twice"))
                    .help("keep one of the two spellings, with `_` or with `-`"));
            }
        }
        Ok(Self { place, values })
    }

    /// How messages call the table.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Whether a key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// The text of a key.
    ///
    /// # Errors
    ///
    /// When it is something else.
    pub(super) fn text(&self, key: &str) -> Result<Option<&'a str>, Failure> {
        match self.values.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(key, "write text in quotes")),
        }
    }

    /// What `parse` makes of the value of a key.
    ///
    /// # Errors
    ///
    /// What `parse` says, which must not quote the value.
    pub(super) fn read<T, E: Display>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Failure> {
        let Some(value) = self.values.get(key) else {
            return Ok(None);
        };
        let written =
            plain(value).ok_or_else(|| self.wrong(key, "write text, a number or a truth value"))?;
        parse(&written)
            .map(Some)
            .map_err(|error| self.wrong(key, error))
    }

    fn wrong(&self, key: &str, what_to_do: impl Display) -> Failure {
        let help = what_to_do.to_string();
        Failure::usage(format!("{}: `{key}` cannot be used", self.place)).help(help)
    }
}
