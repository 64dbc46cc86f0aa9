//! Rows of `campaigns`.

use jumun_domain::{Campaign, CampaignId, Discount, Money};
use tokio_postgres::Row;

use super::{Decoder, Result};
use crate::pipeline::Pipeline;
use crate::storage::StorageError;

macro_rules! columns {
    () => {
        "campaigns.campaign_id, campaigns.name, campaigns.fixed_amount, campaigns.percent, \
         campaigns.max_amount, campaigns.minimum_subtotal, campaigns.valid_from, \
         campaigns.valid_until, campaigns.quantity, campaigns.issued, campaigns.created_at"
    };
}
pub(crate) use columns;

macro_rules! insert {
    () => {
        "INSERT INTO campaigns (campaign_id, name, fixed_amount, percent, max_amount, \
         minimum_subtotal, valid_from, valid_until, quantity, issued, created_at) \
         SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::smallint[], \
         $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], \
         $11::bigint[])"
    };
}

/// Locks campaigns in the order of their ids.
pub(crate) const LOCK: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM campaigns WHERE campaign_id = ANY($1) ORDER BY campaign_id FOR UPDATE"
);

/// Reads campaigns by their ids ($1) and by those of coupons of theirs ($2).
pub(crate) const FIND: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM (SELECT unnest($1::bigint[]) AS campaign_id \
     UNION SELECT campaign_id FROM coupons WHERE coupon_id = ANY($2)) AS wanted \
     CROSS JOIN LATERAL (SELECT * FROM campaigns AS it \
     WHERE it.campaign_id = wanted.campaign_id LIMIT 1) AS campaigns"
);

/// Reads a page of campaigns.
pub(crate) const PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM campaigns WHERE campaign_id > $1 ORDER BY campaign_id LIMIT $2"
);

/// The greatest id.
pub(crate) const LAST: &str = "SELECT max(campaign_id) FROM campaigns";

/// Adds campaigns.
pub(crate) const INSERT: &str = insert!();

/// Changes campaigns that are there and locked: only the count of coupons given
/// out ever changes.
pub(crate) const UPDATE: &str = concat!(
    insert!(),
    " ON CONFLICT (campaign_id) DO UPDATE SET issued = excluded.issued"
);

pub(crate) fn decode(row: &Row) -> Result<Campaign> {
    read(Decoder::new(row, "campaigns"))
}

/// Decodes a campaign whose columns may come after others.
pub(crate) fn read(row: Decoder<'_>) -> Result<Campaign> {
    let percent = row.get::<Option<i16>>(3)?.map(u8::try_from).transpose();
    let percent = percent.map_err(|_| row.corrupt("a percentage out of range"))?;
    let discount = match (row.optional_money(2)?, percent) {
        (Some(amount), None) => Discount::Fixed { amount },
        (None, Some(percent)) => Discount::Percent {
            percent,
            max_amount: row.optional_money(4)?,
        },
        _ => return Err(row.corrupt("neither an amount nor a percentage")),
    };
    Ok(Campaign {
        id: row.id(0, CampaignId::new)?,
        name: row.text(1)?,
        discount,
        minimum_subtotal: row.optional_money(5)?,
        valid_from: row.time(6)?,
        valid_until: row.time(7)?,
        quantity: row.units(8)?,
        issued: row.units(9)?,
        created_at: row.time(10)?,
    })
}

/// The number after the last campaign's, from a row of [`LAST`].
pub(crate) fn next_id(row: &Row) -> Result<CampaignId> {
    match row.try_get::<_, Option<i64>>(0)? {
        None => Ok(CampaignId::FIRST),
        Some(last) => CampaignId::new(last)
            .and_then(CampaignId::next)
            .ok_or_else(|| StorageError::corrupt("campaigns", "no number is left")),
    }
}

/// Sends the insert of all of `campaigns`.
pub(crate) fn insert(pipeline: &mut Pipeline<'_>, campaigns: &[&Campaign]) {
    send(pipeline, INSERT, campaigns);
}

/// Sends the update of all of `campaigns`.
pub(crate) fn update(pipeline: &mut Pipeline<'_>, campaigns: &[&Campaign]) {
    send(pipeline, UPDATE, campaigns);
}

fn send(pipeline: &mut Pipeline<'_>, sql: &'static str, campaigns: &[&Campaign]) {
    if campaigns.is_empty() {
        return;
    }
    let column =
        |of: fn(&Campaign) -> i64| -> Vec<i64> { campaigns.iter().map(|it| of(it)).collect() };
    let optional = |of: fn(&Campaign) -> Option<Money>| -> Vec<Option<i64>> {
        campaigns.iter().map(|it| of(it).map(Money::get)).collect()
    };
    let names: Vec<String> = campaigns.iter().map(|it| it.name.to_string()).collect();
    let percents: Vec<Option<i16>> = campaigns
        .iter()
        .map(|it| match it.discount {
            Discount::Fixed { .. } => None,
            Discount::Percent { percent, .. } => Some(i16::from(percent)),
        })
        .collect();
    pipeline.execute(
        sql,
        vec![
            Box::new(column(|it| it.id.get())),
            Box::new(names),
            Box::new(optional(|it| match it.discount {
                Discount::Fixed { amount } => Some(amount),
                Discount::Percent { .. } => None,
            })),
            Box::new(percents),
            Box::new(optional(|it| match it.discount {
                Discount::Fixed { .. } => None,
                Discount::Percent { max_amount, .. } => max_amount,
            })),
            Box::new(optional(|it| it.minimum_subtotal)),
            Box::new(column(|it| it.valid_from.as_micros())),
            Box::new(column(|it| it.valid_until.as_micros())),
            Box::new(column(|it| it.quantity.get())),
            Box::new(column(|it| it.issued.get())),
            Box::new(column(|it| it.created_at.as_micros())),
        ],
    );
}
