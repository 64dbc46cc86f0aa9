//! The database of a test's shop, on either engine.

use std::path::Path;
use std::time::{Duration, Instant};

use jumun_test_cluster::{Cluster, Database};
use rusqlite::Connection;

/// For what has to come within moments; a loaded machine takes its time.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// Where a test's shop is kept; nothing is there at first.
pub(crate) enum TestDatabase {
    /// In the file `shop.db` of the test's folder.
    File,
    /// On the server that the tests of this process share.
    OnServer(Database),
}

impl TestDatabase {
    pub(crate) fn on_server() -> Self {
        Self::OnServer(Cluster::shared().create_database())
    }

    /// What `--database` is for it, in the test's folder.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::File => "sqlite:shop.db".to_owned(),
            Self::OnServer(database) => database.url(),
        }
    }

    /// What the first row of a statement returns, `|` between the columns.
    pub(crate) fn sql(&self, file: &Path, statement: &str) -> String {
        match self {
            Self::File => in_file(file, statement).expect("the statement runs"),
            Self::OnServer(database) => database.sql(statement),
        }
    }

    /// Waits until no session of a killed process is left: what it had sent to
    /// a server is done by then, or never will be.
    pub(crate) fn settle(&self) {
        let Self::OnServer(database) = self else {
            return;
        };
        let sessions = "SELECT count(*) FROM pg_stat_activity \
             WHERE datname = current_database() AND application_name = 'jumun'";
        let deadline = Instant::now() + DEADLINE;
        while database.sql(sessions) != "0" {
            assert!(Instant::now() < deadline, "a session does not end");
        }
    }
}

fn in_file(file: &Path, statement: &str) -> rusqlite::Result<String> {
    let database = Connection::open(file)?;
    let mut statement = database.prepare(statement)?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    let mut cells = Vec::new();
    if let Some(row) = rows.next()? {
        for column in 0..columns {
            cells.push(match row.get_ref(column)? {
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                other => String::from_utf8_lossy(other.as_bytes()?).into_owned(),
            });
        }
    }
    Ok(cells.join("|"))
}
