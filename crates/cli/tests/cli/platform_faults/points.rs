//! The points of a delivery at which a server is killed.

use rustix::process::Signal;

use super::platform::{Counts, DOWN, GONE, Part, Platform, TAKEN, Trap};
use super::shop::{Shop, Told, until};

/// Something happens to the random how manieth request, at most this.
const MAX_REQUESTS: usize = 40;
/// So many different events fail before a platform counts as down.
const DOWN_AFTER: usize = jumun_platform::breaker::OPENS_AFTER_MESSAGES;

/// Where a server is killed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Point {
    /// An event is received whole, and not answered.
    Unanswered,
    /// An event is taken, and the answer is written.
    Answered,
    /// Whenever it is, under load.
    AnyMoment,
    /// The platform is down, and it is recorded what has failed.
    Down,
    /// A range is sent again, and is not through.
    Replaying,
    /// The platform has just answered that it wants no more events.
    Gone,
    /// It has answered so, and that is recorded.
    GoneRecorded,
}

impl Point {
    pub(super) const ALL: [Self; 7] = [
        Self::Unanswered,
        Self::Answered,
        Self::AnyMoment,
        Self::Down,
        Self::Replaying,
        Self::Gone,
        Self::GoneRecorded,
    ];

    /// Kills the server when the point is reached. Returns up to which event
    /// all are to be sent again.
    pub(super) async fn kill(self, shop: &Shop, told: Told, random: &mut fastrand::Rng) -> u64 {
        let platform = &shop.platform;
        let kill = Some((told.server.process(), Signal::KILL));
        let nth = random.usize(1..=MAX_REQUESTS);
        let mut replayed_up_to = 0;
        let trap = match self {
            Self::Unanswered => Some((None, kill, Counts::All)),
            Self::Answered => Some((Some(TAKEN), kill, Counts::All)),
            Self::Gone => Some((Some(GONE), kill, Counts::All)),
            Self::GoneRecorded => Some((Some(GONE), None, Counts::All)),
            Self::Replaying => {
                // More than it can take to spring the trap.
                shop.more_orders(MAX_REQUESTS * 2).await;
                let position = || shop.listed("events list")[0]["position"].as_u64();
                until("a range", || position() > Some(MAX_REQUESTS as u64)).await;
                replayed_up_to = position().expect("a position");
                Some((None, kill, Counts::Repeats))
            }
            Self::AnyMoment | Self::Down => None,
        };
        match trap {
            Some((answer, then, counts)) => {
                platform.set(Trap {
                    answer,
                    then,
                    counts,
                    nth,
                });
                if self == Self::Replaying {
                    let range = format!("--from 1 --to {replayed_up_to}");
                    shop.folder.shop_succeeds(&format!("events replay {range}"));
                }
                until("the trap springs", || platform.has_sprung()).await;
            }
            None => shop.more_orders(nth).await,
        }
        match self {
            Self::AnyMoment => told.server.signal(Signal::KILL),
            Self::Down => {
                platform.play(Part::Refuse);
                until("it is down", || refused(platform, told.door) >= DOWN_AFTER).await;
                let failing = || shop.listed("events list --state failing");
                until("failures", || failing() != serde_json::json!([])).await;
                told.server.signal(Signal::KILL);
            }
            Self::GoneRecorded => {
                let status = || shop.listed("events list")[0]["status"].clone();
                until("it counts as gone", || status() == "GONE").await;
                told.server.signal(Signal::KILL);
            }
            Self::Unanswered | Self::Answered | Self::Replaying | Self::Gone => {}
        }
        told.server.wait();
        replayed_up_to
    }

    /// Lets the next server deliver all.
    pub(super) async fn mend(self, shop: &Shop, door: usize) {
        match self {
            Self::Down => {
                // The next server finds it down, too.
                let found = || refused(&shop.platform, door) > 0;
                until("it is found down", found).await;
                shop.platform.play(Part::Take);
            }
            // Whether the pause was recorded or not.
            Self::Gone => drop(shop.folder.shop_succeeds("events resume")),
            Self::GoneRecorded => {
                shop.more_orders(MAX_REQUESTS).await;
                let told = shop.platform.receipts().iter().any(|it| it.door == door);
                assert!(!told, "it is told though it is gone");
                shop.folder.shop_succeeds("events resume");
            }
            Self::Unanswered | Self::Answered | Self::AnyMoment | Self::Replaying => {}
        }
    }
}

/// How many different events were refused at this door.
fn refused(platform: &Platform, door: usize) -> usize {
    let receipts = platform.receipts();
    let refused = receipts
        .iter()
        .filter(|it| it.door == door && it.answer == Some(DOWN));
    let ids: std::collections::HashSet<&str> = refused.map(|it| it.event.id.as_str()).collect();
    ids.len()
}
