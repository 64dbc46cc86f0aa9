//! A quote is the decision itself, with nothing kept.

use jumun_domain::{Command, Decision, PlaceOrder, Quote, RawDiscount, Rejection};

use super::expect;
use super::fixtures::{campaign_of, keyed, money, order_of, place, plain, put_product};
use super::trial::Trial;

/// Quotes the order, checks that nothing changed, and then places it: the same
/// figures, or the same rejections.
async fn check(trial: &Trial, order: PlaceOrder) -> Quote {
    let before = trial.snapshot().await;
    let quote = trial.store().quote(order.clone()).await.unwrap();
    assert_eq!(
        trial.store().quote(order.clone()).await.unwrap(),
        quote,
        "quoted twice"
    );
    assert_eq!(trial.snapshot().await, before, "a quote changed something");

    let balance = before.users.iter().find(|it| it.user.id == order.user_id);
    assert_eq!(
        quote.balance,
        balance.map(|it| it.user.balance),
        "{order:?}"
    );
    match trial
        .decide(plain(Command::PlaceOrder(order.clone())))
        .await
    {
        Decision::Done(answer) => {
            let placed = expect::order(answer);
            assert_eq!(quote.rejections, [], "{order:?}");
            let figures = [placed.subtotal, placed.discount, placed.total].map(Some);
            assert_eq!(
                [quote.subtotal, quote.discount, quote.total],
                figures,
                "{order:?}"
            );
        }
        Decision::Rejected(rejections) => assert_eq!(quote.rejections, rejections, "{order:?}"),
        Decision::Replayed(answer) => panic!("there is no key to replay: {answer:?}"),
    }
    quote
}

pub(super) async fn a_quote_is_what_the_order_is_then_decided(trial: &Trial) {
    let user = trial.user(1_000).await;
    let product = trial.product(99, 30).await;
    let percent = RawDiscount::Percent {
        percent: 33,
        max_amount: Some(60),
    };
    let campaign = expect::campaign(trial.done(campaign_of(percent, Some(150), 5)).await);
    let coupon = trial.coupon(campaign.id, user).await.id;
    let (nobody, nothing) = (trial.fresh_user_id(), trial.fresh_product_id());

    let known = [
        order_of(user, &[(product, 1)], Some(coupon)),
        order_of(user, &[(product, 1)], None),
        PlaceOrder {
            expected_total: Some(money(98)),
            ..order_of(user, &[(product, 1)], None)
        },
        PlaceOrder {
            expected_total: Some(money(99)),
            ..order_of(user, &[(product, 1)], None)
        },
        order_of(user, &[(product, 2), (product, 1)], Some(coupon)),
        order_of(user, &[(product, 1)], Some(coupon)),
        order_of(user, &[(product, 8)], None),
        order_of(user, &[(product, 1_000)], None),
    ];
    for order in known {
        let quote = check(trial, order).await;
        assert!(quote.total.is_some(), "{quote:?}");
    }
    let stranger = check(trial, order_of(nobody, &[(product, 1)], None)).await;
    assert_eq!((stranger.balance, stranger.total), (None, Some(money(99))));
    let unknown = check(
        trial,
        order_of(user, &[(product, 1), (nothing, 1)], Some(coupon)),
    )
    .await;
    assert_eq!((unknown.subtotal, unknown.total), (None, None));
    assert!(unknown.rejections.contains(&Rejection::ProductNotFound {
        product_id: nothing
    }));
}

pub(super) async fn a_quote_sees_what_was_answered_before_it(trial: &Trial) {
    const ROUNDS: i64 = 20;
    let user = trial.user(10_000).await;
    let product = trial.product(10, 1_000).await;
    for price in 1..=ROUNDS {
        trial.done(put_product(product, price, 0)).await;
        let quote = trial
            .store()
            .quote(order_of(user, &[(product, 2)], None))
            .await
            .unwrap();
        assert_eq!(quote.total, Some(money(2 * price)));
        let placed = expect::order(trial.done(place(user, &[(product, 2)])).await);
        assert_eq!(Some(placed.total), quote.total);
    }
}

pub(super) async fn quotes_among_running_orders_take_nothing(trial: &Trial) {
    const ORDERS: usize = 60;
    let user = trial.user(ORDERS as i64 * 10).await;
    let product = trial.product(10, ORDERS as i64).await;
    let quotes = (0..ORDERS).map(|_| {
        let store = trial.store();
        tokio::spawn(async move { store.quote(order_of(user, &[(product, 1)], None)).await })
    });
    let quotes: Vec<_> = quotes.collect();
    let orders = (0..ORDERS).map(|index| keyed(place(user, &[(product, 1)]), format!("{index}")));
    trial.all_done(orders.collect()).await;
    for quote in quotes {
        let quote = quote.await.unwrap().unwrap();
        assert_eq!(quote.total, Some(money(10)), "{quote:?}");
    }
    let shop = trial.snapshot().await;
    assert_eq!(
        shop.user(user).user.balance,
        money(0),
        "the orders took it all"
    );
}
