//! Rows that say what no version of this program writes.

/// Values that the engine cannot read.
pub(super) const READABLE: &str = "
SELECT 'storage', format('entry %s', entry_id), format('its kind %s is unknown', kind)
FROM entries WHERE kind NOT BETWEEN 1 AND 4
UNION ALL
SELECT 'storage', format('order %s', order_id), 'is half cancelled'
FROM orders WHERE (cancelled_at IS NULL) <> (restocked IS NULL)
UNION ALL
SELECT 'storage', format('coupon %s', coupon_id), 'is half used'
FROM coupons WHERE (used_by IS NULL) <> (used_at IS NULL)
UNION ALL
SELECT 'storage', format('campaign %s', campaign_id),
       'has neither an amount nor a percentage, or both'
FROM campaigns WHERE (fixed_amount IS NULL) = (percent IS NULL)
UNION ALL
SELECT 'storage', format('batch %s', batch_id), 'the lists of what it sold differ in length'
FROM sales_log
WHERE cardinality(product_ids) <> cardinality(hours)
   OR cardinality(quantities) <> cardinality(hours) OR cardinality(amounts) <> cardinality(hours)
UNION ALL
SELECT 'storage', format('idempotency key of %s', fingerprint),
       format('its kind of answer %s is unknown', answer_kind)
FROM idempotency_keys WHERE answer_kind NOT BETWEEN 1 AND 7";

/// Ids go on above what a user's or a product's row says (60 bits of
/// millisecond and counter), so nothing of theirs may be above it yet.
pub(super) const POSITIONS: &str = "
WITH newest AS (
    SELECT format('user %s', user_id) AS subject, last_key,
           greatest(last_order, last_entry, last_coupon) AS id
    FROM users
    UNION ALL
    SELECT format('product %s', product_id), last_key, adjustment_id
    FROM products LEFT JOIN (
        SELECT DISTINCT ON (product_id) product_id, adjustment_id
        FROM stock_adjustments ORDER BY product_id DESC, adjustment_id DESC
    ) AS adjusted USING (product_id)
), bounded AS (
    SELECT subject, last_key, id, CASE WHEN last_key BETWEEN 0 AND 1152921504606846974 THEN
           (lpad(to_hex((last_key + 1) >> 12), 12, '0') || '7'
            || lpad(to_hex((last_key + 1) & 4095), 3, '0') || '0000000000000000')::uuid END AS bound
    FROM newest
)
SELECT 'storage', subject,
       format('last_key %s, newest id %s', last_key, coalesce(id::text, 'none'))
FROM bounded WHERE bound IS NULL OR id >= bound";
