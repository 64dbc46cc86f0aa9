//! Campaigns and coupons, each judged within one snapshot of its own.

use jumun_store::Law;
use rusqlite::params;

use super::{Audit, CHUNK};
use crate::storage::StorageError;

pub(super) fn check(audit: &mut Audit<'_>) -> Result<(), StorageError> {
    check_campaigns(audit)?;
    check_uses(audit)
}

struct Campaign {
    id: i64,
    quantity: i64,
    issued: i64,
}

/// Coupons given out = the count the campaign claims ≤ its quantity, numbered
/// 1 to that count. One a user is kept by a unique index, which the check of
/// the storage covers.
fn check_campaigns(audit: &mut Audit<'_>) -> Result<(), StorageError> {
    let campaigns: Vec<i64> = {
        let mut statement = audit
            .connection
            .prepare("SELECT campaign_id FROM campaigns")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    for id in campaigns {
        // One statement, so one snapshot.
        let (campaign, count, distinct, least, most) = audit.connection.query_row(
            "SELECT campaigns.quantity, campaigns.issued, count(coupons.key),
                    count(DISTINCT coupons.sequence), coalesce(min(coupons.sequence), 1),
                    coalesce(max(coupons.sequence), 0)
             FROM campaigns LEFT JOIN coupons USING (campaign_id) WHERE campaign_id = ?1",
            [id],
            |row| {
                let campaign = Campaign {
                    id,
                    quantity: row.get(0)?,
                    issued: row.get(1)?,
                };
                let counts: (i64, i64) = (row.get(2)?, row.get(3)?);
                Ok((
                    campaign,
                    counts.0,
                    counts.1,
                    row.get::<_, i64>(4)?,
                    row.get::<_, i64>(5)?,
                ))
            },
        )?;
        let report = audit.law(Law::Campaigns);
        report.checked += 1;
        let Campaign {
            id,
            quantity,
            issued,
        } = campaign;
        if issued != count || issued > quantity || distinct != count || least != 1 || most != count
        {
            report.broken(
                format!("campaign {id}"),
                format!(
                    "quantity {quantity}, issued {issued}, coupons {count} with {distinct} numbers from {least} to {most}"
                ),
            );
        }
    }
    Ok(())
}

/// A used coupon is named by the paid order that used it. (That a paid order's
/// coupon is used by it is checked with the orders.)
fn check_uses(audit: &mut Audit<'_>) -> Result<(), StorageError> {
    let mut after = -1;
    loop {
        let chunk: Vec<(i64, bool)> = {
            let mut statement = audit.connection.prepare_cached(
                "SELECT coupons.key, coupons.used_by IS NULL
                        OR (orders.coupon_key IS coupons.key AND orders.cancelled_at IS NULL
                            AND orders.user_id = coupons.user_id)
                 FROM coupons LEFT JOIN orders ON orders.key = coupons.used_by
                 WHERE coupons.key > ?1 ORDER BY coupons.key LIMIT ?2",
            )?;
            let rows = statement.query_map(params![after, CHUNK as i64], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        let Some((end, _)) = chunk.last() else {
            return Ok(());
        };
        after = *end;
        let report = audit.law(Law::Coupons);
        for (key, holds) in &chunk {
            report.checked += 1;
            if !holds {
                report.broken(
                    format!("coupon key {key}"),
                    "is used, but no paid order of its user names it",
                );
            }
        }
        audit.advance(chunk.len());
    }
}
