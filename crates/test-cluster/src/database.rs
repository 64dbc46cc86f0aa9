//! A database for one test.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::cluster::Cluster;
use crate::psql::Access;

/// A database of a test's own. Dropped with its sessions when this is dropped,
/// if the server can be reached.
pub struct Database {
    access: Access,
    name: String,
}

impl Database {
    /// Its URL.
    pub fn url(&self) -> String {
        self.access.url(&self.name)
    }

    /// Its name, which no other database of this process has.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How to reach its cluster.
    pub(crate) fn access(&self) -> &Access {
        &self.access
    }

    /// What `statement` returns here, as by [`Cluster::sql`].
    ///
    /// # Panics
    ///
    /// If the statement fails.
    pub fn sql(&self, statement: &str) -> String {
        match self.access.run(&self.name, &[statement]) {
            Ok(rows) => rows,
            Err(error) => panic!("{statement}: {error}"),
        }
    }
}

impl Cluster {
    /// A new, empty database.
    pub fn create_database(&self) -> Database {
        // Nobody else connects to template0, which would be in the way.
        self.create_database_from("template0")
    }

    /// A new database with all that `template` holds. Nobody may be connected
    /// to the template meanwhile.
    pub fn create_database_from(&self, template: &str) -> Database {
        // Of the process, as a promoted standby has the databases of its primary, too.
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        self.sql(
            "postgres",
            &format!(r#"CREATE DATABASE "{name}" TEMPLATE "{template}""#),
        );
        Database {
            access: self.access().clone(),
            name,
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let statement = format!(r#"DROP DATABASE IF EXISTS "{}" WITH (FORCE)"#, self.name);
        // The server is perhaps stopped, and its directory is removed anyway.
        let _ = self.access.run("postgres", &[&statement]);
    }
}
