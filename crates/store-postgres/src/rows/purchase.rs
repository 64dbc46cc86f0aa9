//! Rows of `purchases`: pieces of a product in one user's paid orders.

use jumun_domain::{ProductId, Units, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Decoder, Result};
use crate::pipeline::Pipeline;

/// Reads what is counted of products ($1) for users ($2).
pub(crate) const FIND: &str = "SELECT wanted.product_id, wanted.user_id, found.quantity \
     FROM unnest($1::bigint[], $2::bigint[]) AS wanted (product_id, user_id) \
     CROSS JOIN LATERAL (SELECT quantity FROM purchases AS it \
     WHERE it.product_id = wanted.product_id AND it.user_id = wanted.user_id LIMIT 1) AS found";

/// Counts pieces of products ($1) in the paid orders of users ($2), back along
/// each user's chain from its newest order ($3) to an id ($4) below that of any
/// order that can name the product.
pub(crate) const COUNT: &str = "WITH RECURSIVE chain AS ( \
     SELECT wanted.product_id, wanted.oldest, found.user_id, found.previous, found.lines, \
     found.cancelled_at \
     FROM unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::uuid[]) \
     AS wanted (product_id, user_id, newest, oldest) \
     CROSS JOIN LATERAL (SELECT * FROM orders AS it WHERE it.order_id = wanted.newest LIMIT 1) \
     AS found WHERE wanted.newest > wanted.oldest \
     UNION ALL \
     SELECT chain.product_id, chain.oldest, found.user_id, found.previous, found.lines, \
     found.cancelled_at \
     FROM chain CROSS JOIN LATERAL (SELECT * FROM orders AS it \
     WHERE it.order_id = chain.previous LIMIT 1) AS found \
     WHERE chain.previous > chain.oldest) \
     SELECT chain.product_id, chain.user_id, sum((line.value ->> 1)::bigint)::bigint \
     FROM chain CROSS JOIN LATERAL json_array_elements(chain.lines) AS line (value) \
     WHERE chain.cancelled_at IS NULL AND (line.value ->> 0)::bigint = chain.product_id \
     GROUP BY chain.product_id, chain.user_id";

/// Writes counts, new or changed.
pub(crate) const UPSERT: &str = "INSERT INTO purchases (product_id, user_id, quantity) \
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) \
     ON CONFLICT (product_id, user_id) DO UPDATE SET quantity = excluded.quantity";

/// A row of [`FIND`] or [`COUNT`].
pub(crate) fn decode(row: &Row) -> Result<((ProductId, UserId), Units)> {
    let row = Decoder::new(row, "purchases");
    let key = (row.id(0, ProductId::new)?, row.id(1, UserId::new)?);
    Ok((key, row.units(2)?))
}

/// What [`COUNT`] is asked about one product and user.
pub(crate) struct Count {
    pub(crate) product: ProductId,
    pub(crate) user: UserId,
    pub(crate) newest: Uuid,
    pub(crate) oldest: Uuid,
}

/// Sends the counts to write.
pub(crate) fn upsert(pipeline: &mut Pipeline<'_>, counts: &[((ProductId, UserId), Units)]) {
    if counts.is_empty() {
        return;
    }
    let products: Vec<i64> = counts
        .iter()
        .map(|((product, _), _)| product.get())
        .collect();
    let users: Vec<i64> = counts.iter().map(|((_, user), _)| user.get()).collect();
    let quantities: Vec<i64> = counts.iter().map(|(_, quantity)| quantity.get()).collect();
    pipeline.execute(
        UPSERT,
        vec![Box::new(products), Box::new(users), Box::new(quantities)],
    );
}
