//! What holds in every committed state: asked for in SQL of the test's own, so
//! that it can contradict the engine, and then of the engine.

use jumun_store_postgres::{Target, audit};

use super::shop::Shop;

/// Each statement returns what breaks the law of its name.
const LAWS: &[(&str, &str)] = &[
    (
        "a balance is the sum of its ledger, and what was paid that of the paid orders",
        "SELECT user_id, balance, paid FROM users \
         WHERE balance <> (SELECT coalesce(sum(amount), 0) FROM entries \
                            WHERE entries.user_id = users.user_id) \
         OR paid <> (SELECT coalesce(sum(subtotal - discount), 0) FROM orders \
                      WHERE orders.user_id = users.user_id AND cancelled_at IS NULL)",
    ),
    (
        "each entry of a ledger goes on from the one before it",
        "SELECT entry_id FROM (SELECT entry_id, balance_after, previous, \
                sum(amount) OVER mine AS summed, lag(entry_id) OVER mine AS before \
                FROM entries WINDOW mine AS (PARTITION BY user_id ORDER BY entry_id)) AS it \
         WHERE balance_after <> summed OR previous IS DISTINCT FROM before",
    ),
    (
        "each order of a user names the one before it, and the user the last",
        "SELECT order_id FROM (SELECT order_id, user_id, previous, \
                lag(order_id) OVER mine AS before, lead(order_id) OVER mine AS next \
                FROM orders WINDOW mine AS (PARTITION BY user_id ORDER BY order_id)) AS it \
         JOIN users USING (user_id) \
         WHERE previous IS DISTINCT FROM before OR (next IS NULL AND last_order <> order_id)",
    ),
    (
        "a stock is what came less what was sold",
        "SELECT product_id, stock, sold FROM products \
         WHERE sold <> (SELECT coalesce(sum(quantity), 0) FROM order_lines \
                        JOIN orders USING (order_id) \
                        WHERE order_lines.product_id = products.product_id \
                        AND cancelled_at IS NULL) \
         OR stock <> (SELECT sum(delta) FROM stock_adjustments \
                       WHERE stock_adjustments.product_id = products.product_id) - sold",
    ),
    (
        "an order is paid once",
        "SELECT order_id FROM orders FULL JOIN (SELECT order_id, count(*) AS payments, \
                sum(amount) AS amount FROM entries WHERE kind = 2 GROUP BY order_id) AS it \
                USING (order_id) \
         WHERE payments IS DISTINCT FROM 1 OR amount IS DISTINCT FROM discount - subtotal",
    ),
    (
        "an order has one event",
        "SELECT order_id FROM orders FULL JOIN (SELECT order_id, count(*) AS events \
                FROM batches CROSS JOIN unnest(event_order_ids, event_kinds) AS it (order_id, kind) \
                WHERE kind = 1 GROUP BY order_id) AS paid USING (order_id) \
         WHERE user_id IS NULL OR events IS DISTINCT FROM 1",
    ),
    (
        "a batch with events is numbered or to be numbered, and no fence is",
        "SELECT batch_id FROM batches LEFT JOIN (SELECT batch_id, count(*) AS places \
                FROM (SELECT batch_id FROM numbered_batches UNION ALL \
                      SELECT batch_id FROM unnumbered_batches) AS all_places \
                GROUP BY batch_id) AS it USING (batch_id) \
         WHERE coalesce(places, 0) <> CASE WHEN cardinality(event_ids) > 0 THEN 1 ELSE 0 END",
    ),
    (
        "the numbers of events have no gap",
        "SELECT first_sequence FROM (SELECT first_sequence, \
                first_sequence + cardinality(event_ids) AS after, \
                lead(first_sequence, 1, next_sequence) OVER (ORDER BY first_sequence) AS next \
                FROM numbered_batches JOIN batches USING (batch_id) CROSS JOIN sequencer) AS it \
         WHERE after <> next",
    ),
    (
        "a token has the line of its making, and a revoked one that of its end and a number",
        "SELECT token_id FROM tokens WHERE \
         (SELECT count(*) FROM changes WHERE action = 'token.create' \
           AND subject = 'token:' || lpad(to_hex(token_id), 16, '0')) <> 1 \
         OR (SELECT count(*) FROM changes WHERE action = 'token.revoke' \
           AND subject = 'token:' || lpad(to_hex(token_id), 16, '0')) <> num_nonnulls(revoked_at) \
         OR (SELECT count(*) FROM revocations WHERE revocations.token_id = tokens.token_id) \
           <> num_nonnulls(revoked_at)",
    ),
    (
        "a line tells of a token that is there",
        "SELECT change_id FROM changes WHERE subject LIKE 'token:%' AND subject NOT IN \
         (SELECT 'token:' || lpad(to_hex(token_id), 16, '0') FROM tokens)",
    ),
    (
        "the numbers of revocations have no gap",
        "SELECT last_number FROM revocation_counter WHERE last_number <> \
         (SELECT count(*) FROM revocations WHERE number BETWEEN 1 AND last_number) \
         OR last_number <> (SELECT count(*) FROM revocations)",
    ),
    (
        "what a key remembers is there",
        "SELECT key FROM idempotency_keys WHERE answer_kind = 1 AND answer_id NOT IN \
                (SELECT entry_id FROM entries) OR answer_kind = 6 AND answer_id NOT IN \
                (SELECT order_id FROM orders)",
    ),
];

/// Panics on the first law that does not hold; then asks the engine's own audit.
pub(crate) async fn check(shop: &Shop) {
    for (law, breaches) in LAWS {
        let found = shop.sql(breaches);
        assert_eq!(found, "", "{law}: {breaches}");
    }
    let target = Target::parse(&shop.url()).expect("a URL");
    let report = audit(&target, &mut |_| {}).await.expect("an audit");
    assert!(report.is_clean(), "{report:#?}");
}
