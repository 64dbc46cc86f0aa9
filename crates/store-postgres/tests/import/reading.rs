//! Bulk reads.

use std::time::Instant;

use jumun_domain::OrderId;
use jumun_store::{Page, Reads as _};
use jumun_store_postgres::{OpenError, ShopReader, Target};
use jumun_test_cluster::{Cluster, Settings};

use crate::support::{DEADLINE, Shop};

#[tokio::test(flavor = "multi_thread")]
async fn every_order_and_every_event_is_read_page_by_page() {
    let shop = Shop::open().await;
    let reader = ShopReader::open(&shop.target()).await.unwrap();
    assert_eq!(reader.shop().currency.as_str(), "KRW");
    assert_eq!(reader.last_order().await.unwrap(), None);
    assert_eq!(reader.last_sequence().await.unwrap(), 0);
    let mut placed = Vec::new();
    for _ in 0..7 {
        placed.push(shop.order(1).await);
    }
    // Not one of them was numbered by somebody who read before.
    assert_eq!(reader.last_sequence().await.unwrap(), 7);
    assert_eq!(reader.last_order().await.unwrap(), placed.last().copied());

    let (mut read, mut after) = (Vec::new(), None);
    loop {
        let page = reader.all_orders(Page { after, limit: 3 }).await.unwrap();
        read.extend(page.items.iter().map(|order| order.id));
        after = read.last().copied();
        if !page.more {
            break;
        }
    }
    assert_eq!(read, placed);
    let mut subjects: Vec<OrderId> = Vec::new();
    while subjects.len() < 7 {
        let page = reader.events(subjects.len() as u64, 3).await.unwrap();
        assert!(!page.is_empty());
        subjects.extend(page.iter().map(|event| event.event.order.id));
    }
    assert_eq!(subjects, placed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_without_a_shop_is_told() {
    let database = Cluster::shared().create_database();
    let target = Target::parse(&database.url()).unwrap();
    let outcome = ShopReader::open(&target).await;
    assert!(matches!(outcome, Err(OpenError::NoShop { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_that_the_url_admits_can_be_read() {
    let deadline = Instant::now() + DEADLINE;
    let primary = Cluster::start(Settings::default());
    let standby = primary.standby();
    let shop = Shop::open_in(primary.create_database()).await;
    let order = shop.order(1).await;
    assert_eq!(shop.store.events(0, 10).await.unwrap().len(), 1);
    let url = standby.url(shop.database.name());
    // Nobody has numbered the event of this one yet, and on a standby nobody can.
    let later = shop.order(1).await;
    let orders = "SELECT count(*) FROM orders";
    while standby.try_sql(shop.database.name(), orders).as_deref() != Ok("2") {
        assert!(Instant::now() < deadline, "the standby does not follow");
    }

    let target = Target::parse(&url).unwrap();
    let refused = ShopReader::open(&target).await;
    assert!(matches!(refused, Err(OpenError::Standby { .. })));
    let target = Target::parse(&format!("{url}?target_session_attrs=any")).unwrap();
    let reader = ShopReader::open(&target).await.unwrap();
    assert_eq!(reader.last_order().await.unwrap(), Some(later));
    assert_eq!(reader.last_sequence().await.unwrap(), 1);
    let events = reader.events(0, 10).await.unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].event.order.id, order);
}
