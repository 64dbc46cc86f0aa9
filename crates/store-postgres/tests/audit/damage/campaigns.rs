//! Campaigns, coupons, and who used them.

use super::*;

found! {
    a_campaign_that_gave_out_too_many:
        "ALTER TABLE campaigns DROP CONSTRAINT campaigns_check;
         UPDATE campaigns SET quantity = 1",
        [(Campaigns, "campaign 1")];
    a_campaign_that_lost_count:
        "UPDATE campaigns SET issued = issued + 1",
        [(Campaigns, "campaign 1")];
    a_campaign_that_gave_out_nothing_and_says_so:
        "INSERT INTO campaigns SELECT 2, 10, 1, valid_from, valid_until, created_at, fixed_amount,
                max_amount, minimum_subtotal, percent, name FROM campaigns",
        [(Campaigns, "campaign 2")];
    a_lost_campaign:
        "DELETE FROM campaigns",
        [(Campaigns, "campaign 1")];
    a_coupon_number_given_twice:
        "UPDATE coupons SET sequence = 1",
        [(Campaigns, "campaign 1")];
    a_coupon_number_left_out:
        "UPDATE coupons SET sequence = 3 WHERE sequence = 2",
        [(Campaigns, "campaign 1")];
    two_coupons_of_one_user:
        "ALTER TABLE coupons DROP CONSTRAINT coupons_campaign_id_user_id_key;
         UPDATE coupons SET user_id = 1, previous = '{coupon 1}' WHERE user_id = 3;
         UPDATE users SET last_coupon = '{coupon 3}', last_key = (SELECT max(last_key) FROM users)
         WHERE user_id = 1;
         UPDATE users SET last_coupon = NULL WHERE user_id = 3",
        [(Campaigns, "campaign 1")];
    a_coupon_used_by_nobody:
        "UPDATE coupons SET used_by = NULL, used_at = NULL WHERE user_id = 1",
        [(Coupons, "order {order 1}")];
    a_coupon_used_by_a_cancelled_order:
        "UPDATE coupons SET used_at = 1, used_by = '{cancelled}' WHERE user_id = 3",
        [(Coupons, "coupon {coupon 3}")];
    a_coupon_used_by_an_order_that_does_not_name_it:
        "UPDATE coupons SET used_at = 1, used_by = '{order 2}' WHERE user_id = 3",
        [(Coupons, "coupon {coupon 3}")];
    a_coupon_used_by_an_order_that_is_not_there:
        "UPDATE coupons SET used_at = 1, used_by = '{coupon 3}' WHERE user_id = 3",
        [(Coupons, "coupon {coupon 3}")];
    a_coupon_used_by_two_orders:
        "UPDATE orders SET coupon_id = '{coupon 1}' WHERE order_id = '{order 2}'",
        [(Coupons, "order {order 2}")];
}
