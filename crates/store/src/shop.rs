//! What is pinned when a database is created.

use std::fmt;

/// The currency of all money in a deployment, by its ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Currency([u8; 3]);

/// The text is no currency code: give three capital letters such as `KRW`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a currency is three capital letters (ISO 4217), such as KRW or USD")]
pub struct InvalidCurrency;

impl Currency {
    /// The Korean won, which has no decimals: the default.
    pub const KRW: Self = Self(*b"KRW");

    /// The code.
    pub fn as_str(&self) -> &str {
        // Three ASCII letters by construction.
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

impl std::str::FromStr for Currency {
    type Err = InvalidCurrency;

    fn from_str(text: &str) -> Result<Self, InvalidCurrency> {
        let bytes: [u8; 3] = text.as_bytes().try_into().map_err(|_| InvalidCurrency)?;
        if bytes.iter().all(u8::is_ascii_uppercase) {
            Ok(Self(bytes))
        } else {
            Err(InvalidCurrency)
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What a database says of the shop it belongs to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shop {
    /// The currency of every amount, pinned when the database was created.
    pub currency: Currency,
}
