//! `--database`: which engine, and where.

mod embedded;
mod engine;
mod server;

use std::path::PathBuf;
use std::str::FromStr;

use jumun_store::Currency;
use jumun_store_postgres::Target;

use crate::failure::Failure;
use embedded::Embedded;
use server::Server;

pub(crate) use engine::{Engine, Importer, Inspection, OpenShop, Purpose, Settings, ShopReader};

/// Where the shop is kept.
#[derive(Clone, Debug)]
pub(crate) enum Database {
    /// The embedded engine, in this file.
    Embedded(PathBuf),
    /// A database server of the PostgreSQL protocol.
    Server(Box<Target>),
    /// The URL of such a server that cannot be read, and why. Told when the
    /// command runs: the parser of the command line would quote the URL, which
    /// may hold a password.
    Refused(String),
}

/// The option of every command that reads a shop.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct DatabaseOption {
    /// The database: sqlite:FILE, or postgres://USER@HOST:PORT/DATABASE with
    /// the password in the URL or in PGPASSWORD
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
    /// The engine, which looks at nothing yet.
    ///
    /// # Errors
    ///
    /// When the URL of a server cannot be read.
    pub(crate) fn engine(&self) -> Result<Box<dyn Engine>, Failure> {
        match &self.database {
            Database::Embedded(path) => Ok(Box::new(Embedded::new(path.clone()))),
            Database::Server(target) => Ok(Box::new(Server::new(Target::clone(target)))),
            Database::Refused(why) => Err(Failure::engine(why)),
        }
    }
}

impl FromStr for Database {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(match Target::parse(text) {
                Ok(target) => Self::Server(Box::new(target)),
                Err(error) => Self::Refused(error.to_string()),
            });
        }
        let path = text.strip_prefix("sqlite:").ok_or(
            "write sqlite: and the path of a file, such as sqlite:jumun.db, or the URL of a \
             PostgreSQL server, such as postgres://user@host:5432/database",
        )?;
        // `sqlite:///var/shop.db` is the same file as `sqlite:/var/shop.db`.
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.starts_with(':') || path.contains('?') || path.contains("://") {
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
        let file = |path: &str| Some(format!("Embedded({path:?})"));
        let server = |url: &str| Some(format!("Server(Target({url:?}))"));
        let table = [
            ("sqlite:shop.db", file("shop.db")),
            ("sqlite:/var/shop.db", file("/var/shop.db")),
            ("sqlite:///var/shop.db", file("/var/shop.db")),
            ("sqlite://shop.db", file("shop.db")),
            (
                "postgres://me:secret@localhost/shop",
                server("postgres://me@localhost:5432/shop"),
            ),
            (
                "postgresql://localhost/shop",
                server("postgres://localhost:5432/shop"),
            ),
            ("sqlite:", None),
            ("sqlite::memory:", None),
            ("sqlite:shop.db?mode=ro", None),
            ("sqlite:postgres://me:secret@localhost/shop", None),
            ("shop.db", None),
            ("mysql://localhost/shop", None),
            ("", None),
        ];
        for (text, expected) in table {
            let found: Option<Database> = text.parse().ok();
            assert_eq!(found.map(|it| format!("{it:?}")), expected, "{text:?}");
        }
    }

    #[test]
    fn the_url_of_a_server_that_cannot_be_read_is_no_wrong_usage_and_is_not_quoted() {
        let urls = [
            "postgres://me:secret@",
            "postgres://me:sec@ret@localhost/shop",
            "postgres://me:secret@localhost/shop?no=1",
        ];
        for url in urls {
            let Ok(Database::Refused(why)) = url.parse() else {
                panic!("{url} is not refused");
            };
            assert!(!why.contains("sec") && !why.contains("ret@"), "{why}");
        }
    }
}
