use std::time::Duration;

use jumun_domain::Timestamp;
use jumun_store::delivery::{Hold, ReplayRange};

use super::world::{DAY, World, refused, rules, taken};

fn settled(users: &[i64]) -> World {
    let mut world = World::new(rules());
    world.orders(users);
    world.settle_down(&taken());
    world
}

#[test]
fn a_range_is_sent_again_once_and_the_rest_is_not() {
    let mut world = settled(&[1, 2, 1, 3, 1]);
    world.replay(ReplayRange::Sequences { first: 2, last: 4 });
    world.settle_down(&taken());
    let times: Vec<u32> = world.received.times.values().copied().collect();
    assert_eq!(times, [1, 2, 2, 2, 1]);
    world.assert_all_delivered();
    assert_eq!(world.database.logged.len(), 5);
}

#[test]
fn new_events_go_on_beside_a_replay_that_fails() {
    let mut world = settled(&[1, 2, 3]);
    world.replay(ReplayRange::Sequences { first: 1, last: 3 });
    world.hear();
    world.read();
    world.send();
    world.answer_all(&refused(500));
    world.record();
    world.orders(&[1]);
    world.read();
    world.send();
    let sent: Vec<u64> = world.flights.iter().map(|it| it.message.sequence).collect();
    assert_eq!(sent, [4], "a user's new event does not wait for a replay");
    world.pass(Duration::from_secs(5), &taken());
    world.assert_all_delivered();
}

#[test]
fn a_replay_is_taken_up_after_a_crash_where_it_was() {
    let users: Vec<i64> = (1..=100).collect();
    let mut world = settled(&users);
    world.replay(ReplayRange::Sequences {
        first: 1,
        last: 100,
    });
    for _ in 0..10 {
        world.hear();
        world.read();
        world.send();
        world.answer_all(&taken());
        world.record();
    }
    let position = world.database.replays[0].position;
    assert!((20..100).contains(&position), "{position}");
    world.crash(|_| false);
    world.settle_down(&taken());
    world.assert_all_delivered();
    let repeated: u32 = world.received.times.values().map(|it| it - 1).sum();
    assert!((100..110).contains(&repeated), "{repeated}");
}

#[test]
fn what_has_failed_since_a_time_is_tried_at_once_dead_letters_too() {
    let mut world = World::new(rules());
    world.orders(&[1, 1]);
    world.pass(3 * DAY + DAY / 2, &refused(500));
    assert_eq!(world.database.dead(), [1]);
    let since = world.at(world.time - DAY);
    world.replay(ReplayRange::FailedSince(since));
    world.settle_down(&taken());
    world.assert_all_delivered();
    assert!(
        world.received.backwards.is_empty(),
        "it still held its place"
    );
}

#[test]
fn a_dead_letter_that_lost_its_place_is_sent_beside_the_later_ones() {
    let mut world = World::new(rules());
    world.orders(&[1]);
    world.pass(3 * DAY + DAY / 2, &refused(500));
    world.orders(&[1, 1]);
    world.pass(DAY, &taken());
    assert_eq!(world.received.times.len(), 2);
    assert_eq!(world.database.dead(), [1]);
    // Too early a time for it.
    let now = world.at(world.time);
    world.replay(ReplayRange::FailedSince(now));
    world.settle_down(&taken());
    assert_eq!(world.database.dead(), [1]);
    world.replay(ReplayRange::Sequences { first: 1, last: 1 });
    world.settle_down(&taken());
    world.assert_all_delivered();
}

#[test]
fn an_event_that_fails_again_after_a_replay_is_given_its_whole_time_anew() {
    let mut world = World::new(rules());
    world.orders(&[1]);
    world.pass(4 * DAY, &refused(500));
    assert_eq!(world.database.dead(), [1]);
    world.replay(ReplayRange::FailedSince(Timestamp::from_micros(0)));
    world.pass(2 * DAY, &refused(500));
    let hold = world.database.pending[&1].hold;
    assert!(matches!(hold, Hold::Failing { .. }), "{hold:?}");
}

#[test]
fn what_was_never_sent_is_not_sent_twice_by_a_replay() {
    let mut world = World::new(rules());
    world.orders(&[1, 2, 3]);
    world.replay(ReplayRange::Sequences { first: 1, last: 3 });
    world.settle_down(&taken());
    assert!(world.received.times.values().all(|it| *it == 1));
    world.assert_all_delivered();
}

#[test]
fn two_replays_at_once_hold_up_neither_each_other_nor_new_events() {
    // The short one is read first, and its events of user 1 go before the first
    // event of the long one, behind which all that is delivered of that waits.
    let others = (2..=9).cycle().take(40);
    let users: Vec<i64> = std::iter::once(1).chain(others).chain([1; 10]).collect();
    let mut world = settled(&users);
    for (first, last) in [(42, 51), (1, 41)] {
        world.replay(ReplayRange::Sequences { first, last });
    }
    world.hear();
    world.orders(&[1, 2]);
    world.settle_down(&taken());
    world.assert_all_delivered();
    let times: Vec<u32> = world.received.times.values().copied().collect();
    assert_eq!(times, [[2; 51].as_slice(), &[1; 2]].concat());
}
