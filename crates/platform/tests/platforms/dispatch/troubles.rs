//! A database that fails while orders go on.

use std::sync::Arc;
use std::time::Duration;

use jumun_store::delivery::Outbox;

use super::clock::TestClock;
use super::hindered::{Hindered, Hindrance};
use super::shop::{Shop, dispatch, settings};
use super::unruly::{Part, Unruly};
use crate::support::eventually;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_database_has_failed_all_goes_on_by_itself() {
    for hindrance in [Hindrance::Fail, Hindrance::RefuseRecords, Hindrance::Stall] {
        let clock = Arc::new(TestClock::new());
        let shop = Shop::open(20).await;
        let platform = Unruly::start(|_| Part::Take).await;
        let outbox = Arc::new(Hindered::new(shop.store.clone() as Arc<dyn Outbox>));
        let settings = settings(&platform.url());
        let allowed = settings.max_in_flight.get();
        let dispatchers = dispatch(outbox.clone(), clock.clone(), vec![settings]).await;
        shop.orders((0..100).map(|n| n % 20 + 1)).await;
        eventually("all are told", async || platform.taken.distinct() == 100).await;
        outbox.hinder(hindrance);
        // Of one user, so that what is told ahead of its records is the same
        // whenever the dispatcher begins anew; of several, which are ahead varies.
        shop.orders((0..1_000).map(|_| 1)).await;
        // Long enough to give up what could not be recorded, and to begin anew.
        for _ in 0..60 {
            clock.put_forward(Duration::from_millis(500));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let told = platform.taken.distinct();
        assert!(
            told <= 100 + allowed,
            "{hindrance:?}: {told} of 100 + {allowed}"
        );
        outbox.hinder(Hindrance::None);
        shop.assert_told(&platform.taken).await;
        dispatchers.stop().await;
    }
}
