//! A small shop for the tests of the engine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jumun_domain::{
    Answer, CancelOrder, Charge, Command, CreateCampaign, Decision, IdempotencyKey, IssueCoupon,
    OrderId, PlaceOrder, ProductId, PutProduct, RawDiscount, RegisterUser, Request, Timestamp,
    UserId,
};
use jumun_store::delivery::{Hold, Lease, Outbox, Pending, Progress};
use jumun_store::{Reads, Store};
use jumun_store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;
use uuid::Uuid;

/// A database of its own that vanishes with the test.
pub(crate) struct Shop {
    folder: TempDir,
    pub(crate) store: SqliteStore,
}

pub(crate) fn user(id: i64) -> UserId {
    UserId::new(id).unwrap()
}

pub(crate) fn product(id: i64) -> ProductId {
    ProductId::new(id).unwrap()
}

impl Shop {
    /// Users 1 to 3 with 100,000 each, products 1 and 2 at 1,000 with 100
    /// pieces each, campaign 1 of 10 coupons.
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("shop.db"), &Options::default()).unwrap();
        let shop = Self { folder, store };
        for id in 1..=3 {
            shop.done(Command::RegisterUser(
                RegisterUser::new(user(id), Some("김주문")).unwrap(),
            ))
            .await;
            shop.done(Command::Charge(
                Charge::new(user(id), 100_000, None).unwrap(),
            ))
            .await;
        }
        for id in 1..=2 {
            let put = PutProduct::new(product(id), "동백 비누", 1_000, Some(100), true, Some(50));
            shop.done(Command::PutProduct(put.unwrap())).await;
        }
        let campaign = CreateCampaign::new(
            "가을",
            RawDiscount::Fixed { amount: 300 },
            None,
            Timestamp::from_micros(0),
            Timestamp::from_micros(i64::MAX),
            10,
        );
        shop.done(Command::CreateCampaign(campaign.unwrap())).await;
        shop
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("shop.db")
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) async fn done(&self, command: Command) -> Answer {
        match self
            .store
            .execute(Request::new(command, None))
            .await
            .unwrap()
        {
            Decision::Done(answer) => answer,
            other => panic!("not done: {other:?}"),
        }
    }

    /// An order of `user_id` for two pieces of each product, under a key.
    pub(crate) async fn order(&self, user_id: i64, coupon: bool) -> OrderId {
        let coupon_id = if coupon {
            let issue = IssueCoupon {
                campaign_id: jumun_domain::CampaignId::FIRST,
                user_id: user(user_id),
            };
            match self.done(Command::IssueCoupon(issue)).await {
                Answer::Coupon { coupon, .. } => Some(coupon.id),
                other => panic!("no coupon: {other:?}"),
            }
        } else {
            None
        };
        let lines = [(1, 2), (2, 2)].into_iter();
        let order = PlaceOrder::new(user(user_id), lines, coupon_id, None).unwrap();
        let key = IdempotencyKey::parse(&format!("{user_id}-{coupon}")).unwrap();
        let request = Request::new(Command::PlaceOrder(order), Some(key));
        match self.store.execute(request).await.unwrap() {
            Decision::Done(Answer::OrderPlaced(order)) => order.id,
            other => panic!("no order: {other:?}"),
        }
    }

    /// Makes a platform known; its holder is some dispatcher.
    pub(crate) async fn platform(&self) -> Lease {
        let term = Duration::from_secs(10);
        let taken = self
            .store
            .take_lease("창고", Uuid::from_u128(1), term)
            .await;
        taken.unwrap().unwrap()
    }

    /// Records that the platform has three events behind it, the third pending.
    pub(crate) async fn fail_a_delivery(&self, lease: &Lease) {
        let events = Reads::events(&self.store, 0, 3).await.unwrap();
        let progress = Progress {
            number: 1,
            position: 3,
            held: vec![Pending {
                sequence: 3,
                event_id: events[2].event.id,
                user_id: events[2].event.order.user_id,
                event_time: events[2].event.time,
                replayed: false,
                hold: Hold::Behind,
            }],
            ..Progress::default()
        };
        self.store.record(lease, progress).await.unwrap();
    }

    pub(crate) async fn cancel(&self, order_id: OrderId) {
        let cancel = CancelOrder::new(order_id, Some("변심"), true).unwrap();
        self.done(Command::CancelOrder(cancel)).await;
    }
}
