//! Creating a shop in a database and bringing its schema up to date.

use jumun_store::Currency;

use crate::error::{OpenError, explain};
use crate::options::Options;
use crate::session::{Connector, Session};
use crate::target::Target;
use crate::turn::Turn;

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// What [`migrate`] did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Migration {
    /// The schema version before; 0 where there was no shop.
    pub from: i32,
    /// The schema version now.
    pub to: i32,
}

/// The name of the first migration, by which a history is known to be ours.
const FIRST_MIGRATION: &str = "shop";

/// Creates the shop if there is none, and brings its schema up to date.
///
/// Each migration is one transaction. Several processes may do this at once,
/// and take turns. A migration only adds what a running older version does not
/// mind; what it replaces goes in a later version, so instances can be replaced
/// one by one.
///
/// # Errors
///
/// A server that cannot be reached, a schema that is something else's or newer
/// than this program, a currency other than the pinned one, a role that may not
/// create tables. The schema is then as it was.
pub async fn migrate(target: &Target, options: &Options) -> Result<Migration, OpenError> {
    let connector = Connector::new(target.clone())?;
    let mut session = connector.connect().await?;
    // Before anything is written into what may be something else's.
    let from = recognise(&session, target).await?;
    let known = latest_version();
    if from > known {
        return Err(newer(target, from));
    }
    let from = if from < known {
        let turn = Turn::take(&connector).await?;
        let from = recognise(&session, target).await?;
        let result = embedded::migrations::runner()
            .run_async(&mut *session)
            .await;
        result.map_err(|error| migration_failed(target, &error))?;
        turn.end().await;
        from
    } else {
        from
    };
    pin_currency(&session, options.currency.unwrap_or(Currency::KRW))
        .await
        .map_err(|error| explain(target, &error))?;
    check_currency(&session, target, options.currency).await?;
    Ok(Migration { from, to: known })
}

/// The version of the schema, 0 where there is none.
///
/// # Errors
///
/// Tables that this program did not make.
pub(crate) async fn recognise(session: &Session, target: &Target) -> Result<i32, OpenError> {
    check_encoding(session, target).await?;
    let read = async {
        let history = session
            .query_one(
                "SELECT EXISTS (SELECT 1 FROM information_schema.tables \
                 WHERE table_schema = current_schema() \
                 AND table_name = 'refinery_schema_history')",
                &[],
            )
            .await?;
        if history.try_get::<_, bool>(0)? {
            let row = session
                .query_one(
                    "SELECT coalesce(max(version), 0), \
                     coalesce(max(CASE WHEN version = 1 THEN name END), '') \
                     FROM refinery_schema_history",
                    &[],
                )
                .await?;
            let (version, first) = (row.try_get::<_, i32>(0)?, row.try_get::<_, String>(1)?);
            let ours = version == 0 || first == FIRST_MIGRATION;
            return Ok((
                version,
                (!ours).then(|| "refinery_schema_history".to_owned()),
            ));
        }
        // What there is besides must not be called as ours will be.
        let row = session
            .query_opt(
                "SELECT table_name::text FROM information_schema.tables \
                 WHERE table_schema = current_schema() AND table_name IN ('shop', 'users', \
                 'products', 'stock_adjustments', 'campaigns', 'coupons', 'orders', 'order_lines', \
                 'entries', 'batches', 'unnumbered_batches', 'numbered_batches', 'sequencer', \
                 'events', 'idempotency_keys', 'purchases', 'sales', 'sales_log', \
                 'sales_folder', 'all_sales', 'probe', 'platforms', 'pending_deliveries', \
                 'delivery_attempts', 'delivery_log', 'replays', 'tokens', 'revocations', \
                 'revocation_counter', 'changes') \
                 ORDER BY table_name LIMIT 1",
                &[],
            )
            .await?;
        let table = row.map(|row| row.try_get::<_, String>(0)).transpose()?;
        Ok((0, table))
    };
    match read.await {
        Ok((version, None)) => Ok(version),
        Ok((_, Some(table))) => Err(OpenError::NotOurs {
            target: target.shown().to_owned(),
            table,
        }),
        Err(error) => Err(explain(target, &error)),
    }
}

/// Refuses a database that does not keep text in UTF-8: it would refuse, or not
/// check, what a client may send.
async fn check_encoding(session: &Session, target: &Target) -> Result<(), OpenError> {
    let row = session
        .query_one("SELECT current_setting('server_encoding')", &[])
        .await
        .map_err(|error| explain(target, &error))?;
    let found: String = row.try_get(0).map_err(|error| explain(target, &error))?;
    if found == "UTF8" {
        return Ok(());
    }
    Err(OpenError::OtherEncoding {
        target: target.shown().to_owned(),
        found,
    })
}

/// Refuses a database without a shop, or whose schema is not the one this
/// program knows.
///
/// # Errors
///
/// See [`OpenError::NoShop`], [`OpenError::Older`] and [`OpenError::Newer`].
pub(crate) async fn check_current(session: &Session, target: &Target) -> Result<(), OpenError> {
    let found = recognise(session, target).await?;
    let known = latest_version();
    if found == 0 {
        return Err(OpenError::NoShop {
            target: target.shown().to_owned(),
        });
    }
    if found > known {
        return Err(newer(target, found));
    }
    if found < known {
        return Err(OpenError::Older {
            target: target.shown().to_owned(),
            found,
            known,
        });
    }
    Ok(())
}

/// The currency pinned in the database.
pub(crate) async fn pinned_currency(
    session: &Session,
    target: &Target,
) -> Result<Currency, OpenError> {
    let row = session
        .query_one("SELECT currency FROM shop WHERE singleton = 1", &[])
        .await
        .map_err(|error| explain(target, &error))?;
    let code: &str = row.try_get(0).map_err(|error| explain(target, &error))?;
    code.parse().map_err(|error| OpenError::Server {
        target: target.shown().to_owned(),
        reason: format!("the row of its shop cannot be read: {error}"),
    })
}

/// Refuses another currency than the pinned one.
pub(crate) async fn check_currency(
    session: &Session,
    target: &Target,
    asked: Option<Currency>,
) -> Result<Currency, OpenError> {
    let pinned = pinned_currency(session, target).await?;
    match asked {
        Some(asked) if asked != pinned => Err(OpenError::OtherCurrency {
            target: target.shown().to_owned(),
            pinned: pinned.to_string(),
            asked: asked.to_string(),
        }),
        _ => Ok(pinned),
    }
}

async fn pin_currency(session: &Session, currency: Currency) -> Result<(), tokio_postgres::Error> {
    session
        .execute(
            "INSERT INTO shop (singleton, currency, created_at) \
             VALUES (1, $1, floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint) \
             ON CONFLICT (singleton) DO NOTHING",
            &[&currency.as_str()],
        )
        .await
        .map(drop)
}

fn latest_version() -> i32 {
    let runner = embedded::migrations::runner();
    let versions = runner
        .get_migrations()
        .iter()
        .map(refinery::Migration::version);
    versions.max().unwrap_or(0)
}

fn newer(target: &Target, found: i32) -> OpenError {
    OpenError::Newer {
        target: target.shown().to_owned(),
        found,
        known: latest_version(),
    }
}

fn migration_failed(target: &Target, error: &refinery::Error) -> OpenError {
    let mut reason = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if let Some(server) = inner.downcast_ref::<tokio_postgres::Error>() {
            return explain(target, server);
        }
        reason = inner.to_string();
        source = inner.source();
    }
    OpenError::Server {
        target: target.shown().to_owned(),
        reason,
    }
}
