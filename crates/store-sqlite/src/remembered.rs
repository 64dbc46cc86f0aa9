//! Idempotency keys: each row names the row from which the first answer is
//! rendered again.

use std::sync::Arc;

use jumun_domain::{
    Answer, Campaign, Coupon, CouponUse, Fingerprint, IdempotencyKey, OrderId, Remembered, Scope,
    Units,
};
use rusqlite::{CachedStatement, Connection, params};

use crate::key::{StoredId, scope_code, stored_key};
use crate::rows::{campaign, coupon, entry, optional, order, stock_adjustment};
use crate::storage::StorageError;

const TABLE: &str = "idempotency_keys";

/// What a row refers to.
struct Reference {
    kind: i64,
    key: i64,
    used_by: Option<i64>,
    used_at: Option<i64>,
}

const ENTRY: i64 = 1;
const STOCK_ADJUSTMENT: i64 = 2;
const CAMPAIGN: i64 = 3;
const COUPON_GIVEN: i64 = 4;
const COUPON_HELD: i64 = 5;
const ORDER_PLACED: i64 = 6;
const ORDER_CANCELLED: i64 = 7;

/// Finds what is remembered of keys, one statement for a whole batch.
pub(crate) struct Find<'c> {
    connection: &'c Connection,
    statement: CachedStatement<'c>,
}

impl<'c> Find<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        let statement = connection.prepare_cached(
            "SELECT fingerprint, answer_kind, answer_key, used_by, used_at
             FROM idempotency_keys WHERE key = ?1 AND scope = ?2",
        )?;
        Ok(Self {
            connection,
            statement,
        })
    }

    /// What is remembered of a key, with the first answer as it was then.
    pub(crate) fn run(
        &mut self,
        scope: Scope,
        key: &IdempotencyKey,
    ) -> Result<Option<Remembered>, StorageError> {
        let rows = self
            .statement
            .query(params![stored_key(key), scope_code(scope)])?;
        let found = optional(rows, |row| {
            let reference = Reference {
                kind: row.get(1)?,
                key: row.get(2)?,
                used_by: row.get(3)?,
                used_at: row.get(4)?,
            };
            Ok((Fingerprint(row.get(0)?), reference))
        })?;
        let Some((fingerprint, reference)) = found else {
            return Ok(None);
        };
        let answer = answer(self.connection, scope, &reference)?
            .ok_or_else(|| StorageError::corrupt(TABLE, "its answer is not there"))?;
        Ok(Some(Remembered {
            fingerprint,
            answer,
        }))
    }
}

fn answer(
    connection: &Connection,
    scope: Scope,
    reference: &Reference,
) -> Result<Option<Answer>, StorageError> {
    let key = reference.key;
    Ok(match reference.kind {
        ENTRY => entry::find_by_key(connection, key)?.map(|found| Answer::Credited(found.entry)),
        STOCK_ADJUSTMENT => match scope {
            Scope::Product(product) => {
                stock_adjustment::find_by_key(connection, product, key)?.map(Answer::StockAdjusted)
            }
            _ => None,
        },
        CAMPAIGN => match jumun_domain::CampaignId::new(key) {
            Some(id) => campaign::find(connection, id)?.map(|campaign| {
                Answer::CampaignCreated(Campaign {
                    issued: Units::ZERO,
                    ..campaign
                })
            }),
            None => None,
        },
        COUPON_GIVEN | COUPON_HELD => coupon_answer(connection, reference)?,
        ORDER_PLACED => order::find_by_key(connection, key)?
            .map(|found| Answer::OrderPlaced(Arc::new(found.order.as_placed()))),
        ORDER_CANCELLED => order::find_by_key(connection, key)?
            .map(|found| Answer::OrderCancelled(Arc::new(found.order))),
        _ => None,
    })
}

/// The coupon with the use it had when this was answered.
fn coupon_answer(
    connection: &Connection,
    reference: &Reference,
) -> Result<Option<Answer>, StorageError> {
    let Some(found) = coupon::find_by_key(connection, reference.key)? else {
        return Ok(None);
    };
    let Some(campaign) = campaign::find(connection, found.coupon.campaign_id)? else {
        return Ok(None);
    };
    let used = match (reference.used_by, reference.used_at) {
        (Some(order_key), Some(at)) => match order::find_by_key(connection, order_key)? {
            Some(found) => Some(CouponUse {
                order_id: found.order.id,
                at: jumun_domain::Timestamp::from_micros(at),
            }),
            None => return Ok(None),
        },
        _ => None,
    };
    Ok(Some(Answer::Coupon {
        coupon: Coupon {
            used,
            ..found.coupon
        },
        campaign: Arc::new(campaign),
        created: reference.kind == COUPON_GIVEN,
    }))
}

/// Remembers keys and where their answers are, one statement for a whole batch.
pub(crate) struct Insert<'c>(CachedStatement<'c>);

impl<'c> Insert<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        connection
            .prepare_cached(
                "INSERT INTO idempotency_keys
                 (key, scope, fingerprint, answer_kind, answer_key, used_by, used_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )
            .map(Self)
    }

    pub(crate) fn run(
        &mut self,
        scope: Scope,
        key: &IdempotencyKey,
        remembered: &Remembered,
    ) -> Result<(), StorageError> {
        let Some(reference) = refer(&remembered.answer) else {
            return Err(StorageError::corrupt(TABLE, "an answer that takes no key"));
        };
        self.0.execute(params![
            stored_key(key),
            scope_code(scope),
            remembered.fingerprint.0.as_slice(),
            reference.kind,
            reference.key,
            reference.used_by,
            reference.used_at,
        ])?;
        Ok(())
    }
}

fn refer(answer: &Answer) -> Option<Reference> {
    let to = |kind, key| {
        Some(Reference {
            kind,
            key,
            used_by: None,
            used_at: None,
        })
    };
    let order_key = |id: OrderId| StoredId::minted(id.0).key;
    match answer {
        Answer::User { .. } | Answer::Product { .. } => None,
        Answer::Credited(entry) => to(ENTRY, StoredId::minted(entry.id.0).key),
        Answer::StockAdjusted(it) => to(STOCK_ADJUSTMENT, StoredId::minted(it.id.0).key),
        Answer::CampaignCreated(campaign) => to(CAMPAIGN, campaign.id.get()),
        Answer::Coupon {
            coupon,
            created: true,
            ..
        } => to(COUPON_GIVEN, StoredId::minted(coupon.id.0).key),
        Answer::Coupon {
            coupon,
            created: false,
            ..
        } => Some(Reference {
            kind: COUPON_HELD,
            key: StoredId::minted(coupon.id.0).key,
            used_by: coupon.used.map(|used| order_key(used.order_id)),
            used_at: coupon.used.map(|used| used.at.as_micros()),
        }),
        Answer::OrderPlaced(order) => to(ORDER_PLACED, order_key(order.id)),
        Answer::OrderCancelled(order) => to(ORDER_CANCELLED, order_key(order.id)),
    }
}

/// The order that a user placed under a key, as it is now.
pub(crate) fn find_order(
    connection: &Connection,
    scope: Scope,
    key: &IdempotencyKey,
) -> Result<Option<jumun_domain::Order>, StorageError> {
    let mut statement = connection.prepare_cached(
        "SELECT answer_key FROM idempotency_keys
         WHERE key = ?1 AND scope = ?2 AND answer_kind = 6",
    )?;
    let found = optional(
        statement.query(params![stored_key(key), scope_code(scope)])?,
        |row| Ok(row.get::<_, i64>(0)?),
    )?;
    match found {
        Some(key) => Ok(order::find_by_key(connection, key)?.map(|found| found.order)),
        None => Ok(None),
    }
}
