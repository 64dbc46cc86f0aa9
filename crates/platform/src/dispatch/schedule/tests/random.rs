//! Whatever happens, and however often the process is killed: every event
//! arrives, and for one user never backwards.

use std::time::Duration;

use jumun_domain::Timestamp;
use jumun_store::delivery::ReplayRange;

use super::world::{World, later, refused, rules, taken};
use crate::dispatch::schedule::Rules;
use crate::outcome::{Failure, FailureKind, Outcome};

const RUNS: u64 = 400;
const STEPS: usize = 600;

fn some_failure(random: &mut fastrand::Rng) -> Outcome {
    match random.u8(..10) {
        0..=4 => refused(500),
        5 => refused(422),
        6 => later(Duration::from_millis(random.u64(1..5_000))),
        _ => Outcome::Failed(Failure {
            kind: FailureKind::Reset,
            retry_after: None,
            excerpt: String::new(),
        }),
    }
}

fn run(seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let (dies, replays) = (random.bool(), random.bool());
    let rules = Rules {
        max_in_flight: random.usize(1..20),
        dead_letter_after: if dies {
            Duration::from_secs(random.u64(0..600))
        } else {
            rules().dead_letter_after
        },
        dead_letter_blocks_for: Duration::from_secs(random.u64(0..60)),
    };
    let users = random.i64(1..30);
    let fails_percent = *random.choice(&[0, 3, 30, 90]).unwrap_or(&0);
    let mut world = World::new(rules);
    let mut crashes = 0;
    for _ in 0..STEPS {
        match random.u8(..20) {
            0..=2 => {
                let count = random.usize(1..10);
                let some: Vec<i64> = (0..count).map(|_| random.i64(1..=users)).collect();
                world.orders(&some);
            }
            3..=5 => world.read(),
            6..=9 => {
                world.send();
            }
            10..=14 if !world.flights.is_empty() => {
                let place = random.usize(..world.flights.len());
                let fails = random.u8(..100) < fails_percent;
                let outcome = if fails {
                    some_failure(&mut random)
                } else {
                    taken()
                };
                world.answer(place, outcome);
            }
            15 => {
                let moment = world.moment();
                world.begin_record(moment);
            }
            16 => world.end_record(),
            17 => world.hear(),
            18 => world.time += Duration::from_millis(random.u64(0..8_000)),
            19 if replays && world.newest() > 0 && world.database.replays.len() < 4 => {
                let first = random.u64(1..=world.newest());
                let last = random.u64(first..=world.newest());
                world.replay(ReplayRange::Sequences { first, last });
            }
            _ if random.u8(..5) == 0 => {
                let half = random.bool();
                world.crash(|message| half && message.sequence % 2 == 0);
                crashes += 1;
            }
            _ => {}
        }
    }
    world.end_record();
    for _ in 0..50 {
        world.pass(Duration::from_secs(5), &taken());
    }
    if dies {
        world.replay(ReplayRange::FailedSince(Timestamp::from_micros(0)));
        world.pass(Duration::from_secs(5), &taken());
    }
    world.assert_all_delivered();
    assert!(
        dies || replays || world.received.backwards.is_empty(),
        "{:?}",
        world.received.backwards
    );
    let repeated: u32 = world.received.times.values().map(|it| it - 1).sum();
    let allowed = crashes * rules.max_in_flight;
    assert!(
        replays || usize::try_from(repeated).unwrap() <= allowed,
        "{repeated} repeats after {crashes} crashes with {} in flight",
        rules.max_in_flight
    );
}

#[test]
fn every_event_arrives_in_order_whatever_fails_and_however_often_it_is_killed() {
    let seeds = match std::env::var("JUMUN_SCHEDULE_SEED") {
        Ok(seed) => seed.parse().map(|it| it..it + 1).unwrap(),
        Err(_) => 0..RUNS,
    };
    for seed in seeds {
        let told = std::panic::catch_unwind(|| run(seed));
        if let Err(panic) = told {
            println!("replay with JUMUN_SCHEDULE_SEED={seed}");
            std::panic::resume_unwind(panic);
        }
    }
}
