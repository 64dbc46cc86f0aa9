//! Products and their stock, read right after they were written.

use jumun_domain::{
    Answer, Command, Precondition, Product, ProductId, PutProduct, Rejection, Request, Units,
};

use super::expect;
use super::fixtures::{adjust_stock, money, place, plain, put_product, units};
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

fn edit(id: ProductId, price: i64, expected: Precondition) -> Command {
    let put = PutProduct::new(id, "kettle", price, Some(99), true, None).unwrap();
    Command::PutProduct(put.expecting(expected))
}

fn as_read(product: &Product) -> Precondition {
    Precondition::AnyOf([product.entity_tag()].into())
}

async fn read(trial: &Trial, id: ProductId) -> Product {
    trial.store().product(id).await.unwrap().unwrap()
}

pub(super) async fn an_edit_is_done_only_where_the_product_is_as_expected(trial: &Trial) {
    let (id, missing) = (trial.product(100, 10).await, trial.fresh_product_id());
    let first = read(trial, id).await;
    // Sales and deliveries are no edits.
    let user = trial.user(100).await;
    trial.order(user, &[(id, 1)]).await;
    trial.done(adjust_stock(id, 5)).await;
    assert_eq!(read(trial, id).await.entity_tag(), first.entity_tag());
    let edited = expect::product(trial.done(edit(id, 200, as_read(&first))).await);
    assert_eq!((edited.price, edited.stock), (money(200), units(14)));
    assert_eq!(read(trial, id).await.entity_tag(), edited.entity_tag());

    let table = [
        (id, Precondition::Absent),
        (id, as_read(&first)),
        (id, Precondition::AnyOf([].into())),
        (missing, Precondition::Present),
        (missing, as_read(&edited)),
    ];
    for (product_id, expected) in table {
        let before = trial.snapshot().await;
        assert_eq!(
            trial
                .rejected(edit(product_id, 300, expected.clone()))
                .await,
            [Rejection::PreconditionFailed { product_id }],
            "{expected:?}"
        );
        assert_eq!(trial.snapshot().await, before, "{expected:?}");
    }
    trial.done(edit(id, 300, Precondition::Present)).await;
    trial.done(edit(missing, 300, Precondition::Absent)).await;
}

/// Editors at once: enough to share batches, and to be spread over several.
const EDITORS: i64 = 200;

pub(super) async fn of_many_edits_that_expect_one_tag_exactly_one_is_done(trial: &Trial) {
    let id = trial.product(100, EDITORS).await;
    let user = trial.user(EDITORS * 1_000).await;
    let expected = as_read(&read(trial, id).await);
    let mut requests: Vec<Request> = Vec::new();
    for editor in 1..=EDITORS {
        requests.push(plain(edit(id, 100 + editor, expected.clone())));
        // Orders among them change the stock of the same row and no tag.
        requests.push(plain(place(user, &[(id, 1)])));
    }
    let decisions = trial.at_once(requests).await;
    let done = expect::done(&decisions).into_iter();
    let mut edits = done.filter(|it| matches!(it, Answer::Product { .. }));
    let winner = expect::product(edits.next().expect("one edit is done"));
    assert_eq!(edits.next(), None, "a second edit was done");
    let refused = [Rejection::PreconditionFailed { product_id: id }];
    let rejections = expect::rejections(&decisions);
    assert_eq!(rejections.len() as i64, EDITORS - 1, "{rejections:?}");
    assert!(
        rejections.iter().all(|it| **it == refused),
        "{rejections:?}"
    );
    let row = read(trial, id).await;
    assert_eq!(row.entity_tag(), winner.entity_tag());
    assert_eq!(row.stock, Units::ZERO, "every order was done");
}

pub(super) async fn of_many_who_create_one_product_exactly_one_does(trial: &Trial) {
    let id = trial.fresh_product_id();
    let requests = (1..=EDITORS).map(|price| plain(edit(id, price, Precondition::Absent)));
    let decisions = trial.at_once(requests.collect()).await;
    let done = expect::done(&decisions);
    assert_eq!(done.len(), 1, "{done:?}");
    let created = expect::product(done.into_iter().next().unwrap());
    assert_eq!(read(trial, id).await, created);
}
