//! The key that a platform's messages are signed with.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use ring::hmac;

/// What every secret of Standard Webhooks begins with.
const PREFIX: &str = "whsec_";

/// The fewest bytes of a key, by Standard Webhooks: 192 bits cannot be guessed.
const MIN_KEY_BYTES: usize = 24;

/// The most bytes of a key, by Standard Webhooks: a longer one adds nothing.
const MAX_KEY_BYTES: usize = 64;

/// Takes keys with the `=` at their end, and those that lost it when copied.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A shared secret of Standard Webhooks: `whsec_`, and a key of 24 to 64 bytes in base64.
///
/// It is never shown: both ways to print it give `whsec_***`.
///
/// ```
/// use jumun_platform::{Secret, SecretError};
///
/// let secret: Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse()?;
/// assert_eq!(secret.to_string(), "whsec_***");
/// assert_eq!("MfKQ9r8GKYqr".parse::<Secret>().err(), Some(SecretError::NoPrefix));
/// # Ok::<(), SecretError>(())
/// ```
#[derive(Clone)]
pub struct Secret {
    /// The key, mixed in already: that part of a signature is the same each time.
    key: hmac::Key,
}

impl Secret {
    /// What signs with it.
    pub(crate) fn key(&self) -> &hmac::Key {
        &self.key
    }
}

impl FromStr for Secret {
    type Err = SecretError;

    /// # Errors
    ///
    /// [`SecretError`] says what is wrong, and quotes nothing.
    fn from_str(text: &str) -> Result<Self, SecretError> {
        let encoded = text.strip_prefix(PREFIX).ok_or(SecretError::NoPrefix)?;
        let key = BASE64.decode(encoded).map_err(|_| SecretError::NotBase64)?;
        if !(MIN_KEY_BYTES..=MAX_KEY_BYTES).contains(&key.len()) {
            return Err(SecretError::Length { bytes: key.len() });
        }
        Ok(Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &key),
        })
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{PREFIX}***")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Why a text is no secret.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SecretError {
    /// It does not begin with `whsec_`.
    #[error(
        "the platform's secret does not begin with {PREFIX}; copy it whole, as the platform shows it"
    )]
    NoPrefix,
    /// What follows is not base64.
    #[error(
        "the platform's secret is not base64 after {PREFIX}; copy it whole, without spaces, as the platform shows it"
    )]
    NotBase64,
    /// The key is too short to be safe, or too long for Standard Webhooks.
    #[error(
        "the platform's secret is a key of {bytes} bytes; make one of {MIN_KEY_BYTES} to {MAX_KEY_BYTES}, as with: echo {PREFIX}$(openssl rand -base64 32)"
    )]
    Length {
        /// How long it is.
        bytes: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_a_prefix_and_a_long_enough_key_in_base64() {
        let check = |text: &str, expected: Option<SecretError>| {
            assert_eq!(text.parse::<Secret>().err(), expected, "{text}");
        };
        let of = |bytes: usize| format!("{PREFIX}{}", BASE64.encode(vec![0xfb; bytes]));
        let length = |bytes| Some(SecretError::Length { bytes });
        check(&of(23), length(23));
        check(&of(24), None);
        check(&of(32), None);
        check(of(32).trim_end_matches('='), None);
        check(&of(64), None);
        check(&of(65), length(65));
        check("whsec_", length(0));
        check("", Some(SecretError::NoPrefix));
        check(&of(32)[PREFIX.len()..], Some(SecretError::NoPrefix));
        check(&of(32).to_uppercase(), Some(SecretError::NoPrefix));
        check(&format!(" {}", of(32)), Some(SecretError::NoPrefix));
        check(&format!("{}\n", of(32)), Some(SecretError::NotBase64));
        // The alphabet for URLs is another one.
        check(&of(33).replace('+', "-"), Some(SecretError::NotBase64));
    }

    #[test]
    fn nothing_prints_the_key() {
        let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let secret: Secret = text.parse().unwrap();
        for shown in [
            format!("{secret}"),
            format!("{secret:?}"),
            format!("{secret:#?}"),
        ] {
            assert_eq!(shown, "whsec_***");
        }
        for wrong in [&text[6..], &format!("{text}!"), &text[..20]] {
            let error = wrong.parse::<Secret>().unwrap_err();
            assert!(!error.to_string().contains("MfKQ"), "{error}");
        }
    }
}
