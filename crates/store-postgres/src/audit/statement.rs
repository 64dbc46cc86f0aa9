//! One statement of an audit.
//!
//! It returns what it finds: the name of the law, the subject, and what is
//! wrong. However much that is, only as much of it is sent as a report keeps.

use jumun_store::{Finding, Law, LawReport};
use tokio_postgres::error::SqlState;

use crate::session::Session;
use crate::storage::StorageError;

/// What breaks one law.
pub(super) struct Found {
    pub(super) law: Law,
    /// How many findings there are.
    pub(super) broken: u64,
    /// The first of them.
    pub(super) findings: Vec<Finding>,
}

/// Runs a statement; `Err` within `Ok` is what the server says of a row that
/// it cannot read. The transaction goes on either way.
///
/// # Errors
///
/// All else that the server says.
pub(super) async fn run(
    session: &Session,
    sql: &str,
) -> Result<Result<Vec<Found>, String>, StorageError> {
    let sql = first_of_each_law(sql);
    match in_savepoint(session, session.query(&sql, &[])).await? {
        Ok(rows) => {
            let mut all: Vec<Found> = Vec::new();
            for row in rows {
                let law = law(row.try_get(0)?)?;
                let finding = Finding {
                    subject: row.try_get(1)?,
                    detail: row.try_get(2)?,
                };
                match all.last_mut() {
                    Some(found) if found.law == law => found.findings.push(finding),
                    _ => all.push(Found {
                        law,
                        broken: row.try_get::<_, i64>(3)?.unsigned_abs(),
                        findings: vec![finding],
                    }),
                }
            }
            Ok(Ok(all))
        }
        Err(fault) => Ok(Err(fault)),
    }
}

/// Awaits `work`. What it says of rows and pages that cannot be read is
/// returned as `Err` within `Ok`, and the transaction is as before.
///
/// # Errors
///
/// All else that the server says.
pub(super) async fn in_savepoint<T>(
    session: &Session,
    work: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<Result<T, String>, StorageError> {
    session.batch_execute("SAVEPOINT statement").await?;
    let error = match work.await {
        Ok(done) => {
            session.batch_execute("RELEASE SAVEPOINT statement").await?;
            return Ok(Ok(done));
        }
        Err(error) => error,
    };
    let Some(told) = error.as_db_error().filter(|it| is_of_a_row(it.code())) else {
        return Err(error.into());
    };
    let fault = told.message().to_owned();
    session
        .batch_execute("ROLLBACK TO SAVEPOINT statement; RELEASE SAVEPOINT statement")
        .await?;
    Ok(Err(fault))
}

/// Values that are no numbers or out of range, and damaged pages.
fn is_of_a_row(code: &SqlState) -> bool {
    code.code().starts_with(DATA_EXCEPTION)
        || [SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED].contains(code)
}

const DATA_EXCEPTION: &str = "22";

/// Subjects of one kind in the order of their numbers: shorter ones first.
fn first_of_each_law(sql: &str) -> String {
    format!(
        "SELECT law, subject, detail, broken FROM (\
             SELECT law, subject, detail, count(*) OVER (PARTITION BY law) AS broken, \
             row_number() OVER (PARTITION BY law ORDER BY length(subject), subject, detail) \
             AS place \
             FROM ({sql}) AS found (law, subject, detail)\
         ) AS numbered WHERE place <= {} ORDER BY law, place",
        LawReport::MAX_FINDINGS
    )
}

fn law(name: &str) -> Result<Law, StorageError> {
    let law = Law::ALL.into_iter().find(|law| law.name() == name);
    law.ok_or(StorageError::Engine("an audit found what breaks no law"))
}
