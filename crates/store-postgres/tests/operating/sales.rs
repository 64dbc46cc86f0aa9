//! So many sales that their figures are folded.

use std::time::{Duration, Instant};

use jumun_domain::{Command, PlaceOrder, ProductId, PutProduct, RegisterUser, UserId};
use jumun_store::Store as _;
use jumun_store_postgres::Target;

use crate::shop::Shop;

/// Lines of orders after which an instance folds, and some more.
const LINES: i64 = (1 << 15) + 1_000;

/// The most lines of one order.
const LINES_PER_ORDER: i64 = 100;

/// For what comes within moments; a loaded machine takes its time.
const DEADLINE: Duration = Duration::from_secs(60);

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Places the orders, and waits until `folded`.
pub(crate) async fn sell_until(target: &Target, folded: impl Fn() -> bool) {
    let shop = Shop::open(target).await.expect("it opens");
    let user = UserId::new(1).expect("a user's id");
    let register = RegisterUser::new(user, None).expect("a user");
    let register = Command::RegisterUser(register);
    shop.done(register).await.expect("it is done");
    for id in 1..=LINES_PER_ORDER {
        let id = ProductId::new(id).expect("a product's id");
        let put = PutProduct::new(id, "동백 비누", 0, Some(LINES), true, None);
        let put = Command::PutProduct(put.expect("a product"));
        shop.done(put).await.expect("it is done");
    }
    for _ in 0..LINES / LINES_PER_ORDER {
        let lines: Vec<_> = (1..=LINES_PER_ORDER).map(|id| (id, 1)).collect();
        let order = PlaceOrder::new(user, lines.into_iter(), None, None);
        let order = Command::PlaceOrder(order.expect("an order"));
        shop.done(order).await.expect("it is done");
    }
    let begun = Instant::now();
    while !folded() {
        assert!(begun.elapsed() < DEADLINE, "it is not folded");
        tokio::time::sleep(PAUSE).await;
    }
    shop.0.close().await;
}
