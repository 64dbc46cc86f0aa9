//! What was sold, summed from the lines of orders, beside what products,
//! best-seller figures and purchases claim.

/// Stocks, pieces sold, and best-seller figures, from lines that are summed
/// once for each hour and product. Few orders are cancelled, so these are
/// summed beside all. The amounts of figures are doubles: exact as long as no
/// sum has left 2^53.
pub(super) const PRODUCTS: &str = "
WITH hourly AS MATERIALIZED (
    SELECT orders.created_at / 3600000000 AS hour,
           (line.value ->> 0)::bigint AS product_id,
           sum((line.value ->> 1)::bigint) AS placed,
           sum((line.value ->> 1)::bigint)
               FILTER (WHERE orders.cancelled_at IS NOT NULL) AS cancelled,
           sum((line.value ->> 1)::bigint) FILTER (WHERE orders.restocked) AS restocked,
           sum((line.value ->> 1)::bigint * (line.value ->> 2)::bigint) AS placed_amount,
           sum((line.value ->> 1)::bigint * (line.value ->> 2)::bigint)
               FILTER (WHERE orders.cancelled_at IS NOT NULL) AS cancelled_amount
    FROM orders CROSS JOIN LATERAL json_array_elements(orders.lines) AS line (value)
    GROUP BY 1, 2
), placed AS (
    SELECT product_id, sum(placed) AS placed, sum(placed - coalesce(cancelled, 0)) AS kept,
           coalesce(sum(restocked), 0) AS restocked
    FROM hourly GROUP BY product_id
), adjusted AS (
    SELECT product_id, sum(delta) AS adjusted, count(CASE WHEN opening THEN 1 END) AS openings
    FROM stock_adjustments GROUP BY product_id
), product AS (
    SELECT product_id, coalesce(stock, 0) AS stock, coalesce(sold, 0) AS sold,
           coalesce(adjusted, 0) AS adjusted, coalesce(openings, 0) AS openings,
           coalesce(placed, 0) AS placed, coalesce(kept, 0) AS kept,
           coalesce(restocked, 0) AS restocked,
           coalesce(adjusted, 0) - coalesce(placed, 0) + coalesce(restocked, 0) AS expected
    FROM products FULL JOIN placed USING (product_id) FULL JOIN adjusted USING (product_id)
), claimed AS (
    SELECT hour, product_id, sum(quantity) AS quantity, sum(amount) AS amount
    FROM all_sales GROUP BY hour, product_id
), figure AS (
    SELECT hour, product_id, coalesce(quantity, 0) AS quantity, coalesce(amount, 0) AS amount,
           coalesce(placed, 0) - coalesce(cancelled, 0) AS kept,
           coalesce(placed_amount, 0) - coalesce(cancelled_amount, 0) AS kept_amount,
           coalesce(placed_amount, 0) < 9007199254740992 AS is_exact
    FROM claimed FULL JOIN hourly USING (hour, product_id)
)
SELECT 'stock', format('product %s', product_id),
       CASE WHEN stock <> expected
            THEN format('on hand %s, but opening stock and adjustments %s', stock, adjusted)
                 || format(' - sold %s + restocked %s = %s', placed, restocked, expected)
            WHEN stock < 0 THEN format('on hand %s is negative', stock)
            WHEN openings <> 1 THEN format('%s opening stocks', openings)
            ELSE format('sold %s, paid orders sum to %s', sold, kept) END
FROM product
WHERE stock <> expected OR stock < 0 OR openings <> 1 OR sold <> kept
UNION ALL
SELECT 'stock', format('product %s, hour %s', product_id, hour),
       format('best-seller figures %s for %s, paid orders sum to %s for %s',
              quantity, amount, kept, kept_amount)
FROM figure
WHERE quantity <> kept OR is_exact AND amount <> kept_amount::double precision";

/// Purchases by user, of products that count them; no line is read where none
/// does. A row may be missing of a product that did not always count them.
pub(super) const PURCHASES: &str = "
WITH bought AS (
    SELECT products.product_id, orders.user_id, sum((line.value ->> 1)::bigint) AS quantity
    FROM orders CROSS JOIN LATERAL json_array_elements(orders.lines) AS line (value)
    JOIN products ON products.product_id = (line.value ->> 0)::bigint
                 AND products.counts_purchases
    WHERE orders.cancelled_at IS NULL
      AND EXISTS (SELECT 1 FROM products WHERE counts_purchases)
    GROUP BY products.product_id, orders.user_id
), matched AS (
    SELECT product_id, user_id, coalesce(purchases.quantity, 0) AS claimed,
           coalesce(bought.quantity, 0) AS summed, purchases.quantity IS NOT NULL AS is_claimed
    FROM purchases FULL JOIN bought USING (product_id, user_id)
)
SELECT 'stock', format('product %s, user %s', product_id, user_id),
       format('purchases %s, paid orders sum to %s', claimed, summed)
FROM matched LEFT JOIN products USING (product_id)
WHERE claimed <> summed AND (is_claimed OR always_counted)";
