//! Campaigns, coupons, and the orders that use them.

/// Coupons given out = the count the campaign claims ≤ its quantity, numbered
/// 1 to that count, one a user.
pub(super) const CAMPAIGNS: &str = "
WITH given AS (
    SELECT campaign_id, count(*) AS coupons,
           count(DISTINCT sequence) AS numbers, count(DISTINCT user_id) AS holders,
           min(sequence) AS least, max(sequence) AS most
    FROM coupons GROUP BY campaign_id
), judged AS (
    SELECT campaign_id, campaigns.quantity, campaigns.issued,
           coalesce(coupons, 0) AS coupons, coalesce(numbers, 0) AS numbers,
           coalesce(holders, 0) AS holders, coalesce(least, 1) AS least, coalesce(most, 0) AS most
    FROM campaigns FULL JOIN given USING (campaign_id)
)
SELECT 'campaigns', format('campaign %s', campaign_id),
       format('is not there, and has given out %s coupons', coupons)
FROM judged WHERE issued IS NULL
UNION ALL
SELECT 'campaigns', format('campaign %s', campaign_id),
       format('quantity %s, issued %s, coupons %s with %s numbers from %s to %s',
              quantity, issued, coupons, numbers, least, most)
FROM judged
WHERE issued <> coupons OR issued > quantity
   OR issued IS NOT NULL AND (numbers <> coupons OR least <> 1 OR most <> coupons)
UNION ALL
SELECT 'campaigns', format('campaign %s', campaign_id),
       format('coupons %s, users who hold them %s', coupons, holders)
FROM judged WHERE holders <> coupons";

/// A used coupon is named by the paid order that used it, and a paid order's
/// coupon is used by it.
pub(super) const USES: &str = "
SELECT 'coupons', format('coupon %s', coupons.coupon_id),
       'is used, but no paid order of its user names it'
FROM coupons LEFT JOIN orders ON orders.order_id = coupons.used_by
WHERE coupons.used_by IS NOT NULL
  AND (orders.coupon_id IS DISTINCT FROM coupons.coupon_id
       OR orders.cancelled_at IS NOT NULL OR orders.user_id <> coupons.user_id)
UNION ALL
SELECT 'coupons', format('order %s', orders.order_id),
       'is paid and names a coupon that is not used by it'
FROM orders LEFT JOIN coupons ON coupons.coupon_id = orders.coupon_id
WHERE orders.coupon_id IS NOT NULL AND orders.cancelled_at IS NULL
  AND coupons.used_by IS DISTINCT FROM orders.order_id";

/// The chains of each user's coupons, as those of the ledger.
pub(super) const CHAINS: &str = "
WITH step AS (
    SELECT coupon_id, user_id, previous,
           lag(coupon_id) OVER taken AS before,
           CASE WHEN lead(coupon_id) OVER taken IS NULL THEN user_id END AS closes
    FROM coupons WINDOW taken AS (PARTITION BY user_id ORDER BY coupon_id)
), judged AS (
    SELECT step.coupon_id, step.user_id, step.previous, step.before,
           users.user_id AS owner, users.last_coupon,
           step.previous IS DISTINCT FROM step.before AS is_unchained,
           step.closes IS NOT NULL AND users.user_id IS NULL AS is_orphaned,
           users.user_id IS NOT NULL
               AND users.last_coupon IS DISTINCT FROM step.coupon_id AS is_headless
    FROM step FULL JOIN users ON users.user_id = step.closes
), offender AS MATERIALIZED (
    SELECT * FROM judged WHERE is_unchained OR is_orphaned OR is_headless
)
SELECT 'coupons', format('coupon %s', coupon_id), format('user %s is not there', user_id)
FROM offender WHERE is_orphaned
UNION ALL
SELECT 'storage', format('coupon %s', coupon_id),
       format('follows %s, but names %s',
              coalesce(before::text, 'none'), coalesce(previous::text, 'none'))
FROM offender WHERE is_unchained
UNION ALL
SELECT 'storage', format('user %s', owner),
       format('has %s as the last coupon, but names %s',
              coalesce(coupon_id::text, 'none'), coalesce(last_coupon::text, 'none'))
FROM offender WHERE is_headless";
