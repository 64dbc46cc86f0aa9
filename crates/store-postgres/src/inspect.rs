//! How a server is set, for who checks a deployment.

use tokio_postgres::Row;

use crate::error::{OpenError, explain};
use crate::migrate::check_current;
use crate::session::Connector;
use crate::target::Target;

/// What the role of an instance must be allowed, as `docs/operating/postgres.md`
/// grants it: tables by their rights.
const RIGHTS: &[(&str, &str)] = &[
    ("SELECT", "shop refinery_schema_history all_sales"),
    (
        "SELECT INSERT UPDATE",
        "users products campaigns coupons orders purchases sales probe tokens",
    ),
    (
        "SELECT INSERT",
        "entries stock_adjustments idempotency_keys batches numbered_batches revocations changes",
    ),
    (
        "SELECT INSERT DELETE",
        "unnumbered_batches sales_log delivery_attempts delivery_log",
    ),
    (
        "SELECT INSERT UPDATE DELETE",
        "platforms pending_deliveries replays",
    ),
    ("SELECT UPDATE", "sequencer sales_folder revocation_counter"),
];

/// The settings of the server and of this session, and who we are there.
const SETTINGS: &str = "SELECT current_setting('server_version_num')::int, \
     coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false), \
     inet_client_addr() IS NULL OR inet_client_addr() = inet_server_addr() \
         OR host(inet_client_addr()) LIKE '127.%' OR host(inet_client_addr()) = '::1', \
     current_setting('synchronous_commit'), \
     current_setting('fsync')::bool, \
     current_setting('full_page_writes')::bool, \
     (SELECT rolsuper FROM pg_roles WHERE rolname = current_user), \
     EXISTS (SELECT 1 FROM pg_class WHERE oid = 'changes'::regclass \
         AND pg_has_role(current_user, relowner, 'USAGE'))";

/// Which of these rights on these tables we lack.
const MISSING: &str = "SELECT it.privilege || ' on ' || it.name \
     FROM unnest($1::text[], $2::text[]) AS it (privilege, name) \
     WHERE NOT has_table_privilege(it.name, it.privilege)";

/// How a server is set, and what the role of the URL may do there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inspection {
    /// Such as 17.
    pub major_version: i32,
    /// Whether this connection is encrypted.
    pub is_encrypted: bool,
    /// Whether the server is on this machine.
    pub is_local: bool,
    /// What a commit of ours waits for.
    pub synchronous_commit: String,
    /// Whether the server waits for its disk at all.
    pub fsync: bool,
    /// Whether pages that were half written can be made whole.
    pub full_page_writes: bool,
    /// Whether the role may do everything.
    pub is_superuser: bool,
    /// Whether the role owns the tables, and so may change the schema.
    pub is_owner: bool,
    /// Rights that a server needs and the role lacks, such as `SELECT on users`.
    pub missing_rights: Vec<String>,
}

/// Looks at the server of the shop, which must be there and up to date. It
/// changes nothing.
///
/// # Errors
///
/// A server that cannot be reached, a schema without a shop or of another
/// version.
pub async fn inspect(target: &Target) -> Result<Inspection, OpenError> {
    let session = Connector::new(target.clone())?.connect().await?;
    check_current(&session, target).await?;
    let (privileges, tables): (Vec<String>, Vec<String>) = rights().unzip();
    let looked = async {
        let settings = session.query_one(SETTINGS, &[]).await?;
        let missing = session.query(MISSING, &[&privileges, &tables]).await?;
        read(&settings, &missing)
    };
    looked.await.map_err(|error| explain(target, &error))
}

fn read(settings: &Row, missing: &[Row]) -> Result<Inspection, tokio_postgres::Error> {
    let version: i32 = settings.try_get(0)?;
    Ok(Inspection {
        major_version: version / 10_000,
        is_encrypted: settings.try_get(1)?,
        is_local: settings.try_get(2)?,
        synchronous_commit: settings.try_get(3)?,
        fsync: settings.try_get(4)?,
        full_page_writes: settings.try_get(5)?,
        is_superuser: settings.try_get(6)?,
        is_owner: settings.try_get(7)?,
        missing_rights: missing
            .iter()
            .map(|row| row.try_get(0))
            .collect::<Result<_, _>>()?,
    })
}

fn rights() -> impl Iterator<Item = (String, String)> {
    RIGHTS.iter().flat_map(|(privileges, tables)| {
        privileges.split(' ').flat_map(move |privilege| {
            let pair = move |table: &str| (privilege.to_owned(), table.to_owned());
            tables.split(' ').map(pair)
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_rights_are_those_that_the_document_grants() {
        let document = include_str!("../../../docs/operating/postgres.md");
        let mut granted = BTreeSet::new();
        for statement in document.split(';') {
            let Some((_, grant)) = statement.rsplit_once("GRANT ") else {
                continue;
            };
            let Some((rights, rest)) = grant.split_once(" ON ") else {
                continue;
            };
            let Some(tables) = rest.strip_suffix(" TO jumun_server") else {
                continue;
            };
            for privilege in rights.split(',') {
                for table in tables.split(',') {
                    granted.insert((privilege.trim().to_owned(), table.trim().to_owned()));
                }
            }
        }
        let asked: BTreeSet<(String, String)> = rights().collect();
        assert!(asked.len() > 60, "{asked:?}");
        assert_eq!(asked, granted);
    }
}
