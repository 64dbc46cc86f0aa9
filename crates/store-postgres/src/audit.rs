//! Checks every law on a live database.
//!
//! The server does the comparing, one statement for each thing to compare, all
//! in one read-only transaction: one snapshot, while any number of instances go
//! on. Neither side waits for the other. As long as it lasts, the server keeps
//! the row versions that were replaced since; vacuum removes them afterwards.

mod campaigns;
mod chains;
mod events;
mod findings;
mod indexes;
mod ledger;
mod lines;
mod orders;
mod positions;
mod rows;
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
/// compile what runs for milliseconds. The memory is for one such table.
const PLAN: &str = "SELECT set_config(name, value, true) \
     FROM (VALUES ('work_mem', '64MB'), ('enable_sort', 'off'), ('jit', 'off')) \
     AS wanted (name, value) WHERE current_setting(name, true) IS NOT NULL";

/// How many subjects each law has, in the order of [`Law::ALL`]. The structure
/// is checked user by user, and index by index.
const SUBJECTS: &str = "
SELECT (SELECT count(*) FROM users),
       (SELECT count(*) FROM products) + (SELECT count(*) FROM purchases),
       (SELECT count(*) FROM campaigns),
       (SELECT count(*) FROM coupons) + (SELECT count(*) FROM orders
           WHERE coupon_id IS NOT NULL AND cancelled_at IS NULL),
       (SELECT count(*) FROM orders),
       (SELECT count(*) FROM orders),
       (SELECT count(*) FROM users)";

/// What reads no lines of orders.
const CHECKS: [&str; 13] = [
    rows::UNREADABLE,
    ledger::ENTRIES,
    ledger::PAID,
    campaigns::NUMBERS,
    campaigns::USES,
    campaigns::PAID,
    orders::PAYMENTS,
    events::TOLD,
    events::IDS,
    events::PLACES,
    events::SEQUENCE,
    chains::COUPONS,
    positions::LAST,
];

/// What reads the lines of orders, each of which must be readable.
const CHECKS_OF_LINES: [&str; 3] = [lines::AMOUNTS, stock::PRODUCTS, stock::PURCHASES];

struct Audit<'a> {
    session: &'a Session,
    reports: Vec<LawReport>,
    progress: &'a mut (dyn FnMut(AuditProgress) + Send),
    at: AuditProgress,
}
