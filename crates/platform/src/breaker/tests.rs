use super::*;
use crate::backoff::{AT_FIRST, MAX_PAUSE_AT_FIRST};

/// A breaker and a clock that only the test moves.
struct Scene {
    breaker: Breaker,
    begun: Instant,
    now: Instant,
}

impl Scene {
    fn new() -> Self {
        let now = Instant::now();
        Self {
            breaker: Breaker::default(),
            begun: now,
            now,
        }
    }

    /// As many different messages fail as open a breaker.
    fn open() -> Self {
        let mut scene = Self::new();
        for number in 0..OPENS_AFTER_MESSAGES {
            scene.fail(number as u128);
        }
        assert!(scene.breaker.is_open());
        scene
    }

    fn fail(&mut self, message: u128) {
        self.breaker
            .failed(Uuid::from_u128(message), self.now, None, 0.5);
    }

    fn admit(&mut self) -> Admission {
        self.breaker.admit(self.now, 0.5)
    }

    /// Moves the clock to the next probe, whose time it is then, and lets it through.
    fn probe(&mut self) -> Duration {
        let Admission::Wait { until } = self.admit() else {
            panic!("it lets through what should wait");
        };
        let waited = until - self.now;
        self.now = until;
        assert_eq!(self.admit(), Admission::Probe);
        waited
    }
}

#[test]
fn it_opens_when_enough_different_messages_fail_in_a_row() {
    let last = OPENS_AFTER_MESSAGES as u128 - 1;
    let check = |failures: &[Option<u128>], is_open: bool| {
        let mut scene = Scene::new();
        for failure in failures {
            match failure {
                Some(message) => scene.fail(*message),
                None => scene.breaker.delivered(),
            }
        }
        assert_eq!(scene.breaker.is_open(), is_open, "{failures:?}");
        assert_eq!(scene.admit() == Admission::Send, !is_open, "{failures:?}");
    };
    let some = |messages: std::ops::RangeInclusive<u128>| messages.map(Some).collect::<Vec<_>>();
    check(&[], false);
    check(&some(0..=last), true);
    check(&some(0..=last - 1), false);
    // One bad message, again and again.
    check(&[Some(7); 100], false);
    // A success between.
    check(
        &[&*some(1..=last), &[None], &*some(1..=last)].concat(),
        false,
    );
    check(&[&*some(0..=last), &[None]].concat(), false);
    check(
        &[&*some(0..=last), &[None], &*some(0..=last)].concat(),
        true,
    );
}

#[test]
fn while_it_is_open_only_probes_pass_one_at_a_time() {
    let mut scene = Scene::open();
    for _ in 0..20 {
        assert!(scene.probe() <= MAX_PAUSE_AT_FIRST);
        // Half open: the probe is under way.
        assert!(matches!(scene.admit(), Admission::Wait { .. }));
        scene.fail(1);
    }
}

#[test]
fn a_probe_that_gets_through_closes_it() {
    let mut scene = Scene::open();
    scene.probe();
    scene.breaker.delivered();
    assert!(!scene.breaker.is_open());
    assert_eq!(scene.admit(), Admission::Send);
    scene.fail(1);
    assert_eq!(scene.admit(), Admission::Send, "it counts afresh");
}

#[test]
fn what_was_under_way_and_gets_through_closes_it_too() {
    let mut scene = Scene::open();
    scene.breaker.delivered();
    assert_eq!(scene.admit(), Admission::Send);
}

#[test]
fn a_probe_that_nobody_answers_does_not_hold_up_the_next() {
    let mut scene = Scene::open();
    for _ in 0..20 {
        assert!(scene.probe() <= MAX_PAUSE_AT_FIRST);
    }
}

#[test]
fn probes_are_5_s_apart_at_most_for_an_hour_and_a_minute_after_that() {
    let mut scene = Scene::open();
    let day = Duration::from_secs(86_400);
    let mut count_later = 0;
    while scene.now - scene.begun < day {
        let asked_at = scene.now - scene.begun;
        let waited = scene.probe();
        scene.fail(1);
        if asked_at < AT_FIRST {
            assert!(waited <= MAX_PAUSE_AT_FIRST, "{waited:?} at {asked_at:?}");
        } else {
            assert!(waited <= MAX_PROBE_PAUSE, "{waited:?} at {asked_at:?}");
            count_later += 1;
        }
    }
    // Spared, and not forgotten.
    assert!(
        (1_380..=1_500).contains(&count_later),
        "{count_later} probes"
    );
}

#[test]
fn a_platform_that_asks_for_time_is_probed_when_it_is_over() {
    let mut scene = Scene::open();
    scene.probe();
    let asked = Duration::from_secs(30);
    scene
        .breaker
        .failed(Uuid::from_u128(1), scene.now, Some(asked), 0.5);
    // Another answer, which asks for less, shortens nothing.
    let less = Some(Duration::from_secs(1));
    scene
        .breaker
        .failed(Uuid::from_u128(2), scene.now, less, 0.5);
    assert_eq!(scene.probe(), asked);
}

#[test]
fn a_platform_that_asks_for_an_hour_is_probed_after_a_minute() {
    let mut scene = Scene::open();
    scene.probe();
    let asked = Some(Duration::from_secs(3_600));
    scene
        .breaker
        .failed(Uuid::from_u128(1), scene.now, asked, 0.5);
    assert_eq!(scene.probe(), MAX_QUIET);
}
