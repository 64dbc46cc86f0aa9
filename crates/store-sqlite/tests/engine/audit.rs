//! An audit finds every way in which a law can be broken, and nothing else.

use crate::support::Shop;
use jumun_store::{Law, Store};

/// Breaks a shop with `sql` and expects findings on the law `law`. Each of its orders
/// is a batch of its own, so each payment and each event has a row to itself.
async fn check(law: Law, sql: &str) {
    let shop = Shop::open().await;
    let lease = shop.platform().await;
    shop.order(1, true).await;
    shop.order(2, false).await;
    let cancelled = shop.order(3, true).await;
    shop.cancel(cancelled).await;
    shop.fail_a_delivery(&lease).await;
    let clean = jumun_store_sqlite::audit(&shop.path(), &mut |_| {}).unwrap();
    assert!(clean.is_clean(), "before {sql}: {clean:#?}");
    assert!(
        clean.laws.iter().all(|report| report.checked > 0),
        "{clean:#?}"
    );
    shop.store.close().await;

    let connection = rusqlite::Connection::open(shop.path()).unwrap();
    connection
        .pragma_update(None, "ignore_check_constraints", true)
        .unwrap();
    assert!(
        connection.execute(sql, []).unwrap() > 0,
        "{sql} changed nothing"
    );
    drop(connection);
    let report = jumun_store_sqlite::audit(&shop.path(), &mut |_| {}).unwrap();
    let broken: Vec<_> = report
        .laws
        .iter()
        .filter(|it| it.broken > 0)
        .map(|it| it.law)
        .collect();
    assert!(broken.contains(&law), "{sql} was not found: {report:#?}");
    for finding in report.laws.iter().flat_map(|law| &law.findings) {
        assert!(!finding.subject.is_empty() && !finding.detail.is_empty());
    }
}

macro_rules! found {
    ($($name:ident: $law:expr, $sql:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            check($law, $sql).await;
        }
    )*};
}

found! {
    a_platform_beyond_the_newest_event_is_found:
        Law::Deliveries, "UPDATE platforms SET position = 5";
    a_platform_behind_its_beginning_is_found:
        Law::Deliveries, "UPDATE platforms SET starts_after = 4";
    a_pending_event_above_the_position_is_found:
        Law::Deliveries, "UPDATE platforms SET position = 2";
    a_pending_event_that_is_not_there_is_found:
        Law::Deliveries, "UPDATE pending_deliveries SET sequence = 0";
    a_pending_event_under_another_id_is_found:
        Law::Deliveries, "UPDATE pending_deliveries SET event_low = event_low + 1";
    a_pending_event_of_no_platform_is_found:
        Law::Deliveries, "UPDATE pending_deliveries SET platform = 77";
    a_balance_that_the_ledger_does_not_sum_to_is_found:
        Law::Ledger, "UPDATE users SET balance = balance + 1 WHERE user_id = 1";
    a_negative_balance_is_found:
        Law::Ledger, "UPDATE users SET balance = -1 WHERE user_id = 1";
    a_lost_ledger_entry_is_found:
        Law::Ledger, "DELETE FROM entries WHERE kind = 1 AND user_id = 2";
    a_changed_ledger_entry_is_found:
        Law::Ledger, "UPDATE entries SET amount = amount + 1 WHERE kind = 1 AND user_id = 2";
    a_wrong_headroom_for_refunds_is_found:
        Law::Ledger, "UPDATE users SET paid = paid + 1 WHERE user_id = 2";
    a_stock_that_does_not_add_up_is_found:
        Law::Stock, "UPDATE stocks SET stock = stock + 1 WHERE product_id = 1";
    a_lost_stock_adjustment_is_found:
        Law::Stock, "DELETE FROM stock_adjustments WHERE product_id = 1";
    a_wrong_count_of_pieces_sold_is_found:
        Law::Stock, "UPDATE stocks SET sold = sold + 1 WHERE product_id = 1";
    a_wrong_best_seller_figure_is_found:
        Law::Stock, "INSERT INTO sales_log (hour, deltas) VALUES (1, '[[1,1,1]]')";
    a_wrong_count_of_purchases_is_found:
        Law::Stock, "UPDATE purchases SET quantity = quantity + 1 WHERE user_id = 2";
    a_campaign_that_gave_out_too_many_is_found:
        Law::Campaigns, "UPDATE campaigns SET quantity = 1";
    a_campaign_that_lost_count_is_found:
        Law::Campaigns, "UPDATE campaigns SET issued = issued + 1";
    a_coupon_number_given_twice_is_found:
        Law::Campaigns, "UPDATE coupons SET sequence = 1";
    a_coupon_used_by_nobody_is_found:
        Law::Coupons, "UPDATE coupons SET used_by = NULL, used_at = NULL WHERE used_by IS NOT NULL";
    a_coupon_used_by_a_cancelled_order_is_found:
        Law::Coupons,
        "UPDATE coupons SET used_at = 1,
         used_by = (SELECT key FROM orders WHERE cancelled_at IS NOT NULL) WHERE user_id = 3";
    lines_that_do_not_sum_to_the_order_are_found:
        Law::Orders, "UPDATE orders SET subtotal = subtotal + 1, discount = discount + 1 WHERE user_id = 1";
    a_lost_payment_is_found:
        Law::Orders, "DELETE FROM payments WHERE first = (SELECT max(first) FROM payments)";
    a_payment_of_another_amount_is_found:
        // The fifth integer, of which the last byte changes.
        Law::Orders,
        "UPDATE payments SET items = CAST(substr(items, 1, 39)
             || CASE substr(items, 40, 1) WHEN x'01' THEN x'02' ELSE x'01' END
             || substr(items, 41) AS BLOB)";
    a_payment_of_another_order_is_found:
        Law::Orders,
        "UPDATE payments SET items = CAST(substr(items, 1, 48)
             || (SELECT substr(items, 49, 8) FROM payments ORDER BY first LIMIT 1)
             || substr(items, 57) AS BLOB)";
    a_payment_of_another_time_is_found:
        Law::Orders, "UPDATE orders SET created_at = created_at + 1 WHERE user_id = 2";
    rows_of_payments_that_overlap_are_found:
        Law::Storage,
        "UPDATE payments SET last = (SELECT max(last) FROM payments)
         WHERE first = (SELECT min(first) FROM payments)";
    payments_that_cannot_be_read_are_found:
        Law::Storage, "UPDATE payments SET items = substr(items, 2)";
    payments_of_another_row_are_found:
        Law::Storage, "UPDATE payments SET last = last + 1";
    a_lost_order_is_found:
        Law::Orders, "DELETE FROM orders WHERE user_id = 2";
    a_lost_refund_is_found:
        Law::Orders, "DELETE FROM entries WHERE kind = 3";
    a_cancel_that_was_taken_back_is_found:
        Law::Orders, "UPDATE orders SET cancelled_at = NULL";
    a_lost_event_of_a_payment_is_found:
        Law::Events, "DELETE FROM events WHERE first = 1";
    a_lost_event_of_a_cancel_is_found:
        Law::Events, "DELETE FROM events WHERE first = 4";
    an_event_told_twice_is_found:
        Law::Events,
        "INSERT INTO events
         SELECT 5, 5, CAST(x'0000000000000005' || substr(items, 9) AS BLOB) FROM events WHERE first = 1";
    events_that_cannot_be_read_are_found:
        Law::Storage, "UPDATE events SET items = x''";
    states_that_cannot_be_read_are_found:
        Law::Storage, "INSERT INTO state_log (entry, states, keys) VALUES (1000, x'05', x'')";
    logged_keys_that_cannot_be_read_are_found:
        Law::Storage, "INSERT INTO state_log (entry, states, keys) VALUES (1000, x'', x'05')";
    a_balance_of_nobody_in_the_log_is_found:
        Law::Ledger,
        "INSERT INTO state_log (entry, states, keys) VALUES
         (1000, CAST(x'01000000' || x'6300000000000000' || x'0500000000000000' || zeroblob(32)
          AS BLOB), x'')";
    a_row_that_no_version_wrote_is_found:
        Law::Storage, "UPDATE orders SET lines = '[[1]]' WHERE user_id = 1";
}
