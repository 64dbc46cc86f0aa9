//! Rows of `campaigns`.

use jumun_domain::{Campaign, CampaignId, Discount, Money};
use rusqlite::{Connection, Row, params};

use super::{Decoder, Result, optional};

pub(crate) const COLUMNS: &str = "campaign_id, name, fixed_amount, percent, max_amount, \
     minimum_subtotal, valid_from, valid_until, quantity, issued, created_at";

pub(crate) fn decode(row: &Row<'_>) -> Result<Campaign> {
    let row = Decoder::new(row, "campaigns");
    let discount = match (row.optional_money(2)?, row.get::<Option<u8>>(3)?) {
        (Some(amount), None) => Discount::Fixed { amount },
        (None, Some(percent)) => Discount::Percent {
            percent,
            max_amount: row.optional_money(4)?,
        },
        _ => return Err(row.corrupt("neither an amount nor a percentage")),
    };
    Ok(Campaign {
        id: row.id(0, CampaignId::new)?,
        name: row.get(1)?,
        discount,
        minimum_subtotal: row.optional_money(5)?,
        valid_from: row.time(6)?,
        valid_until: row.time(7)?,
        quantity: row.units(8)?,
        issued: row.units(9)?,
        created_at: row.time(10)?,
    })
}

pub(crate) fn find(connection: &Connection, id: CampaignId) -> Result<Option<Campaign>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM campaigns WHERE campaign_id = ?1"
    ))?;
    optional(statement.query([id.get()])?, decode)
}

/// The number after the last campaign's.
pub(crate) fn next_id(connection: &Connection) -> Result<CampaignId> {
    let last: Option<i64> = connection
        .prepare_cached("SELECT max(campaign_id) FROM campaigns")?
        .query_row([], |row| row.get(0))?;
    match last {
        None => Ok(CampaignId::FIRST),
        Some(last) => CampaignId::new(last)
            .and_then(CampaignId::next)
            .ok_or_else(|| super::StorageError::corrupt("campaigns", "no number is left")),
    }
}

pub(crate) fn insert(connection: &Connection, campaign: &Campaign) -> rusqlite::Result<()> {
    let (fixed, percent, most) = match campaign.discount {
        Discount::Fixed { amount } => (Some(amount.get()), None, None),
        Discount::Percent {
            percent,
            max_amount,
        } => (None, Some(percent), max_amount.map(Money::get)),
    };
    connection
        .prepare_cached(
            "INSERT INTO campaigns (campaign_id, name, fixed_amount, percent, max_amount,
             minimum_subtotal, valid_from, valid_until, quantity, issued, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            campaign.id.get(),
            campaign.name,
            fixed,
            percent,
            most,
            campaign.minimum_subtotal.map(Money::get),
            campaign.valid_from.as_micros(),
            campaign.valid_until.as_micros(),
            campaign.quantity.get(),
            campaign.issued.get(),
            campaign.created_at.as_micros(),
        ])?;
    Ok(())
}

/// Only the count of coupons given out ever changes.
pub(crate) fn update(connection: &Connection, campaign: &Campaign) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE campaigns SET issued = ?2 WHERE campaign_id = ?1")?
        .execute(params![campaign.id.get(), campaign.issued.get()])?;
    Ok(())
}
