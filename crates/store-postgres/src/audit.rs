//! Checks every law on a live database.
//!
//! The server does the comparing, a statement for each thing to compare, all in
//! one read-only transaction: one snapshot, while any number of instances go
//! on. Neither side waits for the other. As long as it lasts, the server keeps
//! the row versions that were replaced since; vacuum removes them afterwards.

mod batches;
mod coupons;
mod deliveries;
mod events;
mod indexes;
mod ledger;
mod orders;
mod rows;
mod statement;
mod stock;

use jumun_store::{AuditProgress, AuditReport, Law, LawReport};

use crate::error::{OpenError, explain};
use crate::migrate::check_current;
use crate::session::{Connector, Session};
use crate::storage::StorageError;
use crate::target::Target;

/// Checks the shop at `target`, beside running instances or not. `progress` is
/// told of each statement that has ended.
///
/// Where the extension amcheck is in the database and this role may use it, the
/// indexes are checked against their tables, too.
///
/// # Errors
///
/// A server that cannot be reached, or a database without a shop of the version
/// that this program knows. What can be read and is wrong is in the report.
pub async fn audit(
    target: &Target,
    progress: &mut (dyn FnMut(AuditProgress) + Send),
) -> Result<AuditReport, OpenError> {
    let session = Connector::new(target.clone())?.connect().await?;
    check_current(&session, target).await?;
    let mut audit = Audit {
        session: &session,
        reports: Law::ALL.map(LawReport::new).to_vec(),
        progress,
        at: AuditProgress { done: 0, total: 0 },
    };
    match audit.run().await {
        Ok(()) => Ok(AuditReport {
            laws: audit.reports,
        }),
        Err(StorageError::Server(error)) => Err(explain(target, &error)),
        Err(error) => Err(OpenError::Server {
            target: target.shown().to_owned(),
            reason: error.explain(),
        }),
    }
}

/// The one snapshot.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// How to plan, where the server knows the setting. It takes an order to have a
/// hundred lines, so it would sort where a hash table fits in memory, and
/// compile what runs for milliseconds. The memory is that of one hash table.
/// And the tables are read, whatever their indexes say: those are to be checked.
const PLAN: &str = "SELECT set_config(name, value, true) \
     FROM (VALUES ('work_mem', '64MB'), ('jit', 'off'), ('enable_sort', 'off'), \
     ('enable_indexscan', 'off'), ('enable_indexonlyscan', 'off'), ('enable_bitmapscan', 'off')) \
     AS wanted (name, value) WHERE current_setting(name, true) IS NOT NULL";

/// How many subjects each law has, in the order of [`Law::ALL`]. The structure
/// is that of each user's rows, besides the indexes.
const SUBJECTS: &str = "
WITH placed AS (
    SELECT count(*) AS orders,
           count(CASE WHEN coupon_id IS NOT NULL AND cancelled_at IS NULL THEN 1 END) AS uses
    FROM orders
), held AS (
    SELECT (SELECT count(*) FROM users) AS users,
           (SELECT count(*) FROM products) + (SELECT count(*) FROM purchases) AS stocks,
           (SELECT count(*) FROM campaigns) AS campaigns,
           (SELECT count(*) FROM coupons) AS coupons,
           (SELECT count(*) FROM platforms) + (SELECT count(*) FROM pending_deliveries)
               AS deliveries
)
SELECT users, stocks, campaigns, coupons + uses, orders, orders, deliveries, users
FROM placed CROSS JOIN held";

/// Statements that read no lines of orders.
const CHECKS: [&str; 14] = [
    rows::READABLE,
    rows::POSITIONS,
    ledger::ENTRIES,
    ledger::ORDERS,
    coupons::CHAINS,
    coupons::CAMPAIGNS,
    coupons::USES,
    orders::PAYMENTS,
    events::TOLD,
    events::IDS,
    batches::PLACES,
    batches::SEQUENCE,
    deliveries::POSITIONS,
    deliveries::PENDING,
];

/// Statements that fail at lines which [`orders::UNREADABLE`] finds.
const CHECKS_OF_LINES: [&str; 3] = [orders::AMOUNTS, stock::PRODUCTS, stock::PURCHASES];

struct Audit<'a> {
    session: &'a Session,
    reports: Vec<LawReport>,
    progress: &'a mut (dyn FnMut(AuditProgress) + Send),
    at: AuditProgress,
}

impl Audit<'_> {
    async fn run(&mut self) -> Result<(), StorageError> {
        self.session.batch_execute(BEGIN).await?;
        self.session.batch_execute(PLAN).await?;
        let indexes = indexes::find(self.session).await?;
        self.at.total = (2 + CHECKS.len() + CHECKS_OF_LINES.len() + indexes.len()) as u64;
        self.count().await?;
        for check in CHECKS {
            self.check(check).await?;
        }
        let before = self.law(Law::Storage).broken;
        self.check(orders::UNREADABLE).await?;
        if self.law(Law::Storage).broken == before {
            for check in CHECKS_OF_LINES {
                self.check(check).await?;
            }
        } else {
            self.law(Law::Storage).broken(
                "database",
                "amounts, stocks, best sellers and purchases were not checked, for want of lines",
            );
            CHECKS_OF_LINES.iter().for_each(|_| self.advance());
        }
        for index in &indexes {
            let fault = indexes::check(self.session, index).await?;
            let report = self.law(Law::Storage);
            report.checked += 1;
            if let Some(fault) = fault {
                report.broken(format!("index {}", index.name), fault);
            }
            self.advance();
        }
        Ok(())
    }

    async fn count(&mut self) -> Result<(), StorageError> {
        let counted = self.session.query_one(SUBJECTS, &[]);
        match statement::in_savepoint(self.session, counted).await? {
            Ok(row) => {
                for (index, report) in self.reports.iter_mut().enumerate() {
                    // Counts are not negative.
                    report.checked = row.try_get::<_, i64>(index)?.unsigned_abs();
                }
            }
            Err(fault) => self.law(Law::Storage).broken("database", fault),
        }
        self.advance();
        Ok(())
    }

    /// Runs one statement and reports what it finds.
    async fn check(&mut self, sql: &str) -> Result<(), StorageError> {
        match statement::run(self.session, sql).await? {
            Ok(found) => {
                for it in found {
                    self.add(it);
                }
            }
            // A row that cannot be read is what an audit is for.
            Err(fault) => self.law(Law::Storage).broken("database", fault),
        }
        self.advance();
        Ok(())
    }

    fn add(&mut self, found: statement::Found) {
        let report = self.law(found.law);
        report.broken += found.broken;
        let room = LawReport::MAX_FINDINGS.saturating_sub(report.findings.len());
        report
            .findings
            .extend(found.findings.into_iter().take(room));
    }

    fn law(&mut self, law: Law) -> &mut LawReport {
        // Every law has its report, in the order of `Law::ALL`.
        let index = Law::ALL
            .iter()
            .position(|it| *it == law)
            .unwrap_or_default();
        &mut self.reports[index]
    }

    fn advance(&mut self) {
        self.at.done += 1;
        (self.progress)(self.at);
    }
}
