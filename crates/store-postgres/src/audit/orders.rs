//! Orders, their lines, and what the ledger has of them.

/// Orders whose lines are not as the engine writes them: numbers, of which the
/// product and the pieces are not zero, and a name. The digits are not counted,
/// which would take four times as long: the statements that read a number say
/// when it is out of range.
pub(super) const UNREADABLE: &str = r#"
SELECT 'storage', format('order %s', order_id), 'its lines cannot be read'
FROM orders
WHERE lines::text !~
    '^\[(?:\[[1-9][0-9]*, ?[1-9][0-9]*, ?[0-9]+, ?[0-9]+, ?"(?:[^"\\]|\\.)*"\](?:, ?)?)+\]$'"#;

/// The lines of an order sum to it.
pub(super) const AMOUNTS: &str = "
SELECT 'orders', format('order %s', order_id),
       format('lines %s - %s, order %s - %s',
              summed.amount, summed.discount, orders.subtotal, orders.discount)
FROM orders CROSS JOIN LATERAL (
    SELECT sum((line.value ->> 1)::bigint * (line.value ->> 2)::bigint) AS amount,
           sum((line.value ->> 3)::bigint) AS discount
    FROM json_array_elements(orders.lines) AS line (value)
) AS summed
WHERE summed.amount <> orders.subtotal OR summed.discount <> orders.discount
   OR orders.discount < 0 OR orders.discount > orders.subtotal";

/// An order is paid once (kind 2); a cancelled one was refunded once (kind 3),
/// any other never.
pub(super) const PAYMENTS: &str = "
WITH booked AS (
    SELECT order_id,
           count(CASE WHEN kind = 2 THEN 1 END) AS payments,
           min(CASE WHEN kind = 2 THEN user_id END) AS paid_by,
           min(CASE WHEN kind = 2 THEN amount END) AS paid,
           min(CASE WHEN kind = 2 THEN balance_after END) AS balance,
           count(CASE WHEN kind = 3 THEN 1 END) AS refunds,
           min(CASE WHEN kind = 3 THEN user_id END) AS refunded_to,
           sum(CASE WHEN kind = 3 THEN amount ELSE 0 END) AS refunded
    FROM entries WHERE kind IN (2, 3) GROUP BY order_id
), matched AS (
    SELECT coalesce(orders.order_id, booked.order_id) AS order_id,
           orders.order_id IS NULL AS is_missing,
           orders.user_id, orders.subtotal - orders.discount AS total, orders.balance_after,
           orders.cancelled_at IS NOT NULL AS is_cancelled,
           coalesce(booked.payments, 0) AS payments,
           booked.paid_by, booked.paid, booked.balance,
           coalesce(booked.refunds, 0) AS refunds,
           booked.refunded_to, coalesce(booked.refunded, 0) AS refunded
    FROM orders FULL JOIN booked ON booked.order_id = orders.order_id
), judged AS (
    SELECT *,
           NOT is_missing AND (payments <> 1 OR paid_by <> user_id OR paid <> -total
               OR balance <> balance_after) AS is_unpaid,
           NOT is_missing AND (refunds <> (CASE WHEN is_cancelled THEN 1 ELSE 0 END)
               OR refunds > 0 AND (refunded_to <> user_id OR refunded <> total)) AS is_unrefunded
    FROM matched
), offender AS MATERIALIZED (
    SELECT * FROM judged WHERE is_missing OR is_unpaid OR is_unrefunded
)
SELECT 'orders', format('order %s', coalesce(order_id::text, 'none')),
       CASE WHEN payments > 0 THEN 'is paid and is not there'
            ELSE 'is refunded and is not there' END
FROM offender WHERE is_missing
UNION ALL
SELECT 'orders', format('order %s', order_id),
       format('ledger has %s, not Payment { count: 1, user_id: %s, amount: %s, balance_after: %s }',
              CASE WHEN payments = 0 THEN 'no payment'
                   ELSE format('Payment { count: %s, user_id: %s, amount: %s, balance_after: %s }',
                               payments, paid_by, paid, balance) END,
              user_id, -total, balance_after)
FROM offender WHERE is_unpaid
UNION ALL
SELECT 'orders', format('order %s', order_id),
       format('cancelled: %s, refunds (count, sum): (%s, %s)%s',
              is_cancelled::text, refunds, refunded,
              CASE WHEN refunded_to <> user_id
                   THEN format(', to user %s, not %s', refunded_to, user_id) ELSE '' END)
FROM offender WHERE is_unrefunded";
