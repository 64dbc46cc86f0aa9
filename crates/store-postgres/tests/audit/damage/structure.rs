//! Rows that the engine cannot read, and chains that lead astray.

use super::*;

found! {
    lines_that_are_no_lines:
        "UPDATE orders SET lines = '[[1]]' WHERE order_id = '{order 1}'",
        [(Storage, "order {order 1}"), (Storage, "database")];
    lines_that_are_no_list:
        "UPDATE orders SET lines = '\"[[1,2,1000,0,a]]\"' WHERE order_id = '{order 1}'",
        [(Storage, "order {order 1}"), (Storage, "database")];
    an_order_without_lines:
        "UPDATE orders SET lines = '[]' WHERE order_id = '{order 1}'",
        [(Storage, "order {order 1}"), (Storage, "database")];
    lines_of_no_pieces:
        "UPDATE orders SET lines = '[[1,0,1000,0,\"a\"]]' WHERE order_id = '{order 1}'",
        [(Storage, "order {order 1}"), (Storage, "database")];
    lines_without_names:
        "UPDATE orders SET lines = '[[1,2,1000,0,null]]' WHERE order_id = '{order 1}'",
        [(Storage, "order {order 1}"), (Storage, "database")];
    lines_out_of_range:
        "UPDATE orders SET lines = '[[1,2,99999999999999999999,0,\"a\"]]'
         WHERE order_id = '{order 1}'",
        [(Storage, "database")];
    amounts_out_of_range:
        "UPDATE orders SET subtotal = 9223372036854775807, discount = -1
         WHERE order_id = '{order 1}'",
        [(Orders, "order {order 1}"), (Storage, "database")];
    an_entry_of_an_unknown_kind:
        "ALTER TABLE entries DROP CONSTRAINT entries_kind_check;
         UPDATE entries SET kind = 5 WHERE entry_id = '{charge 1}'",
        [(Storage, "entry {charge 1}")];
    an_event_of_an_unknown_kind:
        "UPDATE batches SET event_kinds = '{3}' WHERE batch_id = '{batch 1}'",
        [(Storage, "batch {batch 1}"), (Events, "order {order 1}")];
    lists_of_a_batch_that_differ_in_length:
        "UPDATE batches SET event_kinds = '{}' WHERE batch_id = '{batch 1}'",
        [(Storage, "batch {batch 1}"), (Events, "order {order 1}")];
    an_answer_of_an_unknown_kind:
        "ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_answer_kind_check;
         UPDATE idempotency_keys SET answer_kind = 8 WHERE fingerprint = '{key 1}'",
        [(Storage, "idempotency key of {key 1}")];
    lists_of_what_was_sold_that_differ_in_length:
        "INSERT INTO sales_log (batch_id, hours, product_ids, quantities, amounts)
         VALUES ('{batch 1}', '{}', '{}', '{}', '{0}')",
        [(Storage, "batch {batch 1}")];
    an_order_half_cancelled:
        "UPDATE orders SET restocked = false WHERE order_id = '{order 2}'",
        [(Storage, "order {order 2}")];
    a_coupon_half_used:
        "UPDATE coupons SET used_at = NULL WHERE coupon_id = '{coupon 1}'",
        [(Storage, "coupon {coupon 1}")];
    a_campaign_without_a_discount:
        "ALTER TABLE campaigns DROP CONSTRAINT campaigns_check1;
         UPDATE campaigns SET fixed_amount = NULL",
        [(Storage, "campaign 1")];
    a_chain_of_orders_that_breaks_off:
        "UPDATE orders SET previous = NULL WHERE order_id = '{later 2}'",
        [(Storage, "order {later 2}")];
    a_chain_of_orders_of_another_user:
        "UPDATE orders SET previous = '{order 2}' WHERE order_id = '{order 1}'",
        [(Storage, "order {order 1}")];
    a_chain_of_entries_that_leaves_one_out:
        "UPDATE entries SET previous = '{charge 2}' WHERE entry_id = '{last entry 2}'",
        [(Storage, "entry {last entry 2}")];
    a_chain_of_coupons_of_another_user:
        "UPDATE coupons SET previous = '{coupon 1}' WHERE coupon_id = '{coupon 3}'",
        [(Storage, "coupon {coupon 3}")];
    a_user_who_names_an_older_order:
        "UPDATE users SET last_order = '{order 2}' WHERE user_id = 2",
        [(Storage, "user 2")];
    a_user_who_names_no_entry:
        "UPDATE users SET last_entry = NULL WHERE user_id = 2",
        [(Storage, "user 2")];
    a_user_who_names_a_coupon_and_has_none:
        "UPDATE users SET last_coupon = '{coupon 1}' WHERE user_id = 2",
        [(Storage, "user 2")];
    a_user_whose_ids_would_go_back:
        "UPDATE users SET last_key = 0 WHERE user_id = 1",
        [(Storage, "user 1")];
    a_product_whose_ids_would_go_back:
        "UPDATE products SET last_key = 0 WHERE product_id = 1",
        [(Storage, "product 1")];
    a_position_below_zero:
        "UPDATE users SET last_key = -1 WHERE user_id = 1",
        [(Storage, "user 1")];
    a_user_whose_ids_are_one_short:
        "UPDATE users SET last_key = (
             SELECT ('x' || substr(id, 1, 12) || substr(id, 14, 3))::bit(60)::bigint - 1
             FROM (SELECT replace('{payment 1}', '-', '') AS id) AS newest)
         WHERE user_id = 1",
        [(Storage, "user 1")];
}

#[tokio::test]
async fn a_user_whose_ids_have_come_as_far_as_the_newest_is_no_finding() {
    check(
        "UPDATE users SET last_key = (
             SELECT ('x' || substr(id, 1, 12) || substr(id, 14, 3))::bit(60)::bigint
             FROM (SELECT replace('{payment 1}', '-', '') AS id) AS newest)
         WHERE user_id = 1",
        &[],
    )
    .await;
}
