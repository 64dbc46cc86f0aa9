//! Orders, their payments and their refunds.

use super::*;

found! {
    lines_that_do_not_sum_to_the_order:
        "UPDATE orders SET subtotal = subtotal + 1, discount = discount + 1
         WHERE order_id = '{order 2}'",
        [(Orders, "order {order 2}")];
    a_discount_below_zero:
        "UPDATE orders SET subtotal = subtotal - 1, discount = discount - 1
         WHERE order_id = '{order 2}'",
        [(Orders, "order {order 2}")];
    a_lost_payment:
        "DELETE FROM entries WHERE entry_id = '{payment 2}'",
        [
            (Ledger, "user 2"),
            (Orders, "order {order 2}"),
            (Storage, "entry {last entry 2}"),
        ];
    a_payment_of_another_amount:
        "UPDATE entries SET amount = amount - 1 WHERE entry_id = '{last entry 2}'",
        [(Ledger, "user 2"), (Orders, "order {later 2}")];
    an_order_that_tells_another_balance:
        "UPDATE orders SET balance_after = balance_after + 1 WHERE order_id = '{order 2}'",
        [(Orders, "order {order 2}")];
    an_order_paid_twice:
        "UPDATE entries SET kind = 2, order_id = '{order 2}' WHERE entry_id = '{charge 2}'",
        [(Orders, "order {order 2}")];
    a_payment_without_an_order:
        "UPDATE entries SET order_id = NULL WHERE entry_id = '{payment 2}'",
        [(Orders, "order {order 2}"), (Orders, "order none")];
    a_payment_by_another_user:
        "UPDATE entries SET order_id = '{order 1}' WHERE entry_id = '{payment 2}';
         UPDATE entries SET order_id = '{order 2}' WHERE entry_id = '{payment 1}'",
        [(Orders, "order {order 1}"), (Orders, "order {order 2}")];
    a_lost_order:
        "DELETE FROM orders WHERE order_id = '{later 2}'",
        [
            (Ledger, "user 2"),
            (Stock, "product 1"),
            (Stock, "product 2"),
            (Stock, "product 1, hour {later hour}"),
            (Stock, "product 2, hour {later hour}"),
            (Stock, "product 1, user 2"),
            (Orders, "order {later 2}"),
            (Events, "order {later 2}"),
            (Storage, "user 2"),
        ];
    a_lost_refund:
        "DELETE FROM entries WHERE kind = 3",
        [(Ledger, "user 3"), (Orders, "order {cancelled}"), (Storage, "user 3")];
    a_refund_of_another_order:
        "UPDATE entries SET order_id = '{order 1}' WHERE kind = 3",
        [(Orders, "order {order 1}"), (Orders, "order {cancelled}")];
    a_refund_of_no_order:
        "UPDATE entries SET order_id = '{coupon 1}' WHERE kind = 3",
        [(Orders, "order {coupon 1}"), (Orders, "order {cancelled}")];
    a_cancel_that_was_taken_back:
        "UPDATE orders SET cancelled_at = NULL, restocked = NULL",
        [
            (Ledger, "user 3"),
            (Stock, "product 1"),
            (Stock, "product 2"),
            (Stock, "product 1, hour {hour 3}"),
            (Stock, "product 2, hour {hour 3}"),
            (Stock, "product 1, user 3"),
            (Coupons, "order {cancelled}"),
            (Orders, "order {cancelled}"),
            (Events, "order {cancelled}"),
        ];
    pieces_that_are_said_to_be_back_on_the_shelf:
        "UPDATE orders SET restocked = false WHERE cancelled_at IS NOT NULL",
        [(Stock, "product 1"), (Stock, "product 2")];
}
