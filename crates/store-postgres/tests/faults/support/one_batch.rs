//! Requests that are decided in one transaction.

use jumun_domain::Request;

use super::asking::{Answers, hand_over};
use super::commands::{plain, register};
use super::session::session;
use super::shop::{Instance, Shop};
use super::wait::eventually;

/// How many sessions wait for a row.
pub(crate) const WAITING_FOR_ROWS: &str = "SELECT count(*) FROM pg_stat_activity \
     WHERE datname = current_database() AND wait_event_type = 'Lock'";

/// Hands over all requests while the only batch of a narrow instance waits for
/// the row of user 1: they are the next one.
pub(crate) async fn hand_over_as_one(
    shop: &Shop,
    instance: &Instance,
    requests: Vec<Request>,
) -> Answers {
    let lock = session(shop).await;
    let locked = lock.batch_execute("BEGIN; SELECT FROM users WHERE user_id = 1 FOR UPDATE");
    locked.await.expect("it is free");
    // It changes nothing: the user is there.
    let first = hand_over(instance, vec![plain(register(1))]);
    eventually("it waits", async || shop.count(WAITING_FOR_ROWS) == 1).await;
    let answers = hand_over(instance, requests);
    drop(lock);
    first.all().await[0].as_ref().expect("it is done");
    answers
}
