//! What is remembered of idempotency keys: the request's fingerprint, and where
//! its first answer is rendered from again.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jumun_domain::{
    Answer, Campaign, CampaignId, Coupon, CouponUse, Entry, Fingerprint, IdempotencyKey, Order,
    OrderId, Remembered, Scope, StockAdjustment, Timestamp, Units,
};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::gather::Gathered;
use crate::key::{scope_code, stored_key};
use crate::pipeline::Pipeline;
use crate::rows::{campaign, coupon, entry, order, stock_adjustment};
use crate::session::Session;
use crate::storage::StorageError;

const TABLE: &str = "idempotency_keys";

/// Reads what is remembered of keys ($1) in scopes ($2).
pub(crate) const FIND: &str = "SELECT found.key, found.scope, found.fingerprint, found.answer_kind, \
     found.answer_id, found.answer_number, found.used_by, found.used_at \
     FROM unnest($1::bytea[], $2::bigint[]) AS wanted (key, scope) \
     CROSS JOIN LATERAL (SELECT * FROM idempotency_keys AS it \
     WHERE it.key = wanted.key AND it.scope = wanted.scope LIMIT 1) AS found";

/// Remembers keys.
pub(crate) const INSERT: &str = "INSERT INTO idempotency_keys (key, scope, fingerprint, \
     answer_kind, answer_id, answer_number, used_by, used_at) \
     SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::uuid[], $4::smallint[], $5::uuid[], \
     $6::bigint[], $7::uuid[], $8::bigint[])";

/// The order that was placed under a key ($1) in a scope ($2), as it is now.
pub(crate) const FIND_ORDER: &str = concat!(
    "SELECT ",
    order::columns!(),
    " FROM orders WHERE order_id = (SELECT answer_id FROM idempotency_keys \
     WHERE key = $1 AND scope = $2 AND answer_kind = 6)"
);

const ENTRY: i16 = 1;
const STOCK_ADJUSTMENT: i16 = 2;
const CAMPAIGN: i16 = 3;
const COUPON_GIVEN: i16 = 4;
const COUPON_HELD: i16 = 5;
const ORDER_PLACED: i16 = 6;
const ORDER_CANCELLED: i16 = 7;

/// What a row refers to.
#[derive(Clone, Copy, Default)]
struct Reference {
    kind: i16,
    id: Option<Uuid>,
    number: Option<i64>,
    used_by: Option<Uuid>,
    used_at: Option<i64>,
}

/// Loads what `rows` of [`FIND`] tell of the keys, with the answers as they
/// were then: those take a further round trip where there are any.
pub(crate) async fn load(
    session: &Session,
    gathered: &mut Gathered,
    wanted: &BTreeSet<(Scope, IdempotencyKey)>,
    rows: Vec<Row>,
) -> Result<(), StorageError> {
    let mut found: HashMap<(Vec<u8>, i64), (Fingerprint, Reference)> = HashMap::new();
    for row in rows {
        let reference = Reference {
            kind: row.try_get(3)?,
            id: row.try_get(4)?,
            number: row.try_get(5)?,
            used_by: row.try_get(6)?,
            used_at: row.try_get(7)?,
        };
        let fingerprint = Fingerprint(*row.try_get::<_, Uuid>(2)?.as_bytes());
        found.insert((row.try_get(0)?, row.try_get(1)?), (fingerprint, reference));
    }
    let answers = if found.is_empty() {
        Answers::default()
    } else {
        Answers::read(session, &found).await?
    };
    for (scope, key) in wanted {
        let stored = (stored_key(key), scope_code(*scope));
        let remembered = match found.get(&stored) {
            None => None,
            Some((fingerprint, reference)) => Some(Remembered {
                fingerprint: *fingerprint,
                answer: answers
                    .answer(reference)
                    .ok_or_else(|| StorageError::corrupt(TABLE, "its answer is not there"))?,
            }),
        };
        gathered.set.keys.load((*scope, key.clone()), remembered);
    }
    Ok(())
}

/// The rows that remembered answers are rendered from.
#[derive(Default)]
struct Answers {
    entries: HashMap<Uuid, Entry>,
    adjustments: HashMap<Uuid, StockAdjustment>,
    campaigns: HashMap<CampaignId, Campaign>,
    coupons: HashMap<Uuid, Coupon>,
    orders: HashMap<Uuid, Order>,
}

impl Answers {
    async fn read(
        session: &Session,
        found: &HashMap<(Vec<u8>, i64), (Fingerprint, Reference)>,
    ) -> Result<Self, StorageError> {
        let ids = |kinds: &[i16]| -> Vec<Uuid> {
            let of_kind = found.values().filter(|(_, it)| kinds.contains(&it.kind));
            of_kind.filter_map(|(_, it)| it.id).collect()
        };
        let numbers: Vec<i64> = found.values().filter_map(|(_, it)| it.number).collect();
        let (adjusted_products, adjustments): (Vec<i64>, Vec<Uuid>) = found
            .iter()
            .filter(|(_, (_, it))| it.kind == STOCK_ADJUSTMENT)
            .filter_map(|((_, scope), (_, it))| Some((scope >> 2, it.id?)))
            .unzip();
        let coupons = ids(&[COUPON_GIVEN, COUPON_HELD]);
        let mut pipeline = Pipeline::new(session);
        let entries = pipeline.query(entry::FIND, vec![Box::new(ids(&[ENTRY]))])?;
        let adjustments = pipeline.query(
            stock_adjustment::FIND,
            vec![Box::new(adjusted_products), Box::new(adjustments)],
        )?;
        let campaigns = pipeline.query(
            campaign::FIND,
            vec![Box::new(numbers), Box::new(coupons.clone())],
        )?;
        let coupons = pipeline.query(coupon::FIND, vec![Box::new(coupons)])?;
        let orders = pipeline.query(
            order::FIND,
            vec![Box::new(ids(&[ORDER_PLACED, ORDER_CANCELLED]))],
        )?;
        pipeline.finish().await?;
        Ok(Self {
            entries: by(entries.answer().await?, entry::decode, |it| it.id.0)?,
            adjustments: by(
                adjustments.answer().await?,
                stock_adjustment::decode,
                |it| it.id.0,
            )?,
            campaigns: by(campaigns.answer().await?, campaign::decode, |it| it.id)?,
            coupons: by(coupons.answer().await?, coupon::decode, |it| it.id.0)?,
            orders: by(orders.answer().await?, order::decode, |it| it.id.0)?,
        })
    }

    fn answer(&self, reference: &Reference) -> Option<Answer> {
        match reference.kind {
            ENTRY => self
                .entries
                .get(&reference.id?)
                .cloned()
                .map(Answer::Credited),
            STOCK_ADJUSTMENT => self
                .adjustments
                .get(&reference.id?)
                .cloned()
                .map(Answer::StockAdjusted),
            CAMPAIGN => {
                let campaign = self.campaigns.get(&CampaignId::new(reference.number?)?)?;
                Some(Answer::CampaignCreated(Campaign {
                    issued: Units::ZERO,
                    ..campaign.clone()
                }))
            }
            COUPON_GIVEN | COUPON_HELD => self.coupon(reference),
            ORDER_PLACED => {
                let order = self.orders.get(&reference.id?)?;
                Some(Answer::OrderPlaced(Arc::new(order.as_placed())))
            }
            ORDER_CANCELLED => {
                let order = self.orders.get(&reference.id?)?;
                Some(Answer::OrderCancelled(Arc::new(order.clone())))
            }
            _ => None,
        }
    }

    /// The coupon with the use it had when this was answered.
    fn coupon(&self, reference: &Reference) -> Option<Answer> {
        let coupon = self.coupons.get(&reference.id?)?;
        let campaign = self.campaigns.get(&coupon.campaign_id)?;
        let used = match (reference.used_by, reference.used_at) {
            (Some(order_id), Some(at)) => Some(CouponUse {
                order_id: OrderId(order_id),
                at: Timestamp::from_micros(at),
            }),
            _ => None,
        };
        Some(Answer::Coupon {
            coupon: Coupon {
                used,
                ..coupon.clone()
            },
            campaign: Arc::new(campaign.clone()),
            created: reference.kind == COUPON_GIVEN,
        })
    }
}

fn by<K: std::hash::Hash + Eq, T>(
    rows: Vec<Row>,
    decode: impl Fn(&Row) -> Result<T, StorageError>,
    key: impl Fn(&T) -> K,
) -> Result<HashMap<K, T>, StorageError> {
    let items = rows.iter().map(|row| {
        let item = decode(row)?;
        Ok((key(&item), item))
    });
    items.collect()
}

/// Sends what is to be remembered of keys used for the first time.
///
/// # Errors
///
/// An answer that takes no key, which the domain never remembers.
pub(crate) fn insert(
    pipeline: &mut Pipeline<'_>,
    remembered: &[(Scope, IdempotencyKey, Remembered)],
) -> Result<(), StorageError> {
    if remembered.is_empty() {
        return Ok(());
    }
    let references = remembered.iter().map(|(_, _, it)| refer(&it.answer));
    let references: Vec<Reference> = references
        .collect::<Option<_>>()
        .ok_or_else(|| StorageError::corrupt(TABLE, "an answer that takes no key"))?;
    let keys: Vec<Vec<u8>> = remembered
        .iter()
        .map(|(_, key, _)| stored_key(key))
        .collect();
    let scopes: Vec<i64> = remembered
        .iter()
        .map(|(it, _, _)| scope_code(*it))
        .collect();
    let fingerprints: Vec<Uuid> = remembered
        .iter()
        .map(|(_, _, it)| Uuid::from_bytes(it.fingerprint.0))
        .collect();
    let kinds: Vec<i16> = references.iter().map(|it| it.kind).collect();
    let ids: Vec<Option<Uuid>> = references.iter().map(|it| it.id).collect();
    let numbers: Vec<Option<i64>> = references.iter().map(|it| it.number).collect();
    let used_by: Vec<Option<Uuid>> = references.iter().map(|it| it.used_by).collect();
    let used_at: Vec<Option<i64>> = references.iter().map(|it| it.used_at).collect();
    pipeline.execute(
        INSERT,
        vec![
            Box::new(keys),
            Box::new(scopes),
            Box::new(fingerprints),
            Box::new(kinds),
            Box::new(ids),
            Box::new(numbers),
            Box::new(used_by),
            Box::new(used_at),
        ],
    );
    Ok(())
}

fn refer(answer: &Answer) -> Option<Reference> {
    let to = |kind, id: Uuid| {
        Some(Reference {
            kind,
            id: Some(id),
            ..Reference::default()
        })
    };
    match answer {
        Answer::User { .. } | Answer::Product { .. } => None,
        Answer::Credited(entry) => to(ENTRY, entry.id.0),
        Answer::StockAdjusted(it) => to(STOCK_ADJUSTMENT, it.id.0),
        Answer::CampaignCreated(campaign) => Some(Reference {
            kind: CAMPAIGN,
            number: Some(campaign.id.get()),
            ..Reference::default()
        }),
        Answer::Coupon {
            coupon,
            created: true,
            ..
        } => to(COUPON_GIVEN, coupon.id.0),
        Answer::Coupon {
            coupon,
            created: false,
            ..
        } => Some(Reference {
            kind: COUPON_HELD,
            id: Some(coupon.id.0),
            number: None,
            used_by: coupon.used.map(|used| used.order_id.0),
            used_at: coupon.used.map(|used| used.at.as_micros()),
        }),
        Answer::OrderPlaced(order) => to(ORDER_PLACED, order.id.0),
        Answer::OrderCancelled(order) => to(ORDER_CANCELLED, order.id.0),
    }
}
