//! The parameters after the question mark of a URL.

use std::ops::RangeInclusive;

use crate::error::OpenError;

/// Passed on to the driver as they are.
const DRIVERS: [&str; 7] = [
    "application_name",
    "channel_binding",
    "dbname",
    "keepalives",
    "options",
    "password",
    "user",
];

/// Where the server is: read by the driver, but apart from the rest.
const PLACES: [&str; 2] = ["host", "port"];

/// Read here: the driver does not know them, or knows them by another name or
/// in another unit than libpq.
const OURS: [&str; 9] = [
    "connect_timeout",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "load_balance_hosts",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
    "tcp_user_timeout",
];

/// The parameters of a URL, all of them known.
pub(super) struct Parameters<'a> {
    /// Still encoded.
    pairs: Vec<(&'a str, &'a str)>,
}

impl<'a> Parameters<'a> {
    /// Splits what follows the question mark, and refuses unknown names: a
    /// misspelt `sslmode` must not pass for none.
    pub(super) fn read(query: &'a str) -> Result<Self, OpenError> {
        let pairs = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .collect::<Vec<_>>();
        let mut known = [&DRIVERS[..], &PLACES, &OURS].concat();
        match pairs.iter().find(|(name, _)| !known.contains(name)) {
            None => Ok(Self { pairs }),
            Some((name, _)) => {
                known.sort_unstable();
                Err(OpenError::UnknownParameter {
                    name: (*name).to_owned(),
                    known: known.join(", "),
                })
            }
        }
    }

    /// Whether the parameter is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(key, _)| *key == name)
    }

    /// The decoded value; the last one counts.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let (_, value) = self.pairs.iter().rfind(|(key, _)| *key == name)?;
        Some(decode(value))
    }

    /// A whole number in `range`, if the parameter is there.
    pub(super) fn number(
        &self,
        name: &str,
        range: RangeInclusive<u32>,
    ) -> Result<Option<u32>, OpenError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        match value.parse() {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            _ => Err(OpenError::BadUrl {
                reason: format!(
                    "{name} must be a whole number from {} to {}",
                    range.start(),
                    range.end()
                ),
            }),
        }
    }

    /// What says where the server is, as the query of a URL. The driver would
    /// take `host=h1,h2` for one name, but reads several `host`.
    pub(super) fn places(&self) -> String {
        let hosts = self.those_of(&["host"]);
        let hosts = hosts.flat_map(|(name, value)| value.split(',').map(move |host| (name, host)));
        query(hosts.chain(self.those_of(&["port"])))
    }

    /// What the driver reads, as the query of a URL.
    pub(super) fn drivers(&self) -> String {
        query(self.those_of(&DRIVERS))
    }

    fn those_of(&self, names: &[&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.pairs
            .iter()
            .copied()
            .filter(|(name, _)| names.contains(name))
    }
}

/// Pairs that are encoded, as the query of a URL.
fn query<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let pairs = pairs.map(|(name, value)| format!("{name}={value}"));
    match pairs.collect::<Vec<_>>().join("&") {
        query if query.is_empty() => query,
        query => format!("?{query}"),
    }
}

/// Undoes `%2F`. A plus stays a plus, as with libpq.
fn decode(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail
            .first_chunk::<2>()
            .filter(|_| *first == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_decoded_as_libpq_does() {
        for (value, expected) in [
            ("%2Fetc%2froots.pem", "/etc/roots.pem"),
            ("a+b", "a+b"),
            ("100%", "100%"),
            ("%zz%4", "%zz%4"),
            ("%EA%B0%80", "가"),
        ] {
            assert_eq!(decode(value), expected, "{value}");
        }
    }

    #[test]
    fn the_last_of_two_values_counts() {
        let parameters = Parameters::read("sslmode=disable&port=1&sslmode=require").unwrap();
        assert_eq!(parameters.get("sslmode").as_deref(), Some("require"));
        assert_eq!(parameters.places(), "?port=1");
        assert_eq!(parameters.drivers(), "");
    }

    #[test]
    fn an_unknown_parameter_is_named_with_those_known() {
        let error = Parameters::read("sslmod=verify-full").err().unwrap();
        let message = error.to_string();
        assert!(message.contains("parameter sslmod;"), "{message}");
        assert!(message.contains("sslmode, sslrootcert"), "{message}");
    }
}
