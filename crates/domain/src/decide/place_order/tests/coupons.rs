//! When a coupon can be used, and what it takes off.

use crate::amount::Money;
use crate::campaign::Discount;
use crate::command::{CreateCampaign, PlaceOrder};
use crate::decide::testing::*;
use crate::time::Timestamp;

/// Users 1 and 2 with 10,000 each; product 1 at 10 and product 2 at 333.
fn shop() -> Shop {
    let mut shop = Shop::new();
    shop.given_user(1, 10_000);
    shop.given_user(2, 10_000);
    shop.given_product(1, 10, 1_000);
    shop.given_product(2, 333, 1_000);
    shop
}

#[test]
fn a_coupon_is_in_date_from_its_first_microsecond_until_just_before_its_last() {
    let valid = campaign(1);
    let (from, until) = (valid.valid_from.as_micros(), valid.valid_until.as_micros());
    let table = [
        (from - 1, Some("invalid-coupon NOT_YET_VALID")),
        (from, None),
        (until - 1, None),
        (until, Some("invalid-coupon EXPIRED")),
    ];
    for (now, expected) in table {
        let mut shop = shop();
        let coupon_id = Some(shop.given_coupon(campaign(1), 1));
        shop.at(now);
        let wanted = PlaceOrder {
            coupon_id,
            ..order(1, &[(1, 1)])
        };
        match expected {
            Some(expected) => assert_eq!(shop.rejected(wanted), [expected], "at {now}"),
            None => assert_eq!(shop.placed(wanted).discount, money(1), "at {now}"),
        }
    }
}

#[test]
fn the_first_reason_that_holds_is_the_one_told() {
    let strict = || CreateCampaign {
        minimum_subtotal: Some(money(50)),
        ..campaign(1)
    };
    let before = strict().valid_from.as_micros() - 1;
    let after = strict().valid_until.as_micros();
    // Each row mends what the row before it told; the subtotal is 10 but in the last.
    let table = [
        (2, true, before, "NOT_OWNER"),
        (2, false, after, "NOT_OWNER"),
        (1, true, before, "ALREADY_USED"),
        (1, true, after, "ALREADY_USED"),
        (1, false, before, "NOT_YET_VALID"),
        (1, false, after, "EXPIRED"),
        (1, false, NOW, "MINIMUM_NOT_MET"),
    ];
    for (who, used, now, reason) in table {
        let mut shop = shop();
        let coupon_id = Some(shop.given_coupon(strict(), 1));
        if used {
            shop.placed(PlaceOrder {
                coupon_id,
                ..order(1, &[(1, 5)])
            });
        }
        shop.at(now);
        let wanted = PlaceOrder {
            coupon_id,
            ..order(who, &[(1, 1)])
        };
        assert_eq!(shop.rejected(wanted), [format!("invalid-coupon {reason}")]);
    }
}

#[test]
fn a_subtotal_that_just_meets_the_minimum_is_enough() {
    let mut shop = shop();
    let minimum = CreateCampaign {
        minimum_subtotal: Some(money(50)),
        ..campaign(7)
    };
    let coupon_id = Some(shop.given_coupon(minimum, 1));
    let short = PlaceOrder {
        coupon_id,
        ..order(1, &[(1, 4)])
    };
    assert_eq!(shop.rejected(short), ["invalid-coupon MINIMUM_NOT_MET"]);
    let enough = PlaceOrder {
        coupon_id,
        ..order(1, &[(1, 5)])
    };
    assert_eq!(shop.placed(enough).total, money(43));
}

#[test]
fn a_discount_never_exceeds_the_subtotal_and_a_percentage_rounds_down() {
    let fixed = |amount| Discount::Fixed {
        amount: money(amount),
    };
    let percent = |percent, most: Option<i64>| Discount::Percent {
        percent,
        max_amount: most.map(money),
    };
    // The subtotal is 2 × 10 + 1 × 333 = 353.
    let table = [
        (fixed(100), 100),
        (fixed(353), 353),
        (fixed(354), 353),
        (percent(1, None), 3),
        (percent(33, None), 116),
        (percent(33, Some(100)), 100),
        (percent(33, Some(117)), 116),
        (percent(100, None), 353),
    ];
    for (discount, expected) in table {
        let mut shop = shop();
        let coupon_id = Some(shop.given_coupon(
            CreateCampaign {
                discount,
                ..campaign(1)
            },
            1,
        ));
        let placed = shop.placed(PlaceOrder {
            coupon_id,
            ..order(1, &[(1, 2), (2, 1)])
        });
        let figures = [placed.subtotal, placed.discount, placed.total].map(Money::get);
        assert_eq!(figures, [353, expected, 353 - expected], "{discount:?}");
        assert_eq!(shop.balance(1), 10_000 - (353 - expected), "{discount:?}");
        let spread: i64 = placed.lines.iter().map(|line| line.discount.get()).sum();
        assert_eq!(spread, expected, "{discount:?}");
        assert!(
            placed.lines.iter().all(|line| line.discount <= line.amount),
            "{placed:?}"
        );
    }
}

#[test]
fn a_discount_is_spread_over_the_lines_by_largest_remainder() {
    let mut shop = shop();
    // 10 over 20 and 333: exactly 0.57 and 9.43.
    let coupon_id = Some(shop.given_coupon(campaign(10), 1));
    let placed = shop.placed(PlaceOrder {
        coupon_id,
        ..order(1, &[(1, 2), (2, 1)])
    });
    let shares: Vec<_> = placed
        .lines
        .iter()
        .map(|line| line.discount.get())
        .collect();
    assert_eq!(shares, [1, 9]);
}

#[test]
fn a_used_coupon_names_its_order_and_the_time() {
    let mut shop = shop();
    let coupon_id = shop.given_coupon(campaign(10), 1);
    shop.at(NOW + 5);
    let placed = shop.placed(PlaceOrder {
        coupon_id: Some(coupon_id),
        ..order(1, &[(1, 2)])
    });
    let used = shop
        .set
        .coupons
        .get(&coupon_id)
        .unwrap()
        .unwrap()
        .used
        .unwrap();
    assert_eq!(
        (used.order_id, used.at),
        (placed.id, Timestamp::from_micros(NOW + 5))
    );
}
