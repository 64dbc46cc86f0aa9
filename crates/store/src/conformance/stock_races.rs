//! Many buyers, few pieces; many devices, one wallet.

use jumun_domain::{Answer, Money, Rejection, Request};

use super::expect;
use super::fixtures::{adjust_stock, money, place, plain, units};
use super::trial::Trial;

pub(super) async fn of_a_thousand_buyers_of_one_piece_exactly_one_gets_it(trial: &Trial) {
    const BUYERS: usize = 1_000;
    let users = trial.users(BUYERS, 100).await;
    let product = trial.product(100, 1).await;
    let orders = users
        .iter()
        .map(|&user| plain(place(user, &[(product, 1)])))
        .collect();
    let decisions = trial.at_once(orders).await;
    let done = expect::done(&decisions);
    assert_eq!(done.len(), 1, "{done:?}");
    let none_left = [Rejection::OutOfStock {
        product_id: product,
        requested: units(1),
        available: units(0),
    }];
    let rejections = expect::rejections(&decisions);
    assert_eq!(rejections.len(), BUYERS - 1);
    assert!(
        rejections.iter().all(|it| *it == none_left),
        "{rejections:?}"
    );
}

pub(super) async fn one_wallet_pays_for_exactly_what_it_holds(trial: &Trial) {
    const TASKS: usize = 100;
    const AFFORDABLE: usize = 37;
    const PRICE: i64 = 70;
    // A rest that is less than one more piece.
    let user = trial.user(AFFORDABLE as i64 * PRICE + PRICE - 1).await;
    let product = trial.product(PRICE, 1_000).await;
    let decisions = trial
        .at_once(vec![plain(place(user, &[(product, 1)])); TASKS])
        .await;
    let done = expect::done(&decisions);
    assert_eq!(done.len(), AFFORDABLE);
    let short = [Rejection::InsufficientBalance {
        required: money(PRICE),
        balance: money(PRICE - 1),
    }];
    let rejections = expect::rejections(&decisions);
    assert_eq!(rejections.len(), TASKS - AFFORDABLE);
    assert!(rejections.iter().all(|it| *it == short), "{rejections:?}");
    let mut after: Vec<_> = done
        .into_iter()
        .map(|it| expect::order(it).balance_after)
        .collect();
    after.sort_unstable();
    after.dedup();
    assert_eq!(
        after.len(),
        AFFORDABLE,
        "no two orders saw the same balance"
    );
}

pub(super) async fn two_products_in_opposite_order_sell_out_without_a_deadlock(trial: &Trial) {
    const BUYERS: usize = 200;
    const STOCK: i64 = 73;
    let users = trial.users(BUYERS, 1_000).await;
    let (tea, cup) = (
        trial.product(10, STOCK).await,
        trial.product(20, STOCK).await,
    );
    let order = |(index, &user): (usize, &_)| {
        let items = if index % 2 == 0 {
            [(tea, 1), (cup, 1)]
        } else {
            [(cup, 1), (tea, 1)]
        };
        plain(place(user, &items))
    };
    let decisions = trial
        .at_once(users.iter().enumerate().map(order).collect())
        .await;
    assert_eq!(expect::done(&decisions).len() as i64, STOCK);
    for rejection in expect::rejections(&decisions) {
        let short = |it: &Rejection| matches!(it, Rejection::OutOfStock { .. });
        assert!(
            rejection.len() == 2 && rejection.iter().all(short),
            "{rejection:?}"
        );
    }
}

pub(super) async fn an_order_takes_all_of_its_products_or_none(trial: &Trial) {
    const BUYERS: usize = 120;
    let users = trial.users(BUYERS, 1_000).await;
    // One of each pair is scarce, and in each pair another one.
    let stocks = [5, 80, 11];
    let mut products = Vec::new();
    for stock in stocks {
        products.push(trial.product(1, stock).await);
    }
    let order = |(index, &user): (usize, &_)| {
        let (one, other) = (products[index % 3], products[(index + 1) % 3]);
        plain(place(user, &[(one, 1), (other, 2)]))
    };
    let decisions = trial
        .at_once(users.iter().enumerate().map(order).collect())
        .await;
    let done = expect::done(&decisions).len();
    // The laws, which are checked at the end, hold only if no half was kept.
    assert!((2..BUYERS).contains(&done), "{done} orders");
}

pub(super) async fn stock_taken_back_by_hand_is_never_sold_as_well(trial: &Trial) {
    const EACH: usize = 60;
    let users = trial.users(EACH, 10).await;
    let product = trial.product(1, EACH as i64).await;
    let mut requests: Vec<Request> = Vec::new();
    for user in users {
        requests.push(plain(place(user, &[(product, 1)])));
        requests.push(plain(adjust_stock(product, -1)));
    }
    let decisions = trial.at_once(requests).await;
    assert_eq!(
        expect::done(&decisions).len(),
        EACH,
        "each piece went one way"
    );
    let row = trial.store().product(product).await.unwrap().unwrap();
    assert_eq!(row.stock, units(0));
}

pub(super) async fn charges_and_payments_at_once_lose_nothing(trial: &Trial) {
    const EACH: usize = 60;
    let user = trial.user(EACH as i64 * 10).await;
    let product = trial.product(10, 1_000).await;
    let mut requests: Vec<Request> = Vec::new();
    for _ in 0..EACH {
        requests.push(plain(place(user, &[(product, 1)])));
        requests.push(plain(super::fixtures::charge(user, 3)));
        requests.push(plain(super::fixtures::adjust_balance(user, 4)));
    }
    let decisions = trial.at_once(requests).await;
    let done = expect::done(&decisions);
    assert_eq!(done.len(), 3 * EACH, "the balance covers every order");
    let paid = done
        .iter()
        .filter(|it| matches!(it, Answer::OrderPlaced(_)))
        .count();
    assert_eq!(paid, EACH);
    let row = trial.store().user(user).await.unwrap().unwrap();
    assert_eq!(
        (row.balance, row.paid),
        (money(7 * EACH as i64), money(10 * EACH as i64))
    );
    assert_ne!(row.paid, Money::ZERO);
}
