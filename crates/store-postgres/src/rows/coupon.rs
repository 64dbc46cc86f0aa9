//! Rows of `coupons`.

use jumun_domain::{CampaignId, Coupon, CouponId, CouponUse, OrderId, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Decoder, Result};
use crate::pipeline::Pipeline;

macro_rules! columns {
    () => {
        "coupons.coupon_id, coupons.campaign_id, coupons.user_id, coupons.sequence, \
         coupons.used_by, coupons.used_at, coupons.created_at"
    };
}
pub(crate) use columns;

macro_rules! insert {
    () => {
        "INSERT INTO coupons (coupon_id, campaign_id, user_id, sequence, used_by, used_at, \
         created_at, previous) \
         SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::uuid[], \
         $6::bigint[], $7::bigint[], $8::uuid[])"
    };
}

/// How many columns `columns!` names: where those of a join begin.
pub(crate) const COLUMN_COUNT: usize = 7;

/// Locks coupons in the order of their ids.
pub(crate) const LOCK: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM coupons WHERE coupon_id = ANY($1) ORDER BY coupon_id FOR UPDATE"
);

/// Reads coupons.
pub(crate) const FIND: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM coupons WHERE coupon_id = ANY($1)"
);

/// Reads the coupons of campaigns ($1) that users ($2) hold.
pub(crate) const HELD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM unnest($1::bigint[], $2::bigint[]) AS wanted (campaign_id, user_id) \
     CROSS JOIN LATERAL (SELECT * FROM coupons AS it WHERE it.campaign_id = wanted.campaign_id \
     AND it.user_id = wanted.user_id LIMIT 1) AS coupons"
);

/// Adds coupons.
pub(crate) const INSERT: &str = insert!();

/// Changes coupons that are there and locked: only the use of a coupon ever
/// changes.
pub(crate) const UPDATE: &str = concat!(
    insert!(),
    " ON CONFLICT (coupon_id) DO UPDATE SET used_by = excluded.used_by, used_at = excluded.used_at"
);

pub(crate) fn decode(row: &Row) -> Result<Coupon> {
    let row = Decoder::new(row, "coupons");
    let used = match (row.get::<Option<Uuid>>(4)?, row.optional_time(5)?) {
        (None, None) => None,
        (Some(order_id), Some(at)) => Some(CouponUse {
            order_id: OrderId(order_id),
            at,
        }),
        _ => return Err(row.corrupt("half a use")),
    };
    Ok(Coupon {
        id: CouponId(row.get(0)?),
        campaign_id: row.id(1, CampaignId::new)?,
        user_id: row.id(2, UserId::new)?,
        sequence: row.units(3)?,
        used,
        created_at: row.time(6)?,
    })
}

/// Sends the insert of `coupons`, each with the one its user took before it.
pub(crate) fn insert(pipeline: &mut Pipeline<'_>, coupons: &[(&Coupon, Option<Uuid>)]) {
    send(pipeline, INSERT, coupons);
}

/// Sends the update of all of `coupons`.
pub(crate) fn update(pipeline: &mut Pipeline<'_>, coupons: &[&Coupon]) {
    // The chain they are in is not changed.
    let coupons: Vec<_> = coupons.iter().map(|it| (*it, None)).collect();
    send(pipeline, UPDATE, &coupons);
}

fn send(pipeline: &mut Pipeline<'_>, sql: &'static str, coupons: &[(&Coupon, Option<Uuid>)]) {
    if coupons.is_empty() {
        return;
    }
    let column =
        |of: fn(&Coupon) -> i64| -> Vec<i64> { coupons.iter().map(|(it, _)| of(it)).collect() };
    let ids: Vec<Uuid> = coupons.iter().map(|(it, _)| it.id.0).collect();
    let (used_by, used_at) = uses(coupons.iter().map(|(it, _)| *it));
    let previous: Vec<Option<Uuid>> = coupons.iter().map(|(_, previous)| *previous).collect();
    pipeline.execute(
        sql,
        vec![
            Box::new(ids),
            Box::new(column(|it| it.campaign_id.get())),
            Box::new(column(|it| it.user_id.get())),
            Box::new(column(|it| it.sequence.get())),
            Box::new(used_by),
            Box::new(used_at),
            Box::new(column(|it| it.created_at.as_micros())),
            Box::new(previous),
        ],
    );
}

fn uses<'a>(coupons: impl Iterator<Item = &'a Coupon>) -> (Vec<Option<Uuid>>, Vec<Option<i64>>) {
    coupons
        .map(|it| {
            let order = it.used.map(|used| used.order_id.0);
            (order, it.used.map(|used| used.at.as_micros()))
        })
        .unzip()
}
