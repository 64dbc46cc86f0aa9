//! The role for reports reads, exports and audits.

use std::time::Duration;

use jumun_domain::{Actor, Command, PlaceOrder, UserId};
use jumun_store::access::{Changes as _, Tokens as _};
use jumun_store::delivery::{Outbox as _, Platforms as _};
use jumun_store::{Fault, Law, Page, Store as _};
use jumun_store_postgres::{PostgresAccess, PostgresPlatforms, ShopReader, Target, audit};
use uuid::Uuid;

use crate::deployment::{Deployment, READER, SERVER};
use crate::shop::Shop;
use crate::{access, document, requests};

/// Longer than a test takes.
const TERM: Duration = Duration::from_secs(600);

#[tokio::test]
async fn the_reading_role_reads_orders_and_events() {
    let deployment = Deployment::new().await;
    requests::all(&deployment.target(SERVER), 1).await.unwrap();
    let target = deployment.target(READER);
    let reader = ShopReader::open(&target).await.expect("a reader");
    let page = Page {
        after: None,
        limit: 50,
    };
    assert_eq!(reader.all_orders(page).await.unwrap().items.len(), 2);
    assert_eq!(reader.last_sequence().await.unwrap(), 3);
    assert_eq!(reader.events(0, 50).await.unwrap().len(), 3);
}

#[tokio::test]
async fn the_reading_role_reads_how_deliveries_stand() {
    let deployment = Deployment::new().await;
    let serving = Shop::open(&deployment.target(SERVER)).await.unwrap();
    let taken = serving.0.take_lease("warehouse", Uuid::nil(), TERM).await;
    assert!(taken.unwrap().is_some());
    let platforms = PostgresPlatforms::open(&deployment.target(READER)).await;
    let platforms = platforms.expect("a reader");
    let listed = platforms.platforms().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].name, "warehouse");
    let refused = platforms.pause("warehouse", &Actor::local()).await;
    assert!(matches!(refused, Err(Fault::Determinate(_))), "{refused:?}");
    serving.0.close().await;
}

#[tokio::test]
async fn the_reading_role_reads_tokens_and_changes() {
    let deployment = Deployment::new().await;
    requests::all(&deployment.target(SERVER), 1).await.unwrap();
    let doors = PostgresAccess::open(&deployment.target(READER)).await;
    let doors = doors.expect("a reader");
    let whole = Page {
        after: None,
        limit: 50,
    };
    assert_eq!(doors.tokens(whole).await.unwrap().items.len(), 1);
    let whole = Page {
        after: None,
        limit: 50,
    };
    let lines = doors.changes(whole).await.unwrap().items;
    assert!(lines.iter().any(|it| &*it.action == "platform.forget"));
    let made = doors.create_token(&access::token(2), &Actor::local()).await;
    assert!(matches!(made, Err(Fault::Determinate(_))), "{made:?}");
}

#[tokio::test]
async fn the_reading_role_audits_and_checks_the_indexes_where_it_may() {
    let deployment = Deployment::new().await;
    requests::all(&deployment.target(SERVER), 1).await.unwrap();
    let target = deployment.target(READER);
    let checked_before = clean_audit(&target).await;
    deployment.sql(document::sql("amcheck"));
    let indexes = deployment.sql(
        "SELECT count(*) FROM pg_index JOIN pg_class ON pg_class.oid = indrelid \
         WHERE relnamespace = 'public'::regnamespace \
         AND relname NOT IN ('refinery_schema_history', 'jumun_migration_turn')",
    );
    let checked = clean_audit(&target).await - checked_before;
    assert_eq!(checked.to_string(), indexes);
}

/// How much of the structure an audit has checked, all of which has to be well.
async fn clean_audit(target: &Target) -> u64 {
    let report = audit(target, &mut |_| ()).await.expect("an audit");
    assert!(report.is_clean(), "{report:?}");
    let storage = report.laws.iter().find(|it| it.law == Law::Storage);
    storage.expect("the law of the structure").checked
}

#[tokio::test]
async fn the_reading_role_reads_events_as_far_as_they_are_numbered() {
    let deployment = Deployment::new().await;
    let server = deployment.target(SERVER);
    requests::all(&server, 1).await.unwrap();
    let shop = Shop::open(&server).await.unwrap();
    let user = UserId::new(1).unwrap();
    let order = PlaceOrder::new(user, [(1, 1)].into_iter(), None, None).unwrap();
    shop.done(Command::PlaceOrder(order)).await.unwrap();
    let reader = ShopReader::open(&deployment.target(READER)).await.unwrap();
    assert_eq!(reader.events(0, 50).await.unwrap().len(), 3);
    assert_eq!(reader.last_sequence().await.unwrap(), 3);
    assert_eq!(reader.events(0, 50).await.unwrap().len(), 3);
    shop.0.close().await;
}
