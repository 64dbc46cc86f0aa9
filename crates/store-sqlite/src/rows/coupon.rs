//! Rows of `coupons`.

use jumun_domain::{CampaignId, Coupon, CouponId, CouponUse, OrderId, UserId};
use rusqlite::{Connection, Row, params};

use super::{Decoder, Result, optional};
use crate::key::StoredId;

/// To be read `FROM` [`TABLES`].
pub(crate) const COLUMNS: &str = "coupons.key, coupons.id_low, coupons.campaign_id, \
     coupons.user_id, coupons.sequence, coupons.used_by, orders.id_low, coupons.used_at, \
     coupons.created_at, coupons.previous";

pub(crate) const TABLES: &str = "coupons LEFT JOIN orders ON orders.key = coupons.used_by";

/// A coupon and the key of the one its user took before it.
pub(crate) struct StoredCoupon {
    pub(crate) coupon: Coupon,
    pub(crate) previous: Option<i64>,
}

pub(crate) fn decode(row: &Row<'_>) -> Result<StoredCoupon> {
    let row = Decoder::new(row, "coupons");
    let used = match (
        row.get::<Option<i64>>(5)?,
        row.get::<Option<i64>>(6)?,
        row.optional_time(7)?,
    ) {
        (None, _, None) => None,
        (Some(key), Some(low), Some(at)) => Some(CouponUse {
            order_id: OrderId(StoredId { key, low }.uuid()),
            at,
        }),
        _ => return Err(row.corrupt("used by an order that is not there")),
    };
    let id = StoredId {
        key: row.get(0)?,
        low: row.get(1)?,
    };
    Ok(StoredCoupon {
        coupon: Coupon {
            id: CouponId(id.uuid()),
            campaign_id: row.id(2, CampaignId::new)?,
            user_id: row.id(3, UserId::new)?,
            sequence: row.units(4)?,
            used,
            created_at: row.time(8)?,
        },
        previous: row.get(9)?,
    })
}

pub(crate) fn find(connection: &Connection, id: CouponId) -> Result<Option<Coupon>> {
    let Some(stored) = StoredId::of(id.0) else {
        return Ok(None);
    };
    let found = find_by_key(connection, stored.key)?;
    Ok(found
        .map(|found| found.coupon)
        .filter(|coupon| coupon.id == id))
}

pub(crate) fn find_by_key(connection: &Connection, key: i64) -> Result<Option<StoredCoupon>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM {TABLES} WHERE coupons.key = ?1"
    ))?;
    optional(statement.query([key])?, decode)
}

/// The coupon of a campaign that a user holds.
pub(crate) fn find_by_holder(
    connection: &Connection,
    campaign: CampaignId,
    user: UserId,
) -> Result<Option<CouponId>> {
    let mut statement = connection.prepare_cached(
        "SELECT key, id_low FROM coupons WHERE campaign_id = ?1 AND user_id = ?2",
    )?;
    optional(statement.query([campaign.get(), user.get()])?, |row| {
        Ok(CouponId(
            StoredId {
                key: row.get(0)?,
                low: row.get(1)?,
            }
            .uuid(),
        ))
    })
}

pub(crate) fn insert(
    connection: &Connection,
    coupon: &Coupon,
    previous: Option<i64>,
) -> rusqlite::Result<()> {
    let id = StoredId::minted(coupon.id.0);
    connection
        .prepare_cached(
            "INSERT INTO coupons (key, id_low, campaign_id, user_id, previous, sequence, used_by,
             used_at, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            id.key,
            id.low,
            coupon.campaign_id.get(),
            coupon.user_id.get(),
            previous,
            coupon.sequence.get(),
            coupon
                .used
                .map(|used| StoredId::minted(used.order_id.0).key),
            coupon.used.map(|used| used.at.as_micros()),
            coupon.created_at.as_micros(),
        ])?;
    Ok(())
}

/// Only the use of a coupon ever changes.
pub(crate) fn update(connection: &Connection, coupon: &Coupon) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE coupons SET used_by = ?2, used_at = ?3 WHERE key = ?1")?
        .execute(params![
            StoredId::minted(coupon.id.0).key,
            coupon
                .used
                .map(|used| StoredId::minted(used.order_id.0).key),
            coupon.used.map(|used| used.at.as_micros()),
        ])?;
    Ok(())
}
