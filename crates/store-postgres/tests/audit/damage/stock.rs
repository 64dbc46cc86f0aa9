//! Stocks, best-seller figures, and purchases.

use super::*;

found! {
    a_stock_that_does_not_add_up:
        "UPDATE products SET stock = stock + 1 WHERE product_id = 1",
        [(Stock, "product 1")];
    a_negative_stock:
        "ALTER TABLE products DROP CONSTRAINT products_stock_check;
         UPDATE products SET stock = stock - 100 WHERE product_id = 1;
         UPDATE stock_adjustments SET delta = delta - 100 WHERE product_id = 1 AND NOT opening",
        [(Stock, "product 1")];
    a_lost_stock_adjustment:
        "DELETE FROM stock_adjustments WHERE product_id = 2 AND NOT opening",
        [(Stock, "product 2")];
    two_opening_stocks:
        "UPDATE stock_adjustments SET opening = true WHERE product_id = 2",
        [(Stock, "product 2")];
    a_wrong_count_of_pieces_sold:
        "UPDATE products SET sold = sold + 1 WHERE product_id = 1",
        [(Stock, "product 1")];
    a_lost_product:
        "DELETE FROM products WHERE product_id = 2",
        [(Stock, "product 2")];
    a_wrong_best_seller_figure:
        "UPDATE sales SET quantity = quantity + 1 WHERE product_id = 1 AND hour = {hour 1}",
        [(Stock, "product 1, hour {hour 1}")];
    a_wrong_best_seller_amount:
        "UPDATE sales SET amount = amount + 1 WHERE product_id = 1 AND hour = {hour 1}",
        [(Stock, "product 1, hour {hour 1}")];
    a_best_seller_figure_of_an_hour_without_orders:
        "INSERT INTO sales (hour, product_id, quantity, amount) VALUES (1, 1, 1, 0)",
        [(Stock, "product 1, hour 1")];
    a_wrong_figure_that_is_not_folded_yet:
        "UPDATE sales_log SET quantities = '{2,3}', amounts = '{2001,2000}'
         WHERE batch_id = '{later batch}'",
        [
            (Stock, "product 1, hour {later hour}"),
            (Stock, "product 2, hour {later hour}"),
        ];
    a_lost_row_of_the_log_of_sales:
        "DELETE FROM sales_log WHERE batch_id = '{later batch}'",
        [
            (Stock, "product 1, hour {later hour}"),
            (Stock, "product 2, hour {later hour}"),
        ];
    a_wrong_count_of_purchases:
        "UPDATE purchases SET quantity = quantity + 1 WHERE user_id = 2",
        [(Stock, "product 1, user 2")];
    a_lost_count_of_purchases:
        "DELETE FROM purchases WHERE user_id = 2",
        [(Stock, "product 1, user 2")];
    a_count_of_purchases_that_nobody_made:
        "INSERT INTO purchases (product_id, user_id, quantity) VALUES (2, 3, 1)",
        [(Stock, "product 2, user 3")];
}

#[tokio::test]
async fn purchases_need_no_row_before_they_are_first_counted() {
    check(
        "UPDATE products SET always_counted = false, sold = sold + 1 WHERE product_id = 1;
         DELETE FROM purchases WHERE product_id = 1",
        &[(Law::Stock, "product 1")],
    )
    .await;
}

#[tokio::test]
async fn an_amount_that_left_the_range_of_a_double_is_not_compared() {
    check(
        "UPDATE orders SET subtotal = 18014398509481984, discount = 18014398509478284,
                lines = ('[[1,2,4503599627370496,9007199254739142,\"a\"],' ||
                        '[2,2,4503599627370496,9007199254739142,\"b\"]]')::json
         WHERE order_id = '{order 1}'",
        &[],
    )
    .await;
}
