use std::time::Duration;

use super::world::{DAY, World, later, refused, rules, taken};
use crate::outcome::Outcome;

#[test]
fn a_platform_that_was_away_for_a_day_gets_everything_in_order_and_soon() {
    let mut world = World::new(rules());
    let users: Vec<i64> = (0..3_000).map(|n| n % 700 + 1).collect();
    world.orders(&users);
    world.pass(DAY, &refused(503));
    assert!(world.received.times.is_empty());
    // It was not asked for everything all the time.
    let attempts = world.database.attempts.len();
    assert!((100..8_000).contains(&attempts), "{attempts} attempts");
    world.crash(|_| false);
    world.orders(&users);
    world.pass(Duration::from_secs(301), &taken());
    world.assert_all_delivered();
    assert!(world.received.backwards.is_empty());
    assert!(world.received.times.values().all(|it| *it == 1));
}

#[test]
fn a_platform_that_is_down_is_asked_every_five_seconds_for_an_hour() {
    let mut world = World::new(rules());
    world.orders(&(1..=500).collect::<Vec<_>>());
    world.pass(Duration::from_secs(3_500), &refused(500));
    let times: Vec<i64> = world
        .database
        .attempts
        .iter()
        .map(|it| it.at.as_micros())
        .collect();
    for pair in times.windows(2) {
        assert!(pair[1] - pair[0] <= 5_000_000, "{pair:?}");
    }
    assert!(times.last().unwrap() + 5_000_000 >= 3_500_000_000);
}

#[test]
fn a_platform_that_asks_for_time_gets_it() {
    let mut world = World::new(rules());
    world.orders(&[1]);
    world.settle_down(&later(Duration::from_secs(7)));
    world.orders(&[2, 3]);
    world.read();
    let until = world.send().unwrap();
    assert!(world.flights.is_empty(), "others are kept back, too");
    assert_eq!(until, Duration::from_secs(7));
    world.time = until;
    world.settle_down(&taken());
    world.assert_all_delivered();
}

#[test]
fn one_answer_that_asks_for_an_hour_does_not_silence_the_platform_for_so_long() {
    let mut world = World::new(rules());
    world.orders(&[1]);
    world.settle_down(&later(Duration::from_secs(3_600)));
    world.orders(&[2]);
    world.pass(Duration::from_secs(61), &taken());
    assert_eq!(
        world.received.times.keys().copied().collect::<Vec<_>>(),
        [2]
    );
    world.pass(Duration::from_secs(3_600), &taken());
    world.assert_all_delivered();
}

#[test]
fn a_platform_that_is_gone_is_paused_until_it_is_resumed() {
    let mut world = World::new(rules());
    world.orders(&[1, 2, 3]);
    world.read();
    world.send();
    let old = world.database.standing(3);
    let gone = Outcome::Gone {
        excerpt: "bye".to_owned(),
    };
    world.answer_all(&gone);
    // What was asked before the answer says nothing of the pause.
    let moment = world.moment();
    world.schedule.stands(&old, moment);
    world.orders(&[4]);
    world.pass(DAY, &taken());
    assert!(world.database.pause.is_some());
    assert!(world.received.times.is_empty());
    world.crash(|_| false);
    world.pass(DAY, &taken());
    assert!(world.received.times.is_empty());
    world.database.pause = None;
    world.pass(Duration::from_secs(1), &taken());
    world.assert_all_delivered();
}

#[test]
fn a_single_event_that_always_fails_keeps_no_one_else_waiting() {
    let mut world = World::new(rules());
    world.orders(&[9]);
    world.settle_down(&refused(400));
    for round in 1..=200 {
        world.orders(&[round % 50 + 10]);
        world.read();
        world.send();
        while !world.flights.is_empty() {
            let poison = world.flights[0].message.user_id.get() == 9;
            world.answer(0, if poison { refused(400) } else { taken() });
        }
        world.record();
        world.time += Duration::from_secs(1);
    }
    assert_eq!(world.received.times.len(), 200);
}

#[test]
fn while_a_platform_is_down_only_what_is_tried_is_read() {
    let mut world = World::new(rules());
    world.orders(&(0..20_000).map(|n| n % 30 + 1).collect::<Vec<_>>());
    world.pass(Duration::from_secs(3_600), &refused(500));
    // One read before it was known to be down, and four events for each probe.
    let pending = world.database.pending.len();
    assert!(pending <= 512 + 4 * 1_500, "{pending} pending");
}
