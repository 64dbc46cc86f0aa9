//! A platform that hangs or is away: orders go on, the server stays ready, and
//! it stops in time.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::platform::{Part, Receipt};
use super::runs::{all_at_once, each_engine};
use super::shop::{LOOK_PERIOD, Shop, until};

/// Orders that are timed at a time, so that the slowest but one is the 99th
/// hundredth.
const TIMED: usize = 200;
/// How many times slower orders may be while a platform does not answer. It
/// allows for what else goes on on the machine.
const MAX_TIMES_SLOWER: u32 = 5;
/// Orders may take as long as this in any case: to wait for a platform would
/// take them seconds.
const QUICK: Duration = Duration::from_millis(500);
/// How long a stop may take: whoever asked for it kills soon after.
const MAX_STOP: Duration = Duration::from_secs(10);

#[test]
fn a_platform_that_hangs_or_is_away_slows_no_order_down_and_the_server_stays_ready() {
    all_at_once(each_engine(), async |folder| {
        let (mut shop, told) = Shop::open(folder).await;
        let usual = slowest_while_ready(&shop, &told.server.client()).await;
        shop.platform.play(Part::Hang);
        hangs(&shop).await;
        let hanging = slowest_while_ready(&shop, &told.server.client()).await;
        shop.platform.close_door(told.door).await;
        let away = slowest_while_ready(&shop, &told.server.client()).await;
        let url = shop.folder.url();
        let most = (usual * MAX_TIMES_SLOWER).max(QUICK);
        assert!(hanging <= most, "{url}: {hanging:?} after {usual:?}");
        assert!(away <= most, "{url}: {away:?} after {usual:?}");
        told.server.stop();
        shop.platform.play(Part::Take);
        let told = shop.serve().await;
        shop.customers().go_to(&[&told.server]);
        shop.close(vec![told]).await;
    });
}

#[test]
fn a_server_stops_in_time_while_its_platform_hangs_and_repeats_nothing_that_was_taken() {
    all_at_once(each_engine(), async |folder| {
        let (mut shop, told) = Shop::open(folder).await;
        shop.more_orders(TIMED).await;
        shop.platform.play(Part::Hang);
        hangs(&shop).await;
        let asked = Instant::now();
        told.server.signal(Signal::TERM);
        let (status, _) = told.server.wait();
        let took = asked.elapsed();
        assert_eq!(status.code(), Some(0), "{status}");
        assert!(took < MAX_STOP, "it takes {took:?}");
        shop.platform.play(Part::Take);
        let (before, told) = (told.door, shop.serve().await);
        shop.customers().go_to(&[&told.server]);
        let receipts = shop.close(vec![told]).await;
        let taken_before = |it: &&Receipt| it.door == before && it.is_taken();
        let taken = receipts.iter().filter(taken_before);
        let taken: HashSet<&str> = taken.map(|it| it.event.id.as_str()).collect();
        let is_repeat = |it: &&Receipt| it.door != before && taken.contains(it.event.id.as_str());
        let repeats: Vec<_> = receipts.iter().filter(is_repeat).collect();
        assert!(repeats.is_empty(), "{repeats:?}");
    });
}

/// Waits until the platform keeps an event waiting.
async fn hangs(shop: &Shop) {
    let waits = || {
        shop.platform
            .receipts()
            .iter()
            .any(|it| it.answer.is_none())
    };
    until("it hangs", waits).await;
}

/// The time of the slowest order but one of a hundred, all of which are placed
/// from now on. The server is ready all the while.
async fn slowest_while_ready(shop: &Shop, client: &crate::support::Client) -> Duration {
    let before = shop.customers().placed().len();
    let mut placed = Vec::new();
    while placed.len() < TIMED {
        let ready = client.get("/readyz").await;
        assert_eq!(ready.status, 200, "{}", ready.text);
        placed = shop.customers().placed().split_off(before);
        tokio::time::sleep(LOOK_PERIOD).await;
    }
    let mut times: Vec<Duration> = placed.into_iter().map(|it| it.took).collect();
    times.sort_unstable();
    times[times.len() * 99 / 100]
}
