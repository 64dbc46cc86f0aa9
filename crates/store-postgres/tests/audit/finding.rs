//! What is told of a finding.

use crate::shop::Shop;

/// Breaks a copy of the shop with `sql` and expects one finding, in these words.
async fn check(sql: &str, expected: &str) {
    let shop = Shop::copy();
    shop.database.sql(&shop.named(sql));
    let report = shop.audit().await;
    let told: Vec<_> = report
        .laws
        .iter()
        .flat_map(|law| &law.findings)
        .map(|it| format!("{}: {}", it.subject, it.detail))
        .collect();
    assert_eq!(told, [shop.named(expected)], "{sql}");
}

#[tokio::test]
async fn a_finding_says_what_is_wrong_with_both_figures() {
    let table = [
        (
            "UPDATE users SET balance = balance + 1 WHERE user_id = 1",
            "user 1: balance 96301, ledger sums to 96300",
        ),
        (
            "UPDATE products SET stock = stock + 1 WHERE product_id = 1",
            "product 1: on hand 95, but opening stock and adjustments 100 \
             - sold 8 + restocked 2 = 94",
        ),
        (
            "UPDATE products SET sold = sold + 1 WHERE product_id = 1",
            "product 1: sold 7, paid orders sum to 6",
        ),
        (
            "UPDATE purchases SET quantity = quantity + 1 WHERE user_id = 2",
            "product 1, user 2: purchases 5, paid orders sum to 4",
        ),
        (
            "UPDATE campaigns SET issued = issued + 1",
            "campaign 1: quantity 10, issued 3, coupons 2 with 2 numbers from 1 to 2",
        ),
        (
            "UPDATE coupons SET used_by = NULL, used_at = NULL WHERE user_id = 1",
            "order {order 1}: is paid and names a coupon that is not used by it",
        ),
        (
            "UPDATE orders SET balance_after = 1 WHERE order_id = '{order 2}'",
            "order {order 2}: ledger has \
             Payment { count: 1, user_id: 2, amount: -4000, balance_after: 96000 }, not \
             Payment { count: 1, user_id: 2, amount: -4000, balance_after: 1 }",
        ),
        (
            "UPDATE orders SET subtotal = 4100, discount = 100 WHERE order_id = '{order 2}'",
            "order {order 2}: lines 4000 - 0, order 4100 - 100",
        ),
        (
            "UPDATE numbered_batches SET first_sequence = 5 WHERE first_sequence = 4;
             UPDATE sequencer SET next_sequence = 6",
            "event 5: follows event 3",
        ),
        (
            "UPDATE orders SET previous = NULL WHERE order_id = '{later 2}'",
            "order {later 2}: follows {order 2}, but names none",
        ),
    ];
    for (sql, expected) in table {
        check(sql, expected).await;
    }
}
