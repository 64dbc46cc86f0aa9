use std::collections::BTreeMap;

use jumun_domain::{Campaign, CouponId, Line, Order, OrderId, ProductId};

use crate::BestSeller;
use crate::conformance::snapshot::{ProductView, Snapshot};

/// Opening stock and adjustments − sold + restocked = on hand, never negative.
pub(super) fn stock_is_conserved(shop: &Snapshot, view: &ProductView) {
    let id = view.product.id;
    assert!(
        view.adjustments.is_sorted_by(|a, b| a.id < b.id),
        "history of {id}, oldest first"
    );
    for (index, adjustment) in view.adjustments.iter().enumerate() {
        assert_eq!(
            adjustment.product_id, id,
            "an adjustment in the history of {id}"
        );
        assert_eq!(
            adjustment.opening,
            index == 0,
            "only the first of {id} is the opening stock"
        );
    }
    let adjusted: i64 = view.adjustments.iter().map(|it| it.delta.get()).sum();
    let (mut gone, mut sold) = (0, 0);
    for (order, line) in lines_of(shop, id) {
        let quantity = line.quantity.get();
        match &order.cancellation {
            None => (gone, sold) = (gone + quantity, sold + quantity),
            Some(cancellation) if !cancellation.restocked => gone += quantity,
            Some(_) => {}
        }
    }
    assert_eq!(
        view.product.stock.get(),
        adjusted - gone,
        "stock of product {id}"
    );
    assert!(!view.product.stock.is_negative(), "stock of product {id}");
    assert_eq!(view.product.sold.get(), sold, "pieces sold of product {id}");
}

/// Issued at most `quantity`, numbered 1, 2, 3, …, one a user.
pub(super) fn coupons_are_numbered(shop: &Snapshot, campaign: &Campaign) {
    let id = campaign.id;
    let mut sequences = Vec::new();
    for user in &shop.users {
        let held: Vec<_> = user
            .coupons
            .iter()
            .filter(|it| it.coupon.campaign_id == id)
            .collect();
        assert!(
            held.len() <= 1,
            "user {} holds {} of campaign {id}",
            user.user.id,
            held.len()
        );
        for view in held {
            assert_eq!(*view.campaign, *campaign, "the campaign told with a coupon");
            sequences.push(view.coupon.sequence.get());
        }
    }
    sequences.sort_unstable();
    let expected: Vec<i64> = (1..=campaign.issued.get()).collect();
    assert_eq!(sequences, expected, "coupons of campaign {id}");
    assert!(
        campaign.issued <= campaign.quantity,
        "campaign {id} gave out more than it has"
    );
}

/// A coupon is used exactly when one paid order names it.
pub(super) fn coupons_are_used_by_one_paid_order(shop: &Snapshot) {
    let mut users_of: BTreeMap<CouponId, Vec<OrderId>> = BTreeMap::new();
    for order in shop.orders.iter().filter(|it| it.cancellation.is_none()) {
        if let Some(coupon_id) = order.coupon_id {
            users_of.entry(coupon_id).or_default().push(order.id);
        }
    }
    for coupon in shop.coupons() {
        let naming = users_of.remove(&coupon.id).unwrap_or_default();
        let used: Vec<_> = coupon.used.iter().map(|used| used.order_id).collect();
        assert_eq!(
            used, naming,
            "coupon {} against the paid orders that name it",
            coupon.id
        );
    }
    assert!(
        users_of.is_empty(),
        "coupons that nobody holds: {users_of:?}"
    );
}

/// Pieces and money of paid orders, most pieces first, then the smaller id.
pub(super) fn best_sellers_are_the_sums_of_the_orders(shop: &Snapshot) {
    let mut expected = Vec::new();
    for view in &shop.products {
        let product = &view.product;
        let paid = |order: &Order| order.cancellation.is_none();
        let lines: Vec<_> = lines_of(shop, product.id)
            .filter(|(it, _)| paid(it))
            .collect();
        let quantity: i64 = lines.iter().map(|(_, line)| line.quantity.get()).sum();
        let amount: i64 = lines.iter().map(|(_, line)| line.amount.get()).sum();
        if quantity > 0 {
            expected.push((product.id, product.name.clone(), quantity, amount));
        }
    }
    expected.sort_by_key(|(id, _, quantity, _)| (-quantity, *id));
    let plain = |it: &BestSeller| {
        (
            it.product_id,
            it.name.clone(),
            it.quantity.get(),
            it.amount.get(),
        )
    };
    let mut told: Vec<_> = shop.best_sellers.iter().map(plain).collect();
    // A sum that was once held at the end of the range is no longer exact.
    for (told, expected) in told.iter_mut().zip(&expected) {
        if told.0 == expected.0 && ever_out_of_range(shop, told.0) {
            told.3 = expected.3;
        }
    }
    assert_eq!(told, expected, "best sellers against the paid orders");
}

fn ever_out_of_range(shop: &Snapshot, product: ProductId) -> bool {
    let ever: i128 = lines_of(shop, product)
        .map(|(_, line)| i128::from(line.amount.get()))
        .sum();
    ever > i128::from(jumun_domain::limits::MAX_SAFE_INTEGER)
}

fn lines_of(shop: &Snapshot, product: ProductId) -> impl Iterator<Item = (&Order, &Line)> {
    shop.orders
        .iter()
        .flat_map(|order| order.lines.iter().map(move |line| (order.as_ref(), line)))
        .filter(move |(_, line)| line.product_id == product)
}
