//! The indexes, checked by the server's own extension amcheck where it is
//! installed and this role may use it.

use tokio_postgres::types::Oid;

use super::statement::in_savepoint;
use crate::session::Session;
use crate::storage::StorageError;

/// An index to check.
pub(super) struct Index {
    pub(super) name: String,
    oid: Oid,
    /// Whether this snapshot can tell which rows the index must have.
    covers_snapshot: bool,
    /// What checks it, with the extension's schema.
    function: String,
}

/// The extension's function, where this role may call it.
const FUNCTION: &str = "SELECT format('%I.bt_index_check', nspname) \
     FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = pg_extension.extnamespace \
     JOIN pg_proc ON pg_proc.pronamespace = pg_namespace.oid \
     WHERE extname = 'amcheck' AND proname = 'bt_index_check' AND pronargs = 2 \
     AND has_schema_privilege(pg_namespace.oid, 'USAGE') \
     AND has_function_privilege(pg_proc.oid, 'EXECUTE')";

/// The tables of a shop.
const TABLES: [&str; 27] = [
    "shop",
    "users",
    "products",
    "stock_adjustments",
    "campaigns",
    "coupons",
    "orders",
    "entries",
    "batches",
    "unnumbered_batches",
    "numbered_batches",
    "sequencer",
    "idempotency_keys",
    "purchases",
    "sales",
    "sales_log",
    "sales_folder",
    "probe",
    "platforms",
    "pending_deliveries",
    "delivery_attempts",
    "delivery_log",
    "replays",
    "tokens",
    "revocations",
    "revocation_counter",
    "changes",
];

const INDEXES: &str = "SELECT relation.relname::text, relation.oid, NOT pg_index.indcheckxmin \
     FROM pg_index JOIN pg_class AS relation ON relation.oid = pg_index.indexrelid \
     JOIN pg_am ON pg_am.oid = relation.relam \
     WHERE pg_am.amname = 'btree' AND pg_index.indisvalid \
     AND pg_index.indrelid IN (SELECT to_regclass(name) FROM unnest($1::text[]) AS ours (name)) \
     ORDER BY 1";

/// Those that can be checked; none without the extension.
///
/// # Errors
///
/// Those of the server.
pub(super) async fn find(session: &Session) -> Result<Vec<Index>, StorageError> {
    let Some(row) = session.query_opt(FUNCTION, &[]).await? else {
        return Ok(Vec::new());
    };
    let function: String = row.try_get(0)?;
    let rows = session.query(INDEXES, &[&TABLES.as_slice()]).await?;
    let indexes = rows.iter().map(|row| {
        Ok(Index {
            name: row.try_get(0)?,
            oid: row.try_get(1)?,
            covers_snapshot: row.try_get(2)?,
            function: function.clone(),
        })
    });
    indexes.collect()
}

/// What is wrong with an index, if anything: its order, or rows that it lacks.
///
/// # Errors
///
/// Those of the server.
pub(super) async fn check(
    session: &Session,
    index: &Index,
) -> Result<Option<String>, StorageError> {
    let sql = format!("SELECT {}($1::oid, $2)", index.function);
    let checked = async {
        session
            .execute(&sql, &[&index.oid, &index.covers_snapshot])
            .await
    };
    Ok(in_savepoint(session, checked).await?.err())
}
