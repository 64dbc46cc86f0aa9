//! Checks every law on a live database.
//!
//! What can change (balances, stocks) is read in one snapshot together with
//! the ends of the append-only histories at that moment. The histories up to
//! those ends never change, so they are read afterwards in chunks, each in a
//! snapshot of its own: the write-ahead log is never held back for long.

mod coupons;
mod deliveries;
mod histories;
mod marks;
mod orders;
mod sums;

use std::path::Path;

use jumun_store::{AuditProgress, AuditReport, Law, LawReport};
use rusqlite::Connection;

use crate::connection::{Role, explain};
use crate::error::OpenError;
use crate::migrate::open_current;
use crate::rows::{event, payment};
use crate::storage::StorageError;

/// Rows read in one snapshot: a few milliseconds each.
const CHUNK: usize = 10_000;

/// Checks the database at `path`, beside a running server or not.
///
/// # Errors
///
/// A database that cannot be opened or read at all; what can be read and is
/// wrong is in the report.
pub fn audit(
    path: &Path,
    progress: &mut dyn FnMut(AuditProgress),
) -> Result<AuditReport, OpenError> {
    let connection = open_current(path, Role::Reader)?;
    let mut audit = Audit {
        connection,
        reports: Law::ALL.map(LawReport::new).to_vec(),
        progress,
        at: AuditProgress { done: 0, total: 0 },
    };
    let run = audit.run();
    // What is wrong with the file is told, too, where a row of it cannot be read.
    let storage = audit.check_storage();
    for error in [run, storage].into_iter().filter_map(Result::err) {
        match error {
            StorageError::Sqlite(error) => return Err(explain(path, &error)),
            // A row that cannot be read is what an audit is for.
            StorageError::Corrupt { table, what } => audit.law(Law::Storage).broken(
                format!("table {table}"),
                format!("a row cannot be read ({what}), and nothing after it was checked; restore a backup"),
            ),
            error => audit
                .law(Law::Storage)
                .broken("database", error.to_string()),
        }
    }
    Ok(AuditReport {
        laws: audit.reports,
    })
}

struct Audit<'a> {
    connection: Connection,
    reports: Vec<LawReport>,
    progress: &'a mut dyn FnMut(AuditProgress),
    at: AuditProgress,
}

impl Audit<'_> {
    fn run(&mut self) -> Result<(), StorageError> {
        let (marks, mut sums) = marks::read(&self.connection)?;
        self.at.total = marks.rows;
        let history = histories::read(self, &marks, &mut sums)?;
        orders::check(self, &marks, &mut sums, &history)?;
        sums.check(self);
        coupons::check(self)?;
        deliveries::check(self)
    }

    fn law(&mut self, law: Law) -> &mut LawReport {
        // Every law has its report, in the order of `Law::ALL`.
        let index = Law::ALL
            .iter()
            .position(|it| *it == law)
            .unwrap_or_default();
        &mut self.reports[index]
    }

    fn advance(&mut self, rows: usize) {
        self.at.done += rows as u64;
        self.at.total = self.at.total.max(self.at.done);
        (self.progress)(self.at);
    }

    /// SQLite's own check, table by table, so that no snapshot is long, and the
    /// order of packed rows.
    fn check_storage(&mut self) -> Result<(), StorageError> {
        let packed = [
            ("payments", payment::overlapping(&self.connection)?),
            ("events", event::overlapping(&self.connection)?),
        ];
        for (table, rows) in packed {
            for first in rows {
                self.law(Law::Storage).broken(
                    format!("table {table}"),
                    format!("the row that begins with {first} overlaps the one before"),
                );
            }
        }
        let tables: Vec<String> = {
            let mut statement = self
                .connection
                .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        for table in tables {
            let findings: Vec<String> = {
                let mut statement = self
                    .connection
                    .prepare(&format!("PRAGMA integrity_check(\"{table}\")"))?;
                let rows = statement.query_map([], |row| row.get(0))?;
                rows.collect::<rusqlite::Result<_>>()?
            };
            let report = self.law(Law::Storage);
            report.checked += 1;
            for finding in findings.iter().filter(|finding| *finding != "ok") {
                report.broken(format!("table {table}"), finding);
            }
        }
        Ok(())
    }
}
