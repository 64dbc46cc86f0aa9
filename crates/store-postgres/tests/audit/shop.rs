//! A small shop with something of everything, made once and copied.

use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use jumun_domain::{
    AdjustStock, Answer, CampaignId, CancelOrder, Charge, Command, CouponId, CreateCampaign,
    Decision, IdempotencyKey, IssueCoupon, OrderId, PlaceOrder, ProductId, PutProduct, RawDiscount,
    RegisterUser, Request, Timestamp, UserId,
};
use jumun_store::delivery::{Hold, Lease, Outbox as _, Pending, Progress};
use jumun_store::{AuditReport, NumberedEvent, Reads, Store as _};
use jumun_store_postgres::{Options, PostgresStore, Target};
use jumun_test_cluster::{Cluster, Database};
use tokio::runtime::Runtime;
use uuid::Uuid;

/// Longer than it takes to fill the shop.
const TERM: Duration = Duration::from_secs(600);

/// Names for what only has an id, and where to find it. User 1 has one order,
/// with a coupon; user 2 two, of which the event of the later has no number;
/// user 3 one with a coupon, cancelled. The platform has events 1 and 2.
const NAMES: [(&str, &str); 20] = [
    ("order 1", "SELECT last_order FROM users WHERE user_id = 1"),
    (
        "order 2",
        "SELECT previous FROM orders WHERE previous IS NOT NULL",
    ),
    ("later 2", "SELECT last_order FROM users WHERE user_id = 2"),
    (
        "cancelled",
        "SELECT last_order FROM users WHERE user_id = 3",
    ),
    (
        "hour 1",
        "SELECT created_at / 3600000000 FROM orders WHERE user_id = 1",
    ),
    (
        "hour 3",
        "SELECT created_at / 3600000000 FROM orders WHERE user_id = 3",
    ),
    (
        "later hour",
        "SELECT created_at / 3600000000 FROM orders WHERE previous IS NOT NULL",
    ),
    (
        "charge 1",
        "SELECT entry_id FROM entries WHERE user_id = 1 AND kind = 1",
    ),
    (
        "payment 1",
        "SELECT last_entry FROM users WHERE user_id = 1",
    ),
    (
        "charge 2",
        "SELECT entry_id FROM entries WHERE user_id = 2 AND kind = 1",
    ),
    (
        "payment 2",
        "SELECT previous FROM entries JOIN users ON last_entry = entry_id WHERE users.user_id = 2",
    ),
    (
        "last entry 2",
        "SELECT last_entry FROM users WHERE user_id = 2",
    ),
    (
        "coupon 1",
        "SELECT last_coupon FROM users WHERE user_id = 1",
    ),
    (
        "coupon 3",
        "SELECT last_coupon FROM users WHERE user_id = 3",
    ),
    (
        "batch 1",
        "SELECT batch_id FROM numbered_batches WHERE first_sequence = 1",
    ),
    (
        "batch 2",
        "SELECT batch_id FROM numbered_batches WHERE first_sequence = 2",
    ),
    (
        "silent batch",
        "SELECT batch_id FROM batches WHERE event_ids = '{}' ORDER BY batch_id DESC LIMIT 1",
    ),
    ("later batch", "SELECT batch_id FROM unnumbered_batches"),
    ("event 1", "SELECT event_id FROM events WHERE sequence = 1"),
    (
        "key 1",
        "SELECT fingerprint FROM idempotency_keys WHERE scope = 4",
    ),
];

/// Folds the log of sales, as the engine does after a while, but for the batch
/// of the last order.
const FOLD: &str = "
WITH taken AS (
    DELETE FROM sales_log WHERE batch_id NOT IN (SELECT batch_id FROM unnumbered_batches)
    RETURNING hours, product_ids, quantities, amounts
)
INSERT INTO sales (hour, product_id, quantity, amount)
SELECT it.hour, it.product_id, sum(it.quantity), sum(it.amount)
FROM taken CROSS JOIN LATERAL unnest(hours, product_ids, quantities, amounts)
    AS it (hour, product_id, quantity, amount)
GROUP BY it.hour, it.product_id";

/// A copy of the shop, gone when this is dropped.
pub(crate) struct Shop {
    pub(crate) database: Database,
    names: &'static [(String, String)],
}

struct Template {
    database: Database,
    names: Vec<(String, String)>,
}

impl Shop {
    pub(crate) fn copy() -> Self {
        static TEMPLATE: LazyLock<Template> = LazyLock::new(template);
        let template = &*TEMPLATE;
        Self {
            database: Cluster::shared().create_database_from(template.database.name()),
            names: &template.names,
        }
    }

    /// `text` with an id in place of each name in braces.
    pub(crate) fn named(&self, text: &str) -> String {
        let names = self.names.iter();
        names.fold(text.to_owned(), |text, (name, id)| text.replace(name, id))
    }

    pub(crate) fn target(&self) -> Target {
        Target::parse(&self.database.url()).unwrap()
    }

    pub(crate) async fn audit(&self) -> AuditReport {
        jumun_store_postgres::audit(&self.target(), &mut |_| {})
            .await
            .unwrap()
    }
}

/// Made on a runtime of its own, with which its sessions end: a database that
/// somebody uses cannot be copied.
fn template() -> Template {
    let database = Cluster::shared().create_database();
    let target = Target::parse(&database.url()).unwrap();
    let filling = thread::spawn(move || Runtime::new().unwrap().block_on(fill(&target)));
    filling.join().unwrap();
    database.sql(FOLD);
    let names = NAMES.map(|(name, query)| (format!("{{{name}}}"), database.sql(query)));
    Template {
        database,
        names: names.into(),
    }
}

/// Users 1 to 3 with 100,000 each; products 1, limited for each user, and 2 at
/// 1,000 with 100 pieces each; campaign 1 of 10 coupons.
async fn fill(target: &Target) {
    let store = PostgresStore::open(target, &Options::default())
        .await
        .unwrap();
    let lease = store
        .take_lease("warehouse", Uuid::from_u128(1), TERM)
        .await;
    let lease = lease.unwrap().unwrap();
    for id in 1..=3 {
        let register = RegisterUser::new(user(id), Some("김주문")).unwrap();
        done(&store, Command::RegisterUser(register)).await;
        let charge = Charge::new(user(id), 100_000, None).unwrap();
        done(&store, Command::Charge(charge)).await;
    }
    for (id, limit) in [(1, Some(50)), (2, None)] {
        let id = ProductId::new(id).unwrap();
        let put = PutProduct::new(id, r#"동백 "비누" \[1,1]"#, 1_000, Some(90), true, limit);
        done(&store, Command::PutProduct(put.unwrap())).await;
        let adjust = AdjustStock::new(id, 10, None).unwrap();
        done(&store, Command::AdjustStock(adjust)).await;
    }
    let discount = RawDiscount::Fixed { amount: 300 };
    let (from, until) = (Timestamp::from_micros(0), Timestamp::from_micros(i64::MAX));
    let campaign = CreateCampaign::new("가을", discount, None, from, until, 10);
    done(&store, Command::CreateCampaign(campaign.unwrap())).await;

    let coupon_id = Some(coupon(&store, 1).await);
    order(&store, 1, coupon_id, "first").await;
    order(&store, 2, None, "second").await;
    let coupon_id = Some(coupon(&store, 3).await);
    let cancelled = order(&store, 3, coupon_id, "third").await;
    let cancel = CancelOrder::new(cancelled, Some("변심"), true).unwrap();
    done(&store, Command::CancelOrder(cancel)).await;
    let events = Reads::events(&store, 0, 10).await.unwrap();
    assert_eq!(events.len(), 4, "numbered");
    fail_to_deliver(&store, &lease, &events[2]).await;
    order(&store, 2, None, "fourth").await;
    store.close().await;
}

/// Records that the platform has all events before this one, which is pending.
async fn fail_to_deliver(store: &PostgresStore, lease: &Lease, failed: &NumberedEvent) {
    let progress = Progress {
        number: 1,
        position: failed.sequence,
        held: vec![Pending {
            sequence: failed.sequence,
            event_id: failed.event.id,
            user_id: failed.event.order.user_id,
            event_time: failed.event.time,
            replayed: false,
            hold: Hold::Behind,
        }],
        ..Progress::default()
    };
    store.record(lease, progress).await.unwrap();
}

fn user(id: i64) -> UserId {
    UserId::new(id).unwrap()
}

async fn done(store: &PostgresStore, command: Command) -> Answer {
    answer(store, Request::new(command, None)).await
}

async fn answer(store: &PostgresStore, request: Request) -> Answer {
    match store.execute(request).await.unwrap() {
        Decision::Done(answer) => answer,
        other => panic!("not done: {other:?}"),
    }
}

async fn coupon(store: &PostgresStore, user_id: i64) -> CouponId {
    let issue = IssueCoupon {
        campaign_id: CampaignId::FIRST,
        user_id: user(user_id),
    };
    match done(store, Command::IssueCoupon(issue)).await {
        Answer::Coupon { coupon, .. } => coupon.id,
        other => panic!("no coupon: {other:?}"),
    }
}

/// An order of `user_id` for two pieces of each product.
async fn order(
    store: &PostgresStore,
    user_id: i64,
    coupon_id: Option<CouponId>,
    key: &str,
) -> OrderId {
    let lines = [(1, 2), (2, 2)].into_iter();
    let order = PlaceOrder::new(user(user_id), lines, coupon_id, None).unwrap();
    let key = IdempotencyKey::parse(key).unwrap();
    match answer(store, Request::new(Command::PlaceOrder(order), Some(key))).await {
        Answer::OrderPlaced(order) => order.id,
        other => panic!("no order: {other:?}"),
    }
}
