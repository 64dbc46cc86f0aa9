//! An operator's connection is cut at each statement of a wish. The wish is
//! written once, with its line, and the operator is told.

use jumun_domain::{Actor, Timestamp};
use jumun_store::delivery::{Outbox as _, Platforms as _, ReplayRange};

use crate::support::deliveries::{PLATFORM, lease};
use crate::support::points::{ANY, PLACES};
use crate::support::shop::{ISOLATIONS, Shop, behind_a_proxy};
use crate::support::wait::in_time;

/// What has failed since then: nothing has.
const SINCE: ReplayRange = ReplayRange::FailedSince(Timestamp::from_micros(1));

/// So many statements there are at least in a pause, its end, a replay and
/// forgetting together.
const STATEMENTS: usize = 40;

/// The lines by what was asked for.
const LINES: &str = "SELECT action, count(*) FROM changes GROUP BY action ORDER BY action";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wish_whose_connection_is_cut_at_any_statement_leaves_one_line() {
    for level in ISOLATIONS {
        let shop = Shop::with_isolation(level);
        let by = Actor::local();
        let mut rounds = 0;
        for place in PLACES {
            let (proxy, instance) = behind_a_proxy(&shop).await;
            let mut statements = 0;
            loop {
                rounds += 1;
                let held = lease(&instance).await;
                in_time("its end", instance.release_lease(&held))
                    .await
                    .unwrap();
                // What opens a connection is not what is to be cut.
                instance.platforms().await.unwrap();
                proxy.cut_when(place(ANY).nth(statements + 1));
                let paused = in_time("a pause", instance.pause(PLATFORM, &by)).await;
                assert!(paused.unwrap(), "{statements}");
                let resumed = in_time("its end", instance.resume(PLATFORM, &by)).await;
                assert!(resumed.unwrap(), "{statements}");
                let replay = in_time("a replay", instance.replay(PLATFORM, SINCE, &by)).await;
                let replay = replay.unwrap().unwrap();
                let kept = shop.sql("SELECT replay_id FROM replays");
                assert_eq!(kept, replay.id.0.to_string(), "{statements}");
                let forgotten = in_time("forgetting", instance.forget(PLATFORM, &by)).await;
                // Where all of it was done and not told, there is none any more.
                assert_ne!(forgotten.unwrap(), Some(false), "{statements}");
                let kinds = ["forget", "pause", "replay", "resume"];
                let lines = kinds.map(|kind| format!("platform.{kind}|{rounds}"));
                assert_eq!(shop.sql(LINES), lines.join("\n"), "{statements}");
                if proxy.fired() == statements {
                    break;
                }
                statements += 1;
            }
            assert!(statements >= STATEMENTS, "only {statements}");
        }
    }
}
