//! Events that a platform never takes, beside others that it does.

use std::time::Duration;

use jumun_domain::Timestamp;
use jumun_store::delivery::{Hold, MAX_PENDING, Pending, ReplayRange};

use super::world::{DAY, World, later, refused, rules, taken};
use crate::dispatch::schedule::Rules;
use crate::outcome::Outcome;

/// Lets time pass; the platform never takes the events up to `last_bad`.
fn pass(world: &mut World, period: Duration, last_bad: u64, bad: &Outcome) {
    let end = world.time + period;
    while world.time < end {
        world.hear();
        world.read();
        world.send();
        while !world.flights.is_empty() {
            let is_bad = world.flights[0].message.sequence <= last_bad;
            world.answer(0, if is_bad { bad.clone() } else { taken() });
        }
        world.record();
        world.read();
        let next = world.send();
        if world.flights.is_empty() {
            let next = next.filter(|it| *it > world.time);
            world.time = next.map_or(end, |it| it.min(end));
        }
    }
}

#[test]
fn bad_events_of_many_users_keep_no_good_one_waiting_for_long() {
    let mut world = World::new(rules());
    world.orders(&(1..=20).collect::<Vec<_>>());
    pass(&mut world, Duration::from_secs(60), 20, &refused(400));
    for (later, within) in [(Duration::ZERO, 6), (Duration::from_secs(7_200), 61)] {
        pass(&mut world, later, 20, &refused(400));
        let before = world.newest();
        world.orders(&[50, 51, 52]);
        pass(&mut world, Duration::from_secs(within), 20, &refused(400));
        for sequence in before + 1..=before + 3 {
            assert!(
                world.received.times.contains_key(&sequence),
                "{sequence} after {later:?}"
            );
        }
    }
    // Those of the bad ones' users wait, as they should.
    world.orders(&[1]);
    pass(&mut world, Duration::from_secs(120), 20, &refused(400));
    assert_eq!(world.received.times.len(), 6);
}

#[test]
fn a_platform_that_was_away_for_longer_than_anything_is_tried_gets_what_comes_after() {
    let short = Rules {
        dead_letter_after: Duration::from_secs(60),
        dead_letter_blocks_for: Duration::from_secs(30),
        ..rules()
    };
    for rules in [
        short,
        Rules {
            dead_letter_blocks_for: Duration::ZERO,
            ..short
        },
    ] {
        let mut world = World::new(rules);
        world.orders(&[1, 2, 3, 4, 5]);
        world.pass(DAY, &refused(500));
        assert_eq!(world.database.dead(), [1, 2, 3, 4, 5]);
        world.orders(&[1, 6, 7]);
        world.pass(Duration::from_secs(61), &taken());
        assert_eq!(world.received.times.len(), 3);
        world.replay(ReplayRange::Sequences { first: 2, last: 2 });
        world.settle_down(&taken());
        world.replay(ReplayRange::FailedSince(Timestamp::from_micros(0)));
        world.settle_down(&taken());
        world.assert_all_delivered();
    }
}

#[test]
fn what_an_operator_wants_sent_is_sent_at_once_though_the_platform_seems_down() {
    let mut world = World::new(rules());
    world.orders(&[1, 2, 3, 4, 5, 6]);
    world.pass(DAY / 2, &later(Duration::from_secs(3_600)));
    assert!(world.received.times.is_empty());
    world.replay(ReplayRange::FailedSince(Timestamp::from_micros(0)));
    world.settle_down(&taken());
    world.assert_all_delivered();
}

#[test]
fn answers_that_ask_for_an_hour_silence_the_platform_for_a_minute() {
    let mut world = World::new(rules());
    world.orders(&[1, 2, 3, 4, 5, 6]);
    world.settle_down(&later(Duration::from_secs(3_600)));
    world.orders(&[7]);
    world.pass(Duration::from_secs(61), &taken());
    assert!(world.received.times.contains_key(&7));
    world.assert_all_delivered();
}

#[test]
fn a_hundred_thousand_dead_letters_hold_up_nobody() {
    let mut world = World::new(rules());
    let count = i64::try_from(MAX_PENDING).unwrap();
    world.orders(&(1..=count).collect::<Vec<_>>());
    let at = world.at(Duration::ZERO);
    world.database.position = world.newest();
    for sequence in 1..=world.newest() {
        let event = world.event(sequence);
        let dead = Pending {
            sequence,
            event_id: event.event.id,
            user_id: event.event.order.user_id,
            event_time: at,
            replayed: false,
            hold: Hold::Dead {
                failed_attempts: 9,
                first_failed_at: at,
                last_failed_at: at,
                died_at: at,
            },
        };
        world.database.pending.insert(sequence, dead);
    }
    world.time = 2 * DAY;
    world.crash(|_| false);
    world.orders(&[1, 2, 3]);
    world.settle_down(&taken());
    assert_eq!(world.received.times.len(), 3);
    assert_eq!(world.database.dead().len(), MAX_PENDING);
}
