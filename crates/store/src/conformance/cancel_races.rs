//! Cancels at the same moment as other cancels, and as orders.

use jumun_domain::{Answer, Rejection, Request};

use super::expect;
use super::fixtures::{cancel, cancel_without_restock, money, place, place_with, plain, units};
use super::trial::Trial;

pub(super) async fn of_100_cancels_of_one_order_one_is_refunded(trial: &Trial) {
    const CANCELS: usize = 100;
    let user = trial.user(1_000).await;
    let product = trial.product(100, 10).await;
    let order_id = trial.order(user, &[(product, 3)]).await.id;
    let either = [
        plain(cancel(order_id)),
        plain(cancel_without_restock(order_id)),
    ];
    let requests = either.into_iter().cycle().take(CANCELS).collect();
    let decisions = trial.at_once(requests).await;
    assert_eq!(expect::done(&decisions).len(), 1);
    let rejections = expect::rejections(&decisions);
    assert_eq!(rejections.len(), CANCELS - 1);
    let before = [Rejection::OrderNotCancellable { order_id }];
    assert!(rejections.iter().all(|it| *it == before), "{rejections:?}");
    let row = trial.store().user(user).await.unwrap().unwrap();
    assert_eq!(row.balance, money(1_000));
}

pub(super) async fn a_piece_put_back_by_a_cancel_is_sold_once_more_at_most(trial: &Trial) {
    const BUYERS: usize = 30;
    const ROUNDS: usize = 5;
    let owner = trial.user(1_000).await;
    for _ in 0..ROUNDS {
        let buyers = trial.users(BUYERS, 100).await;
        let product = trial.product(100, 1).await;
        let order = trial.order(owner, &[(product, 1)]).await;
        let mut requests: Vec<Request> = buyers
            .iter()
            .map(|&user| plain(place(user, &[(product, 1)])))
            .collect();
        requests.insert(BUYERS / 2, plain(cancel(order.id)));
        let decisions = trial.at_once(requests).await;
        let answers = expect::done(&decisions);
        let sold = answers
            .iter()
            .filter(|it| matches!(it, Answer::OrderPlaced(_)))
            .count();
        assert_eq!(answers.len() - sold, 1, "the cancel is done: {answers:?}");
        let row = trial.store().product(product).await.unwrap().unwrap();
        assert_eq!(row.stock, units(1 - sold as i64), "{sold} sold");
    }
}

pub(super) async fn a_coupon_given_back_by_a_cancel_is_used_once_more_at_most(trial: &Trial) {
    const ORDERS: usize = 30;
    let user = trial.user(100_000).await;
    let product = trial.product(100, 1_000).await;
    let campaign = trial.campaign(50, 1).await;
    let coupon = trial.coupon(campaign.id, user).await;
    let using = plain(place_with(user, &[(product, 1)], coupon.id));
    let first = expect::order(trial.done(using.command.clone()).await);
    let mut requests = vec![using; ORDERS];
    requests.insert(ORDERS / 2, plain(cancel(first.id)));
    let decisions = trial.at_once(requests).await;
    let answers = expect::done(&decisions);
    let placed = answers
        .iter()
        .filter(|it| matches!(it, Answer::OrderPlaced(_)))
        .count();
    assert_eq!(answers.len() - placed, 1, "the cancel is done: {answers:?}");
    let held = trial.snapshot().await.user(user).coupons[0].coupon.clone();
    assert_eq!(usize::from(held.used.is_some()), placed, "{held:?}");
}

pub(super) async fn every_order_of_a_shop_is_cancelled_at_once(trial: &Trial) {
    const ORDERS: usize = 80;
    let users = trial.users(ORDERS / 4, 1_000).await;
    let (tea, cup) = (trial.product(10, 500).await, trial.product(20, 500).await);
    let orders = (0..ORDERS).map(|index| {
        let user = users[index % users.len()];
        plain(place(user, &[(tea, 1 + index as i64 % 3), (cup, 1)]))
    });
    let placed = expect::done(&trial.at_once(orders.collect()).await);
    assert_eq!(placed.len(), ORDERS);
    // Twice each, the second ones from behind.
    let ids: Vec<_> = placed.into_iter().map(|it| expect::order(it).id).collect();
    let cancels = ids
        .iter()
        .chain(ids.iter().rev())
        .map(|&id| plain(cancel(id)));
    let decisions = trial.at_once(cancels.collect()).await;
    assert_eq!(expect::done(&decisions).len(), ORDERS);
    let shop = trial.snapshot().await;
    assert!(shop.users.iter().all(|it| it.user.balance == money(1_000)));
    assert!(
        shop.products
            .iter()
            .all(|it| it.product.stock == units(500))
    );
    assert!(shop.best_sellers.is_empty(), "{:?}", shop.best_sellers);
}
