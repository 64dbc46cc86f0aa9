//! The first step of a batch: lock and load every row that it can touch.
//!
//! Locks are taken in one order, over all instances: users, products,
//! campaigns, coupons, orders, each by id, and all of them in the first round
//! trip. What they name is then read beside them.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::FixedState;
use jumun_domain::{
    CampaignId, CouponId, Needs, OrderId, ProductId, Request, Timestamp, UserId, WorkingSet, needs,
};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::key::{scope_code, stored_key};
use crate::pipeline::{Pipeline, Sent, Values};
use crate::rows::user::Heads;
use crate::rows::{campaign, coupon, order, product, user};
use crate::session::Session;
use crate::storage::StorageError;
use crate::{clock, purchases, remembered};

/// The rows of a batch, and what the engine keeps of them for itself.
pub(crate) struct Gathered {
    pub(crate) set: WorkingSet,
    /// The server's time after the locks were taken.
    pub(crate) now: Timestamp,
    /// The greatest position of ids that the rows tell.
    pub(crate) position: u64,
    /// Where each loaded user's chains begin.
    pub(crate) heads: HashMap<UserId, Heads, FixedState>,
    /// How purchases of each loaded product are counted.
    pub(crate) counting: HashMap<ProductId, Counting, FixedState>,
    /// Purchases that were counted from the user's orders, since no row holds
    /// them yet: written even if unchanged, so that they are counted once.
    pub(crate) counted: Vec<(ProductId, UserId)>,
}

/// What tells that a user without a row in `purchases` has bought none.
#[derive(Clone, Copy)]
pub(crate) struct Counting {
    pub(crate) always: bool,
    pub(crate) created_position: u64,
}

/// Whether rows are to be changed or only looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Lock every row.
    Change,
    /// Read in the snapshot of a transaction.
    Look,
}

/// Loads everything that `requests` can touch. `begin` opens the transaction in
/// the same round trip.
///
/// # Errors
///
/// Those of the server; [`StorageError::Moved`] when what rows name changed
/// between looking it up and locking it.
pub(crate) async fn gather(
    session: &Session,
    requests: &[Request],
    purpose: Purpose,
    begin: Option<&'static str>,
) -> Result<Gathered, StorageError> {
    let mut wanted = Needs::default();
    for request in requests {
        needs(&WorkingSet::default(), request, &mut wanted);
    }
    if !wanted.orders.is_empty() {
        look_ahead(session, requests, &mut wanted).await?;
    }
    let mut gathered = load(session, &wanted, purpose, begin).await?;
    let mut missing = Needs::default();
    for request in requests {
        needs(&gathered.set, request, &mut missing);
    }
    let purchases = std::mem::take(&mut missing.purchases);
    if !missing.is_empty() {
        return Err(StorageError::Moved);
    }
    if !purchases.is_empty() {
        purchases::load(session, &mut gathered, &purchases).await?;
    }
    Ok(gathered)
}

/// Orders to cancel name rows that come before them in the order of locks; what
/// they name never changes, so it is read without a lock first.
async fn look_ahead(
    session: &Session,
    requests: &[Request],
    wanted: &mut Needs,
) -> Result<(), StorageError> {
    let ids: Vec<Uuid> = wanted.orders.iter().map(|id| id.0).collect();
    let mut pipeline = Pipeline::new(session);
    let rows = pipeline.query(order::FIND, vec![Box::new(ids)])?;
    pipeline.finish().await?;
    let mut seen = WorkingSet::default();
    for &id in &wanted.orders {
        seen.orders.load(id, None);
    }
    for row in rows.answer().await? {
        let order = order::decode(&row)?;
        seen.orders.load(order.id, Some(order.into()));
    }
    for request in requests {
        needs(&seen, request, wanted);
    }
    Ok(())
}

async fn load(
    session: &Session,
    wanted: &Needs,
    purpose: Purpose,
    begin: Option<&'static str>,
) -> Result<Gathered, StorageError> {
    let mut pipeline = Pipeline::new(session);
    if let Some(begin) = begin {
        pipeline.command(begin);
    }
    let trip = Trip::send(&mut pipeline, wanted, purpose)?;
    pipeline.finish().await?;
    let mut gathered = Gathered {
        set: WorkingSet::default(),
        now: Timestamp::from_micros(0),
        position: 0,
        heads: HashMap::default(),
        counting: HashMap::default(),
        counted: Vec::new(),
    };
    trip.load(session, &mut gathered, wanted).await?;
    Ok(gathered)
}

type Rows<'a> = Option<Sent<'a, Vec<Row>>>;

/// The queries of the first round trip, whose answers are to come.
struct Trip<'a> {
    users: Rows<'a>,
    products: Rows<'a>,
    campaigns: Rows<'a>,
    coupons: Rows<'a>,
    orders: Rows<'a>,
    held: Rows<'a>,
    terms: Rows<'a>,
    keys: Rows<'a>,
    last_campaign: Rows<'a>,
    now: Rows<'a>,
}

impl<'a> Trip<'a> {
    fn send(
        pipeline: &mut Pipeline<'a>,
        wanted: &Needs,
        purpose: Purpose,
    ) -> Result<Self, StorageError> {
        let text = |lock, find| match purpose {
            Purpose::Change => lock,
            Purpose::Look => find,
        };
        let mut ask = |sql, empty: bool, values: Values| {
            if empty {
                return Ok(None);
            }
            pipeline.query(sql, values).map(Some)
        };
        let users: Vec<i64> = wanted.users.iter().map(|id| id.get()).collect();
        let products: Vec<i64> = wanted.products.iter().map(|id| id.get()).collect();
        let campaigns: Vec<i64> = wanted.campaigns.iter().map(|id| id.get()).collect();
        let coupons: Vec<Uuid> = wanted.coupons.iter().map(|id| id.0).collect();
        let orders: Vec<Uuid> = wanted.orders.iter().map(|id| id.0).collect();
        let (held_of, held_by): (Vec<i64>, Vec<i64>) = wanted
            .holders
            .iter()
            .map(|(campaign, user)| (campaign.get(), user.get()))
            .unzip();
        let (keys, scopes): (Vec<Vec<u8>>, Vec<i64>) = wanted
            .keys
            .iter()
            .map(|(scope, key)| (stored_key(key), scope_code(*scope)))
            .unzip();
        Ok(Self {
            users: ask(
                text(user::LOCK, user::FIND),
                users.is_empty(),
                vec![Box::new(users)],
            )?,
            products: ask(
                text(product::LOCK, product::FIND),
                products.is_empty(),
                vec![Box::new(products)],
            )?,
            campaigns: ask(
                campaign::LOCK,
                campaigns.is_empty(),
                vec![Box::new(campaigns)],
            )?,
            coupons: ask(
                text(coupon::LOCK, coupon::FIND),
                coupons.is_empty(),
                vec![Box::new(coupons.clone())],
            )?,
            orders: ask(order::LOCK, orders.is_empty(), vec![Box::new(orders)])?,
            // From here on nothing is locked: these rows change only under the
            // locks taken above.
            held: ask(
                coupon::HELD,
                held_of.is_empty(),
                vec![Box::new(held_of), Box::new(held_by)],
            )?,
            terms: ask(
                campaign::FIND,
                coupons.is_empty(),
                vec![Box::new(Vec::<i64>::new()), Box::new(coupons)],
            )?,
            keys: ask(
                remembered::FIND,
                keys.is_empty(),
                vec![Box::new(keys), Box::new(scopes)],
            )?,
            last_campaign: ask(campaign::LAST, !wanted.next_campaign, Vec::new())?,
            now: ask(clock::NOW, false, Vec::new())?,
        })
    }

    async fn load(
        self,
        session: &Session,
        gathered: &mut Gathered,
        wanted: &Needs,
    ) -> Result<(), StorageError> {
        load_users(gathered, &wanted.users, rows(self.users).await?)?;
        load_products(gathered, &wanted.products, rows(self.products).await?)?;
        let locked = rows(self.campaigns).await?;
        let coupons = rows(self.coupons).await?;
        let orders = rows(self.orders).await?;
        let held = rows(self.held).await?;
        let terms = rows(self.terms).await?;
        load_terms(gathered, terms)?;
        load_campaigns(gathered, &wanted.campaigns, locked)?;
        load_coupons(gathered, &wanted.coupons, coupons)?;
        load_held(gathered, wanted, held)?;
        load_orders(gathered, &wanted.orders, orders)?;
        let keys = rows(self.keys).await?;
        remembered::load(session, gathered, &wanted.keys, keys).await?;
        for row in rows(self.last_campaign).await? {
            gathered.set.next_campaign = Some(campaign::next_id(&row)?);
        }
        for row in rows(self.now).await? {
            gathered.now = clock::decode(&row)?;
        }
        Ok(())
    }
}

async fn rows(sent: Rows<'_>) -> Result<Vec<Row>, StorageError> {
    match sent {
        Some(sent) => Ok(sent.answer().await?),
        None => Ok(Vec::new()),
    }
}

fn load_users(
    gathered: &mut Gathered,
    wanted: &BTreeSet<UserId>,
    rows: Vec<Row>,
) -> Result<(), StorageError> {
    for &id in wanted {
        gathered.set.users.load(id, None);
    }
    for row in rows {
        let stored = user::decode(&row)?;
        gathered.position = gathered.position.max(stored.position);
        gathered.heads.insert(stored.user.id, stored.heads);
        gathered.set.users.load(stored.user.id, Some(stored.user));
    }
    Ok(())
}

fn load_products(
    gathered: &mut Gathered,
    wanted: &BTreeSet<ProductId>,
    rows: Vec<Row>,
) -> Result<(), StorageError> {
    for &id in wanted {
        gathered.set.products.load(id, None);
    }
    for row in rows {
        let stored = product::decode(&row)?;
        let id = stored.product.id;
        gathered.position = gathered.position.max(stored.position);
        let counting = Counting {
            always: stored.always_counted,
            created_position: stored.created_position,
        };
        gathered.counting.insert(id, counting);
        gathered.set.products.load(id, Some(stored.product));
    }
    Ok(())
}

/// Campaigns that orders only read: what they read of them never changes.
fn load_terms(gathered: &mut Gathered, rows: Vec<Row>) -> Result<(), StorageError> {
    for row in rows {
        let campaign = campaign::decode(&row)?;
        gathered.set.campaigns.load(campaign.id, Some(campaign));
    }
    Ok(())
}

fn load_campaigns(
    gathered: &mut Gathered,
    wanted: &BTreeSet<CampaignId>,
    rows: Vec<Row>,
) -> Result<(), StorageError> {
    for &id in wanted {
        gathered.set.campaigns.load(id, None);
    }
    load_terms(gathered, rows)
}

fn load_coupons(
    gathered: &mut Gathered,
    wanted: &BTreeSet<CouponId>,
    rows: Vec<Row>,
) -> Result<(), StorageError> {
    for &id in wanted {
        gathered.set.coupons.load(id, None);
    }
    for row in rows {
        let coupon = coupon::decode(&row)?;
        gathered.set.coupons.load(coupon.id, Some(coupon));
    }
    Ok(())
}

fn load_held(gathered: &mut Gathered, wanted: &Needs, rows: Vec<Row>) -> Result<(), StorageError> {
    for &holder in &wanted.holders {
        gathered.set.holders.load(holder, None);
    }
    for row in rows {
        let coupon = coupon::decode(&row)?;
        let holder = (coupon.campaign_id, coupon.user_id);
        gathered.set.holders.load(holder, Some(coupon.id));
        if !gathered.set.coupons.is_loaded(&coupon.id) {
            gathered.set.coupons.load(coupon.id, Some(coupon));
        }
    }
    Ok(())
}

fn load_orders(
    gathered: &mut Gathered,
    wanted: &BTreeSet<OrderId>,
    rows: Vec<Row>,
) -> Result<(), StorageError> {
    for &id in wanted {
        gathered.set.orders.load(id, None);
    }
    for row in rows {
        let order = order::decode(&row)?;
        gathered.set.orders.load(order.id, Some(order.into()));
    }
    Ok(())
}
