//! Balances, entries, and what users paid.

use super::*;

found! {
    a_balance_that_the_ledger_does_not_sum_to:
        "UPDATE users SET balance = balance + 1 WHERE user_id = 1",
        [(Ledger, "user 1")];
    a_negative_balance:
        "ALTER TABLE users DROP CONSTRAINT users_balance_check;
         ALTER TABLE entries DROP CONSTRAINT entries_balance_after_check;
         UPDATE users SET balance = balance - 100000 WHERE user_id = 1;
         UPDATE entries SET amount = amount - 100000 WHERE entry_id = '{charge 1}';
         UPDATE entries SET balance_after = balance_after - 100000 WHERE user_id = 1;
         UPDATE orders SET balance_after = balance_after - 100000 WHERE user_id = 1",
        [(Ledger, "user 1")];
    a_lost_entry:
        "DELETE FROM entries WHERE entry_id = '{charge 2}'",
        [(Ledger, "user 2"), (Storage, "entry {payment 2}")];
    the_only_entry_lost:
        "DELETE FROM entries WHERE user_id = 1 AND kind = 2;
         DELETE FROM entries WHERE user_id = 1",
        [(Ledger, "user 1"), (Orders, "order {order 1}"), (Storage, "user 1")];
    a_changed_entry:
        "UPDATE entries SET amount = amount + 1 WHERE entry_id = '{last entry 2}'",
        [(Ledger, "user 2"), (Orders, "order {later 2}")];
    wrong_headroom_for_refunds:
        "UPDATE users SET paid = paid + 1 WHERE user_id = 2",
        [(Ledger, "user 2")];
    headroom_of_a_user_without_orders:
        "INSERT INTO users (user_id, balance, paid, last_key, created_at) VALUES (4, 0, 1, 0, 1)",
        [(Ledger, "user 4")];
    a_lost_user:
        "DELETE FROM users WHERE user_id = 1",
        [
            (Ledger, "entry {payment 1}"),
            (Orders, "order {order 1}"),
            (Coupons, "coupon {coupon 1}"),
        ];
}
