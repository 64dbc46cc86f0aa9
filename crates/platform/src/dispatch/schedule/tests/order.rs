use std::time::Duration;

use super::world::{DAY, World, refused, rules, taken};
use crate::dispatch::schedule::Rules;

fn sequences(world: &World) -> Vec<u64> {
    let mut all: Vec<u64> = world.flights.iter().map(|it| it.message.sequence).collect();
    all.sort_unstable();
    all
}

#[test]
fn one_user_s_events_go_one_by_one_and_those_of_many_together() {
    let mut world = World::new(rules());
    world.orders(&[1, 1, 2, 3, 1, 2]);
    world.read();
    world.send();
    assert_eq!(sequences(&world), [1, 3, 4]);
    let place = world.flights.iter().position(|it| it.message.sequence == 1);
    world.answer(place.unwrap(), taken());
    world.send();
    assert_eq!(sequences(&world), [2, 3, 4]);
    world.settle_down(&taken());
    world.assert_all_delivered();
    assert!(world.received.backwards.is_empty());
}

#[test]
fn an_event_that_fails_holds_up_its_own_user_only() {
    let mut world = World::new(rules());
    world.orders(&[1, 2, 1, 2, 1]);
    world.read();
    world.send();
    let place = world.flights.iter().position(|it| it.message.sequence == 1);
    world.answer(place.unwrap(), refused(500));
    world.record();
    // The other user's go on, also over the position.
    for _ in 0..2 {
        world.answer_all(&taken());
        world.record();
        world.send();
    }
    assert_eq!(world.database.position, 5);
    let pending: Vec<u64> = world.database.pending.keys().copied().collect();
    assert_eq!(pending, [1, 3, 5]);
    world.pass(Duration::from_secs(1), &taken());
    world.assert_all_delivered();
    assert!(world.received.backwards.is_empty());
    // What has failed is told attempt by attempt, the rest in the log.
    let of_first: Vec<_> = world
        .database
        .attempts
        .iter()
        .filter(|it| it.sequence == 1)
        .collect();
    assert_eq!(of_first.len(), 2);
    assert_eq!(
        (of_first[0].status, of_first[1].status),
        (Some(500), Some(200))
    );
    assert_eq!(
        world.database.logged.iter().copied().collect::<Vec<_>>(),
        [2, 4]
    );
}

#[test]
fn no_more_is_on_its_way_or_unrecorded_than_may_be() {
    let mut world = World::new(rules());
    world.orders(&(1..=50).collect::<Vec<_>>());
    world.read();
    world.send();
    assert_eq!(world.flights.len(), 8);
    world.answer_all(&taken());
    world.send();
    assert!(world.flights.is_empty(), "delivered, and not recorded yet");
    let moment = world.moment();
    assert!(world.begin_record(moment));
    world.send();
    assert!(world.flights.is_empty(), "the record is not there yet");
    world.end_record();
    world.send();
    assert_eq!(world.flights.len(), 8);
}

#[test]
fn an_attempt_that_hangs_does_not_stop_the_others() {
    let mut world = World::new(rules());
    world.orders(&(1..=100).collect::<Vec<_>>());
    for _ in 0..40 {
        world.read();
        world.send();
        while let Some(place) = world.flights.iter().position(|it| it.message.sequence != 1) {
            world.answer(place, taken());
        }
        world.record();
        world.time += Duration::from_millis(50);
    }
    assert_eq!(world.received.times.len(), 99);
    assert_eq!(world.database.position, 100);
    world.settle_down(&taken());
    world.assert_all_delivered();
}

#[test]
fn a_user_with_thousands_of_events_does_not_stop_the_others() {
    let mut world = World::new(rules());
    world.orders(&vec![1; 10_000]);
    world.orders(&[2]);
    for _ in 0..200 {
        world.read();
        world.send();
        if let Some(place) = world
            .flights
            .iter()
            .position(|it| it.message.user_id.get() == 2)
        {
            world.answer(place, taken());
        }
        world.record();
        world.time += Duration::from_millis(5);
        if world.received.times.contains_key(&10_001) {
            return;
        }
    }
    panic!("the other user's event was not sent");
}

#[test]
fn a_dead_letter_blocks_its_user_for_a_while_when_strict_and_not_at_all_when_relaxed() {
    let strict = rules();
    let relaxed = Rules {
        dead_letter_blocks_for: Duration::ZERO,
        ..strict
    };
    for (rules, blocks_for) in [(strict, DAY), (relaxed, Duration::ZERO)] {
        let mut world = World::new(rules);
        world.orders(&[1, 1, 2]);
        // One event that its platform cannot take, ever.
        let poison = |world: &mut World, period: Duration| {
            let end = world.time + period;
            while world.time < end {
                world.hear();
                world.read();
                world.send();
                while !world.flights.is_empty() {
                    let is_poison = world.flights[0].message.sequence == 1;
                    world.answer(0, if is_poison { refused(422) } else { taken() });
                }
                world.record();
                let next = world.send();
                if world.flights.is_empty() {
                    let next = next.filter(|it| *it > world.time);
                    world.time = next.map_or(end, |it| it.min(end));
                }
            }
        };
        poison(&mut world, 3 * DAY - Duration::from_secs(600));
        assert!(world.database.dead().is_empty());
        assert!(!world.received.times.contains_key(&2));
        assert!(world.received.times.contains_key(&3));
        poison(&mut world, Duration::from_secs(1200));
        assert_eq!(world.database.dead(), [1]);
        assert_eq!(world.received.times.contains_key(&2), blocks_for.is_zero());
        // The block outlives a restart.
        world.crash(|_| false);
        if !blocks_for.is_zero() {
            poison(&mut world, blocks_for - Duration::from_secs(3600));
            assert!(!world.received.times.contains_key(&2));
            poison(&mut world, Duration::from_secs(3600));
        }
        poison(&mut world, Duration::from_secs(1));
        assert!(world.received.times.contains_key(&2));
        assert_eq!(world.database.pending.len(), 1, "a dead letter is kept");
    }
}
