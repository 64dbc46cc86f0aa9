//! `--database`: which engine, and where.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use jumun_store::Currency;

use crate::failure::Failure;

/// Where the shop is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Database {
    /// The embedded engine, in this file.
    Embedded(PathBuf),
    /// A database server of the PostgreSQL protocol.
    Postgres,
}

/// The option of every command that reads a shop.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct DatabaseOption {
    /// The database: sqlite:FILE
    #[arg(long, value_name = "URL", default_value = "sqlite:jumun.db")]
    database: Database,
}

/// The option of every command that may create a shop.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct CurrencyOption {
    /// The currency of all money (ISO 4217), pinned when the database is
    /// created; another one than the pinned is refused [default: KRW for a new
    /// database]
    #[arg(long, value_name = "CODE")]
    pub(crate) currency: Option<Currency>,
}

impl DatabaseOption {
    /// The file of the embedded engine.
    ///
    /// # Errors
    ///
    /// When the database is not one that this version can open.
    pub(crate) fn file(&self) -> Result<&Path, Failure> {
        match &self.database {
            Database::Embedded(path) => Ok(path),
            Database::Postgres => Err(Failure::new(
                "this version has no PostgreSQL engine, only the embedded one",
            )
            .help("give a file instead, such as --database sqlite:jumun.db")),
        }
    }
}

impl FromStr for Database {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres);
        }
        let path = text
            .strip_prefix("sqlite:")
            .ok_or("write sqlite: and the path of a file, such as sqlite:jumun.db")?;
        // `sqlite:///var/shop.db` is the same file as `sqlite:/var/shop.db`.
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.starts_with(':') || path.contains('?') {
            return Err(
                "the path of a file has to follow sqlite:, such as sqlite:jumun.db; \
                        databases in memory and URL parameters are not supported"
                    .to_owned(),
            );
        }
        Ok(Self::Embedded(PathBuf::from(path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_named_by_an_url_with_a_known_scheme() {
        let file = |path: &str| Some(Database::Embedded(PathBuf::from(path)));
        let table = [
            ("sqlite:shop.db", file("shop.db")),
            ("sqlite:/var/shop.db", file("/var/shop.db")),
            ("sqlite:///var/shop.db", file("/var/shop.db")),
            ("sqlite://shop.db", file("shop.db")),
            ("postgres://localhost/shop", Some(Database::Postgres)),
            ("postgresql://localhost/shop", Some(Database::Postgres)),
            ("sqlite:", None),
            ("sqlite::memory:", None),
            ("sqlite:shop.db?mode=ro", None),
            ("shop.db", None),
            ("mysql://localhost/shop", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(text.parse().ok(), expected, "{text:?}");
        }
    }
}
