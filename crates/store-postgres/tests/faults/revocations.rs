//! What is revoked at one instance is known at the others at once, whatever else
//! they have to do.

use std::sync::Arc;

use jumun_store::access::{Revocation, Tokens as _};
use jumun_store::{Page, Reads as _};
use jumun_store_postgres::Options;
use tokio::task::{JoinSet, block_in_place};

use crate::support::session::session;
use crate::support::shop::{ISOLATIONS, Instance, Shop, behind_a_proxy};
use crate::support::tokens::{operator, token, token_id};
use crate::support::wait::{eventually, in_time};

/// Tokens that are made and revoked, each at another instance than the last.
const ROUNDS: u32 = 20;

async fn make(instance: &Instance, number: u32) {
    let (doors, token, by) = (instance.access(), token(number), operator());
    let made = in_time("a token", doors.create_token(&token, &by)).await;
    assert!(made.expect("no fault"));
}

async fn revoke(instance: &Instance, number: u32) {
    let (doors, by) = (instance.access(), operator());
    let revoked = in_time("its end", doors.revoke_token(token_id(number), &by)).await;
    assert!(revoked.expect("no fault").is_some());
}

async fn look(instance: &Instance, after: u64) -> Vec<Revocation> {
    let doors = instance.access();
    let told = in_time("a look", doors.revocations(after)).await;
    told.expect("no fault")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_revoked_at_one_instance_is_refused_at_the_next_look_of_another() {
    for level in ISOLATIONS {
        let shop = Shop::with_isolation(level);
        let instances = [shop.instance().await, shop.instance().await];
        for number in 1..=ROUNDS {
            let (one, two) = if number % 2 == 0 {
                (&instances[0], &instances[1])
            } else {
                (&instances[1], &instances[0])
            };
            let last = u64::from(number) - 1;
            make(one, number).await;
            assert_eq!(look(two, last).await, [], "{level}");
            revoke(one, number).await;
            let expected = Revocation {
                number: u64::from(number),
                id: token_id(number),
            };
            assert_eq!(look(two, last).await, [expected], "{level}");
        }
    }
}

/// How many sessions of the shop wait for a table.
const WAITING_FOR_TABLE: &str = "SELECT count(*) FROM pg_stat_activity \
     WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'relation'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_does_not_wait_while_every_connection_for_reads_is_taken() {
    let shop = Shop::new();
    let instance = shop.instance().await;
    make(&instance, 1).await;
    revoke(&instance, 1).await;
    let lock = session(&shop).await;
    let locked = lock.batch_execute("BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE");
    locked.await.expect("it is free");
    let readers = Options::default().readers;
    let mut reports = JoinSet::new();
    for _ in 0..readers * 2 {
        let instance: Instance = Arc::clone(&instance);
        let page = Page {
            after: None,
            limit: 1,
        };
        reports.spawn(async move { instance.all_orders(page).await });
    }
    let readers = u64::try_from(readers).unwrap();
    eventually("reads wait", async || {
        shop.count(WAITING_FOR_TABLE) == readers
    })
    .await;
    assert_eq!(look(&instance, 0).await.len(), 1);
    let newest = instance.access().newest_revocation().await;
    assert_eq!(newest.expect("no fault"), 1);
    assert_eq!(shop.count(WAITING_FOR_TABLE), readers, "they wait still");
    drop(lock);
    while let Some(report) = reports.join_next().await {
        assert!(report.expect("no panic").is_ok());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_whose_connection_was_lost_is_done_on_another() {
    let shop = Shop::new();
    let (proxy, instance) = behind_a_proxy(&shop).await;
    make(&instance, 1).await;
    revoke(&instance, 1).await;
    for _ in 0..ROUNDS {
        assert_eq!(look(&instance, 0).await.len(), 1);
        block_in_place(|| proxy.cut_all());
    }
}
