//! Products and their stock, read right after they were written.

use jumun_domain::{Answer, Command, Product, PutProduct, Units};

use super::expect;
use super::fixtures::{adjust_stock, money, put_product, units};
use super::trial::Trial;

pub(super) async fn a_created_product_has_its_opening_stock_as_the_first_adjustment(trial: &Trial) {
    for stock in [None, Some(0), Some(25)] {
        let id = trial.fresh_product_id();
        let put = PutProduct::new(id, "kettle", 12_900, stock, true, Some(3)).unwrap();
        let answer = trial.done(Command::PutProduct(put)).await;
        assert!(
            matches!(answer, Answer::Product { created: true, .. }),
            "{answer:?}"
        );
        let product = expect::product(answer);
        let opening = units(stock.unwrap_or(0));
        assert_eq!(
            (product.id, product.price, product.stock),
            (id, money(12_900), opening)
        );
        assert_eq!(
            (product.max_per_user, product.active),
            (Some(units(3)), true)
        );
        assert_eq!(
            (product.sold, product.counts_purchases),
            (Units::ZERO, true)
        );

        assert_eq!(
            trial.store().product(id).await.unwrap().as_ref(),
            Some(&product)
        );
        let shop = trial.snapshot().await;
        let view = shop.products.iter().find(|it| it.product.id == id).unwrap();
        assert_eq!(view.product, product);
        assert_eq!(view.adjustments.len(), 1, "{:?}", view.adjustments);
        assert_eq!(
            (view.adjustments[0].delta, view.adjustments[0].stock),
            (opening, opening)
        );
    }
}

pub(super) async fn a_put_of_a_known_product_replaces_all_but_its_stock(trial: &Trial) {
    let id = trial.product(100, 10).await;
    let before = trial.store().product(id).await.unwrap().unwrap();
    // (name, price, active, limit): each state follows from the one before it.
    let table = [
        ("kettle", 100, true, None),
        ("kettle, red", 200, false, Some(2)),
        ("kettle", 0, true, None),
        ("kettle", 0, true, Some(9)),
    ];
    let mut counts_purchases = false;
    for (name, price, active, limit) in table {
        let put = PutProduct::new(id, name, price, Some(99), active, limit).unwrap();
        let answer = trial.done(Command::PutProduct(put)).await;
        assert!(
            matches!(answer, Answer::Product { created: false, .. }),
            "{answer:?}"
        );
        let product = expect::product(answer);
        counts_purchases |= limit.is_some();
        let expected = Product {
            name: name.into(),
            price: money(price),
            active,
            max_per_user: limit.map(units),
            counts_purchases,
            ..before.clone()
        };
        assert_eq!(
            product, expected,
            "after {name}, {price}, {active}, {limit:?}"
        );
        assert_eq!(trial.store().product(id).await.unwrap(), Some(expected));
    }
    let shop = trial.snapshot().await;
    assert_eq!(
        shop.products[0].adjustments.len(),
        1,
        "a put adjusts no stock"
    );
}

pub(super) async fn a_stock_adjustment_is_in_the_stock_and_its_history(trial: &Trial) {
    let id = trial.product(100, 10).await;
    let mut history = trial.snapshot().await.products[0].adjustments.clone();
    // (delta, stock afterwards): down to nothing, and up again.
    for (delta, stock) in [(5, 15), (-15, 0), (40, 40)] {
        let adjustment = expect::adjustment(trial.done(adjust_stock(id, delta)).await);
        assert_eq!(
            (adjustment.delta, adjustment.stock),
            (units(delta), units(stock))
        );
        assert_eq!(
            (adjustment.reason.as_deref(), adjustment.opening),
            (Some("a delivery"), false)
        );
        history.push(adjustment);
        let shop = trial.snapshot().await;
        assert_eq!(shop.products[0].product.stock, units(stock));
        assert_eq!(shop.products[0].adjustments, history);
    }
}

pub(super) async fn products_do_not_touch_one_another(trial: &Trial) {
    let (one, other) = (trial.product(100, 10).await, trial.product(200, 20).await);
    let untouched = trial.store().product(other).await.unwrap();
    trial.done(adjust_stock(one, 5)).await;
    trial.done(put_product(one, 150, 0)).await;
    assert_eq!(trial.store().product(other).await.unwrap(), untouched);
}
