//! The look-ups, in SQL: each one statement, and so one snapshot.

use std::sync::Arc;

use jumun_domain::{
    AdjustmentId, Campaign, CampaignId, CouponId, Entry, EntryId, Hour, IdempotencyKey, Money,
    Order, OrderId, Product, ProductId, Scope, StockAdjustment, Units, User, UserId,
};
use jumun_store::{BestSeller, CouponView, Page, PageOf};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::key::{scope_code, stored_key};
use crate::pipeline::{Pipeline, Values};
use crate::remembered;
use crate::rows::{Decoder, campaign, coupon, entry, order, product, stock_adjustment, user};
use crate::session::Session;
use crate::storage::StorageError;

type Result<T> = std::result::Result<T, StorageError>;

/// Follows a user's chain of orders from the newest, or from after one of them.
const ORDERS: &str = concat!(
    "WITH RECURSIVE chain AS (SELECT ",
    order::columns!(),
    ", orders.previous, 1::bigint AS place FROM orders WHERE orders.order_id = \
     CASE WHEN $2::uuid IS NULL THEN (SELECT last_order FROM users WHERE user_id = $1) \
     ELSE (SELECT it.previous FROM orders AS it WHERE it.order_id = $2 AND it.user_id = $1) END \
     UNION ALL SELECT ",
    order::columns!(),
    ", orders.previous, chain.place + 1 FROM chain \
     CROSS JOIN LATERAL (SELECT * FROM orders AS it WHERE it.order_id = chain.previous LIMIT 1) \
     AS orders WHERE chain.place < $3) \
     SELECT * FROM chain ORDER BY place"
);

/// Follows a user's ledger from the newest entry, or from after one of them.
const ENTRIES: &str = concat!(
    "WITH RECURSIVE chain AS (SELECT ",
    entry::columns!(),
    ", entries.previous, 1::bigint AS place FROM entries WHERE entries.entry_id = \
     CASE WHEN $2::uuid IS NULL THEN (SELECT last_entry FROM users WHERE user_id = $1) \
     ELSE (SELECT it.previous FROM entries AS it WHERE it.entry_id = $2 AND it.user_id = $1) END \
     UNION ALL SELECT ",
    entry::columns!(),
    ", entries.previous, chain.place + 1 FROM chain \
     CROSS JOIN LATERAL (SELECT * FROM entries AS it WHERE it.entry_id = chain.previous LIMIT 1) \
     AS entries WHERE chain.place < $3) \
     SELECT * FROM chain ORDER BY place"
);

/// Follows a user's coupons from the newest, or from after one of them.
const COUPONS: &str = concat!(
    "WITH RECURSIVE chain AS (SELECT ",
    coupon::columns!(),
    ", coupons.previous, 1::bigint AS place FROM coupons WHERE coupons.coupon_id = \
     CASE WHEN $2::uuid IS NULL THEN (SELECT last_coupon FROM users WHERE user_id = $1) \
     ELSE (SELECT it.previous FROM coupons AS it WHERE it.coupon_id = $2 AND it.user_id = $1) END \
     UNION ALL SELECT ",
    coupon::columns!(),
    ", coupons.previous, chain.place + 1 FROM chain \
     CROSS JOIN LATERAL (SELECT * FROM coupons AS it WHERE it.coupon_id = chain.previous LIMIT 1) \
     AS coupons WHERE chain.place < $3) \
     SELECT chain.coupon_id, chain.campaign_id, chain.user_id, chain.sequence, chain.used_by, \
     chain.used_at, chain.created_at, ",
    campaign::columns!(),
    " FROM chain CROSS JOIN LATERAL (SELECT * FROM campaigns AS it \
     WHERE it.campaign_id = chain.campaign_id LIMIT 1) AS campaigns ORDER BY place"
);

const BEST_SELLERS: &str = "SELECT sales.product_id, products.name, \
     least(sum(sales.quantity), 9007199254740991)::bigint AS pieces, \
     least(sum(sales.amount), 9007199254740991)::bigint \
     FROM all_sales AS sales JOIN products ON products.product_id = sales.product_id \
     WHERE sales.hour >= $1 GROUP BY sales.product_id, products.name \
     HAVING sum(sales.quantity) > 0 ORDER BY pieces DESC, sales.product_id LIMIT $2";

/// Those that find their rows by a key.
#[cfg(test)]
pub(crate) const BY_KEY: &[&str] = &[
    ORDERS,
    ENTRIES,
    COUPONS,
    user::FIND,
    product::FIND,
    product::PAGE,
    order::FIND,
    order::PAGE,
    campaign::FIND,
    campaign::PAGE,
    stock_adjustment::PAGE,
    remembered::FIND_ORDER,
];

/// Runs one prepared query.
pub(crate) async fn query(
    session: &Session,
    sql: &'static str,
    values: Values,
) -> Result<Vec<Row>> {
    session.statements().prepare(session, &[sql]).await?;
    let mut pipeline = Pipeline::new(session);
    let rows = pipeline.query(sql, values)?;
    pipeline.finish().await?;
    Ok(rows.answer().await?)
}

/// One more than asked for, which tells whether there are more.
pub(crate) fn one_more<K>(page: &Page<K>) -> i64 {
    i64::try_from(page.limit).unwrap_or(i64::MAX - 1) + 1
}

pub(crate) fn page_of<T>(
    rows: Vec<Row>,
    limit: usize,
    decode: impl Fn(&Row) -> Result<T>,
) -> Result<PageOf<T>> {
    let items = rows.iter().map(decode).collect::<Result<Vec<T>>>()?;
    Ok(PageOf::from_one_more(items, limit))
}

async fn first<T>(
    session: &Session,
    sql: &'static str,
    values: Values,
    decode: impl Fn(&Row) -> Result<T>,
) -> Result<Option<T>> {
    let rows = query(session, sql, values).await?;
    rows.first().map(decode).transpose()
}

pub(crate) async fn user(session: &Session, id: UserId) -> Result<Option<User>> {
    let values: Values = vec![Box::new(vec![id.get()])];
    first(session, user::FIND, values, |row| {
        Ok(user::decode(row)?.user)
    })
    .await
}

pub(crate) async fn order(session: &Session, id: OrderId) -> Result<Option<Arc<Order>>> {
    let values: Values = vec![Box::new(vec![id.0])];
    first(session, order::FIND, values, |row| {
        Ok(Arc::new(order::decode(row)?))
    })
    .await
}

pub(crate) async fn order_by_key(
    session: &Session,
    user: UserId,
    key: &IdempotencyKey,
) -> Result<Option<Arc<Order>>> {
    let scope = scope_code(Scope::User(user));
    let values: Values = vec![Box::new(stored_key(key)), Box::new(scope)];
    let decode = |row: &Row| Ok(Arc::new(order::decode(row)?));
    first(session, remembered::FIND_ORDER, values, decode).await
}

pub(crate) async fn product(session: &Session, id: ProductId) -> Result<Option<Product>> {
    let values: Values = vec![Box::new(vec![id.get()])];
    let decode = |row: &Row| Ok(product::decode(row)?.product);
    first(session, product::FIND, values, decode).await
}

pub(crate) async fn campaign(session: &Session, id: CampaignId) -> Result<Option<Campaign>> {
    let values: Values = vec![Box::new(vec![id.get()]), Box::new(Vec::<Uuid>::new())];
    first(session, campaign::FIND, values, campaign::decode).await
}

/// A page of a user's chain, or `None` where there is no such user. Users are
/// never deleted, so they may be looked for afterwards.
async fn chain<T>(
    session: &Session,
    sql: &'static str,
    user_id: UserId,
    page: Page<Uuid>,
    decode: impl Fn(&Row) -> Result<T>,
) -> Result<Option<PageOf<T>>> {
    let most = one_more(&page);
    let values: Values = vec![
        Box::new(user_id.get()),
        Box::new(page.after),
        Box::new(most),
    ];
    let rows = query(session, sql, values).await?;
    if rows.is_empty() && user(session, user_id).await?.is_none() {
        return Ok(None);
    }
    page_of(rows, page.limit, decode).map(Some)
}

fn after<K>(page: Page<K>, id: impl Fn(K) -> Uuid) -> Page<Uuid> {
    Page {
        after: page.after.map(id),
        limit: page.limit,
    }
}

pub(crate) async fn orders(
    session: &Session,
    user: UserId,
    page: Page<OrderId>,
) -> Result<Option<PageOf<Arc<Order>>>> {
    let decode = |row: &Row| Ok(Arc::new(order::decode(row)?));
    chain(session, ORDERS, user, after(page, |id| id.0), decode).await
}

pub(crate) async fn entries(
    session: &Session,
    user: UserId,
    page: Page<EntryId>,
) -> Result<Option<PageOf<Entry>>> {
    chain(
        session,
        ENTRIES,
        user,
        after(page, |id| id.0),
        entry::decode,
    )
    .await
}

pub(crate) async fn coupons(
    session: &Session,
    user: UserId,
    page: Page<CouponId>,
) -> Result<Option<PageOf<CouponView>>> {
    let decode = |row: &Row| {
        let terms = Decoder::new(row, "campaigns").after(coupon::COLUMN_COUNT);
        Ok(CouponView {
            coupon: coupon::decode(row)?,
            campaign: Arc::new(campaign::read(terms)?),
        })
    };
    chain(session, COUPONS, user, after(page, |id| id.0), decode).await
}

pub(crate) async fn all_orders(
    session: &Session,
    page: Page<OrderId>,
) -> Result<PageOf<Arc<Order>>> {
    let after = page.after.map_or(Uuid::nil(), |id| id.0);
    let values: Values = vec![Box::new(after), Box::new(one_more(&page))];
    let rows = query(session, order::PAGE, values).await?;
    page_of(rows, page.limit, |row| Ok(Arc::new(order::decode(row)?)))
}

pub(crate) async fn products(session: &Session, page: Page<ProductId>) -> Result<PageOf<Product>> {
    let after = page.after.map_or(0, ProductId::get);
    let values: Values = vec![Box::new(after), Box::new(one_more(&page))];
    let rows = query(session, product::PAGE, values).await?;
    page_of(rows, page.limit, |row| Ok(product::decode(row)?.product))
}

pub(crate) async fn campaigns(
    session: &Session,
    page: Page<CampaignId>,
) -> Result<PageOf<Campaign>> {
    let after = page.after.map_or(0, CampaignId::get);
    let values: Values = vec![Box::new(after), Box::new(one_more(&page))];
    let rows = query(session, campaign::PAGE, values).await?;
    page_of(rows, page.limit, campaign::decode)
}

pub(crate) async fn stock_adjustments(
    session: &Session,
    product_id: ProductId,
    page: Page<AdjustmentId>,
) -> Result<Option<PageOf<StockAdjustment>>> {
    let values: Values = vec![
        Box::new(product_id.get()),
        Box::new(page.after.map(|id| id.0)),
        Box::new(one_more(&page)),
    ];
    let rows = query(session, stock_adjustment::PAGE, values).await?;
    // Products are never deleted, so they may be looked for afterwards.
    if rows.is_empty() && product(session, product_id).await?.is_none() {
        return Ok(None);
    }
    page_of(rows, page.limit, stock_adjustment::decode).map(Some)
}

pub(crate) async fn best_sellers(
    session: &Session,
    since: Hour,
    limit: usize,
) -> Result<Vec<BestSeller>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values: Values = vec![Box::new(since.get()), Box::new(limit)];
    let rows = query(session, BEST_SELLERS, values).await?;
    let decode = |row: &Row| {
        let row = Decoder::new(row, "sales");
        Ok(BestSeller {
            product_id: row.id(0, ProductId::new)?,
            name: row.text(1)?,
            quantity: row.id(2, Units::new)?,
            amount: row.id(3, Money::new)?,
        })
    };
    rows.iter().map(decode).collect()
}
