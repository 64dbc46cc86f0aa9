//! Idempotency keys: each row names the row from which the first answer is
//! rendered again.

use std::sync::Arc;

use jumun_domain::{
    Answer, Campaign, Coupon, CouponUse, Fingerprint, IdempotencyKey, OrderId, Remembered, Scope,
    Units,
};
use rusqlite::{CachedStatement, Connection, params};

use crate::key::{StoredId, StoredKey, scope_code};
use crate::rows::{campaign, coupon, entry, optional, order, stock_adjustment};
use crate::states::{ScopedKey, View};
use crate::storage::StorageError;

const TABLE: &str = "idempotency_keys";

/// What a row refers to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Reference {
    pub(crate) fingerprint: Fingerprint,
    /// One of the numbers below.
    pub(crate) kind: u8,
    pub(crate) key: i64,
    /// Of a coupon held already: the order that had used it by then, and when.
    pub(crate) used: Option<(i64, i64)>,
}

const ENTRY: u8 = 1;
const STOCK_ADJUSTMENT: u8 = 2;
const CAMPAIGN: u8 = 3;
const COUPON_GIVEN: u8 = 4;
const COUPON_HELD: u8 = 5;
const ORDER_PLACED: u8 = 6;
const ORDER_CANCELLED: u8 = 7;

/// A key of a scope, as the index has it.
pub(crate) fn scoped(scope: Scope, key: &IdempotencyKey) -> ScopedKey {
    (StoredKey::of(key), scope_code(scope))
}

/// Finds what is remembered of keys, one statement for a whole batch.
pub(crate) struct Find<'c> {
    view: &'c View<'c>,
    statement: CachedStatement<'c>,
}

impl<'c> Find<'c> {
    pub(crate) fn prepare(view: &'c View<'c>) -> Result<Self, StorageError> {
        let statement = view.prepare_cached(
            "SELECT fingerprint, answer_kind, answer_key, used_by, used_at
             FROM idempotency_keys WHERE key = ?1 AND scope = ?2",
        )?;
        Ok(Self { view, statement })
    }

    /// What is remembered of a key, with the first answer as it was then.
    pub(crate) fn run(
        &mut self,
        scope: Scope,
        key: &IdempotencyKey,
    ) -> Result<Option<Remembered>, StorageError> {
        let Some(reference) = self.reference(&scoped(scope, key))? else {
            return Ok(None);
        };
        let answer = answer(self.view, scope, &reference)?
            .ok_or_else(|| StorageError::corrupt(TABLE, "its answer is not there"))?;
        Ok(Some(Remembered {
            fingerprint: reference.fingerprint,
            answer,
        }))
    }

    fn reference(&mut self, key: &ScopedKey) -> Result<Option<Reference>, StorageError> {
        if let Some(logged) = self.view.key(key)? {
            return Ok(Some(logged));
        }
        let rows = self.statement.query(params![key.0, key.1])?;
        optional(rows, |row| {
            Ok(Reference {
                fingerprint: Fingerprint(row.get(0)?),
                kind: row.get(1)?,
                key: row.get(2)?,
                used: match (row.get(3)?, row.get(4)?) {
                    (Some(order), Some(at)) => Some((order, at)),
                    _ => None,
                },
            })
        })
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
    let used = match reference.used {
        Some((order_key, at)) => match order::find_by_key(connection, order_key)? {
            Some(found) => Some(CouponUse {
                order_id: found.order.id,
                at: jumun_domain::Timestamp::from_micros(at),
            }),
            None => return Ok(None),
        },
        None => None,
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

/// Writes keys into their index, one statement for many. One that is there stays:
/// it was folded before.
pub(crate) struct Insert<'c>(CachedStatement<'c>);

impl<'c> Insert<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        connection
            .prepare_cached(
                "INSERT INTO idempotency_keys
                 (key, scope, fingerprint, answer_kind, answer_key, used_by, used_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
            )
            .map(Self)
    }

    pub(crate) fn run(&mut self, key: &ScopedKey, reference: &Reference) -> rusqlite::Result<()> {
        self.0.execute(params![
            key.0,
            key.1,
            reference.fingerprint.0.as_slice(),
            reference.kind,
            reference.key,
            reference.used.map(|(order, _)| order),
            reference.used.map(|(_, at)| at),
        ])?;
        Ok(())
    }
}

/// What is to be remembered of a key.
pub(crate) fn refer(remembered: &Remembered) -> Result<Reference, StorageError> {
    let to = |kind, key| {
        Ok(Reference {
            fingerprint: remembered.fingerprint,
            kind,
            key,
            used: None,
        })
    };
    let order_key = |id: OrderId| StoredId::minted(id.0).key;
    match &remembered.answer {
        Answer::User { .. } | Answer::Product { .. } => {
            Err(StorageError::corrupt(TABLE, "an answer that takes no key"))
        }
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
        } => Ok(Reference {
            fingerprint: remembered.fingerprint,
            kind: COUPON_HELD,
            key: StoredId::minted(coupon.id.0).key,
            used: coupon
                .used
                .map(|used| (order_key(used.order_id), used.at.as_micros())),
        }),
        Answer::OrderPlaced(order) => to(ORDER_PLACED, order_key(order.id)),
        Answer::OrderCancelled(order) => to(ORDER_CANCELLED, order_key(order.id)),
    }
}

/// The order that a user placed under a key, as it is now.
pub(crate) fn find_order(
    view: &View<'_>,
    scope: Scope,
    key: &IdempotencyKey,
) -> Result<Option<jumun_domain::Order>, StorageError> {
    let found = Find::prepare(view)?.reference(&scoped(scope, key))?;
    match found.filter(|it| it.kind == ORDER_PLACED) {
        Some(it) => Ok(order::find_by_key(view, it.key)?.map(|found| found.order)),
        None => Ok(None),
    }
}
