//! Each user's ledger and orders, beside what the user's row claims.
//!
//! The ids of one user's rows rise, so the rows in the order of their ids must
//! be the chain that the engine walks: each names the one before it, and the
//! user's row names the last.

/// Balances, and the chains of entries. A ledger meets its user at the last
/// entry alone, by `closes`.
pub(super) const ENTRIES: &str = "
WITH step AS (
    SELECT entry_id, user_id, balance_after, previous,
           sum(amount) OVER ledger AS total,
           lag(entry_id) OVER ledger AS before,
           CASE WHEN lead(entry_id) OVER ledger IS NULL THEN user_id END AS closes
    FROM entries
    WINDOW ledger AS (PARTITION BY user_id ORDER BY entry_id ROWS UNBOUNDED PRECEDING)
), judged AS (
    SELECT step.entry_id, step.user_id, step.balance_after, step.previous, step.before,
           coalesce(step.total, 0) AS total,
           users.user_id AS owner, users.balance, users.last_entry,
           step.total <> step.balance_after AS strays,
           step.previous IS DISTINCT FROM step.before AS is_unchained,
           step.closes IS NOT NULL AND users.user_id IS NULL AS is_orphaned,
           users.balance <> coalesce(step.total, 0) AS differs,
           users.user_id IS NOT NULL
               AND users.last_entry IS DISTINCT FROM step.entry_id AS is_headless
    FROM step FULL JOIN users ON users.user_id = step.closes
), offender AS MATERIALIZED (
    SELECT * FROM judged
    WHERE strays OR is_unchained OR is_orphaned OR differs OR balance < 0 OR is_headless
)
SELECT 'ledger', format('entry %s', entry_id), format('user %s is not there', user_id)
FROM offender WHERE is_orphaned
UNION ALL
SELECT 'ledger', format('user %s', user_id),
       format('entry %s says %s after it, the ledger sums to %s', entry_id, balance_after, total)
FROM offender WHERE strays
UNION ALL
SELECT 'ledger', format('user %s', owner), format('balance %s, ledger sums to %s', balance, total)
FROM offender WHERE differs
UNION ALL
SELECT 'ledger', format('user %s', owner), format('balance %s is negative', balance)
FROM offender WHERE balance < 0 AND NOT differs
UNION ALL
SELECT 'storage', format('entry %s', entry_id),
       format('follows %s, but names %s',
              coalesce(before::text, 'none'), coalesce(previous::text, 'none'))
FROM offender WHERE is_unchained
UNION ALL
SELECT 'storage', format('user %s', owner),
       format('has %s as the last entry, but names %s',
              coalesce(entry_id::text, 'none'), coalesce(last_entry::text, 'none'))
FROM offender WHERE is_headless";

/// What users paid, and the chains of orders.
pub(super) const ORDERS: &str = "
WITH step AS (
    SELECT order_id, user_id, previous,
           sum(CASE WHEN cancelled_at IS NULL THEN subtotal - discount ELSE 0 END)
               OVER placed AS total,
           lag(order_id) OVER placed AS before,
           CASE WHEN lead(order_id) OVER placed IS NULL THEN user_id END AS closes
    FROM orders
    WINDOW placed AS (PARTITION BY user_id ORDER BY order_id ROWS UNBOUNDED PRECEDING)
), judged AS (
    SELECT step.order_id, step.user_id, step.previous, step.before,
           coalesce(step.total, 0) AS total,
           users.user_id AS owner, users.paid, users.last_order,
           step.previous IS DISTINCT FROM step.before AS is_unchained,
           step.closes IS NOT NULL AND users.user_id IS NULL AS is_orphaned,
           users.paid <> coalesce(step.total, 0) AS differs,
           users.user_id IS NOT NULL
               AND users.last_order IS DISTINCT FROM step.order_id AS is_headless
    FROM step FULL JOIN users ON users.user_id = step.closes
), offender AS MATERIALIZED (
    SELECT * FROM judged WHERE is_unchained OR is_orphaned OR differs OR is_headless
)
SELECT 'orders', format('order %s', order_id), format('user %s is not there', user_id)
FROM offender WHERE is_orphaned
UNION ALL
SELECT 'ledger', format('user %s', owner), format('paid %s, paid orders sum to %s', paid, total)
FROM offender WHERE differs
UNION ALL
SELECT 'storage', format('order %s', order_id),
       format('follows %s, but names %s',
              coalesce(before::text, 'none'), coalesce(previous::text, 'none'))
FROM offender WHERE is_unchained
UNION ALL
SELECT 'storage', format('user %s', owner),
       format('has %s as the last order, but names %s',
              coalesce(order_id::text, 'none'), coalesce(last_order::text, 'none'))
FROM offender WHERE is_headless";
