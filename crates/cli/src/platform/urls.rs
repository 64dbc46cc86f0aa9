//! URLs on the command line and in its variable.

use std::convert::Infallible;

use jumun_platform::{PlatformSettings, SettingsError};

use super::entry::Entry;
use crate::failure::Failure;

/// The platforms of one value: of a flag one, of the variable several.
///
/// A URL that cannot be used is told when the command runs: the parser of the
/// command line would quote it, and it may hold a password.
#[derive(Clone, Debug)]
pub(super) struct Urls(Vec<Result<PlatformSettings, SettingsError>>);

impl Urls {
    /// Reads URLs with white space between them.
    ///
    /// # Errors
    ///
    /// None; the signature is that of a parser of values.
    pub(super) fn read(text: &str) -> Result<Self, Infallible> {
        let mut urls: Vec<_> = text.split_whitespace().map(PlatformSettings::new).collect();
        if urls.is_empty() {
            // Nothing where something was meant, as of a variable that is not set.
            urls.push(PlatformSettings::new(text));
        }
        Ok(Self(urls))
    }

    /// The platforms of all values.
    ///
    /// # Errors
    ///
    /// The first URL that cannot be used, by its place when there are several.
    pub(super) fn entries(values: &[Self]) -> Result<Vec<Entry>, Failure> {
        let all: Vec<_> = values.iter().flat_map(|value| &value.0).collect();
        let entries = all.iter().enumerate().map(|(index, one)| match one {
            Ok(settings) => Ok(Entry::new(settings.clone())),
            Err(error) if all.len() == 1 => Err(Failure::settings(format!("--platform: {error}"))),
            Err(error) => Err(Failure::settings(format!(
                "--platform, URL {}: {error}",
                index + 1
            ))),
        });
        entries.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_holds_as_many_platforms_as_it_has_words_and_an_empty_one_is_no_url() {
        let names = |texts: &[&str]| -> Option<Vec<String>> {
            let values: Vec<Urls> = texts
                .iter()
                .map(|text| match Urls::read(text) {
                    Ok(urls) => urls,
                })
                .collect();
            let entries = Urls::entries(&values).ok()?;
            Some(entries.into_iter().map(|it| it.settings.name).collect())
        };
        let some = |names: &[&str]| Some(names.iter().map(|it| (*it).to_owned()).collect());
        assert_eq!(names(&[]), some(&[]));
        assert_eq!(names(&["file:///a"]), some(&["file:///a"]));
        let three = some(&["file:///a", "file:///b", "nats://host/c"]);
        assert_eq!(names(&["file:///a file:///b\n\tnats://host/c "]), three);
        assert_eq!(names(&["file:///a", "file:///b", "nats://host/c"]), three);
        for wrong in ["", " ", "file", "file:///a http://"] {
            assert_eq!(names(&[wrong]), None, "{wrong:?}");
        }
    }
}
