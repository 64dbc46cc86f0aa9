//! Loads on a server of the tests' own, whose moods are known.

mod server;

use std::sync::Arc;
use std::time::{Duration, Instant};

use jumun_load::{
    Failure, InvalidPlan, Keys, Loss, Observer, OrderSent, Outcome, Pace, Plan, Shop, Target,
    Timing, Workload, run,
};
use server::{Mood, Server};

/// Slower than any machine the tests run on.
const RATE: f64 = 200.0;

/// A stall of [`Mood::Stalls`].
const STALL: Duration = Duration::from_millis(600);

fn plan(server: &Server, pace: Pace) -> Plan {
    Plan {
        target: Target::plain(server.address),
        connections: 4,
        pace,
        workload: Workload::Uniform,
        keys: Keys::TimeOrdered,
        shop: Shop::from_one(10, 10),
        timing: Timing {
            warm_up: Duration::from_millis(200),
            window: Duration::from_millis(1_800),
        },
        threads: 2,
    }
}

/// A closed loop for moments.
fn short(server: &Server) -> Plan {
    Plan {
        timing: Timing {
            warm_up: Duration::ZERO,
            window: Duration::from_millis(300),
        },
        ..plan(server, Pace::Closed)
    }
}

#[test]
fn a_stall_is_seen_in_all_that_was_due_meanwhile_and_a_closed_loop_hides_it() {
    let stall = Mood::Stalls {
        after: Duration::from_millis(700),
        length: STALL,
    };
    let server = Server::start(stall);
    let (tally, ()) = run(&plan(&server, Pace::PerSecond(RATE)), ()).unwrap();
    let found = tally.latency().percentiles();
    // A third of the window was stalled; a sixth had to wait half of it or more.
    assert!(found.p90_us > 200_000, "{found:?}");
    assert!(found.max_us > 500_000, "{found:?}");
    // All but four had no connection to go by.
    assert!(tally.waited() > 50, "{}", tally.waited());
    assert_eq!(tally.outcomes().of_status(201), tally.outcomes().total());

    let server = Server::start(stall);
    let (tally, ()) = run(&plan(&server, Pace::Closed), ()).unwrap();
    let found = tally.latency().percentiles();
    assert!(found.max_us > 500_000, "{found:?}");
    assert!(found.p90_us < 200_000, "{found:?}");
    assert_eq!((tally.waited(), tally.not_sent()), (0, 0));
}

#[test]
fn requests_come_at_the_rate_that_was_asked_for() {
    let server = Server::start(Mood::Answers);
    let (tally, ()) = run(&plan(&server, Pace::PerSecond(RATE)), ()).unwrap();
    let per_second = tally.answers_per_second();
    // 360 are due, give or take six standard deviations.
    assert!((130.0..270.0).contains(&per_second), "{per_second}");
    assert_eq!(tally.not_sent(), 0);
}

#[test]
fn what_could_not_be_sent_before_the_end_is_told() {
    let stall = Mood::Stalls {
        after: Duration::from_millis(500),
        length: Duration::from_secs(2),
    };
    let server = Server::start(stall);
    let (tally, ()) = run(&plan(&server, Pace::PerSecond(RATE)), ()).unwrap();
    assert!(tally.not_sent() > 100, "{}", tally.not_sent());
    // Those in flight at the end were waited for, and count.
    let slowest_us = tally.latency().percentiles().max_us;
    assert!(slowest_us > 1_500_000, "{slowest_us}");
}

#[test]
fn lost_connections_are_counted_and_made_anew() {
    let table = [
        (Mood::ClosesAfterEach, 201, None),
        (Mood::HangsUp, 0, Some(Loss::Closed)),
        (Mood::Babbles, 0, Some(Loss::Malformed)),
        (Mood::Fails, 500, None),
    ];
    for (mood, status, loss) in table {
        let server = Server::start(mood);
        let (tally, ()) = run(&short(&server), ()).unwrap();
        let outcomes = tally.outcomes();
        assert!(outcomes.total() > 20, "{mood:?}: {outcomes:?}");
        match loss {
            None => assert_eq!(outcomes.of_status(status), outcomes.total(), "{mood:?}"),
            Some(loss) => {
                let lost: Vec<_> = outcomes.losses().collect();
                assert_eq!(lost, [(loss, outcomes.total())], "{mood:?}");
            }
        }
        assert_eq!(tally.reconnections() > 20, status != 500, "{mood:?}");
    }
}

#[test]
fn a_server_that_goes_away_and_comes_back_is_loaded_again() {
    let server = Server::start(Mood::Answers);
    let address = server.address;
    let plan = plan(&server, Pace::Closed);
    let loading = std::thread::spawn(move || run(&plan, ()));
    let deadline = Instant::now() + Duration::from_secs(30);
    while server.answered() < 100 {
        assert!(Instant::now() < deadline, "nothing was asked");
        std::thread::yield_now();
    }
    drop(server);
    let server = Server::start_at(address, Mood::Answers);
    let (tally, ()) = loading.join().unwrap().unwrap();
    assert!(server.answered() > 0);
    assert!(
        tally.outcomes().of_status(201) > 0,
        "{:?}",
        tally.outcomes()
    );
}

#[test]
fn without_a_server_there_is_no_load() {
    let server = Server::start(Mood::Answers);
    let plan = plan(&server, Pace::Closed);
    drop(server);
    let failure = run(&plan, ()).unwrap_err();
    assert!(matches!(failure, Failure::NotReachable(_)), "{failure}");
    let told = failure.to_string();
    assert!(told.contains("check the URL"), "{told}");
}

#[test]
fn what_needs_coupons_needs_a_prepared_shop() {
    let server = Server::start(Mood::Answers);
    for workload in [Workload::Coupon, Workload::Mixed] {
        let plan = Plan {
            workload,
            ..short(&server)
        };
        let failure = run(&plan, ()).unwrap_err();
        let expected = InvalidPlan::NeedsPreparation;
        assert!(
            matches!(failure, Failure::Plan(it) if it == expected),
            "{failure}"
        );
    }
}

/// Counts what it hears.
#[derive(Clone, Default)]
struct Count {
    begun: u64,
    answered: u64,
    keys: Arc<std::sync::atomic::AtomicU64>,
}

impl Observer for Count {
    fn begins(&mut self, _counted_from: jumun_domain::Timestamp) {
        self.begun += 1;
    }

    fn settled(&mut self, order: &OrderSent<'_>, outcome: &Outcome<'_>) {
        assert!(!order.basket.items().is_empty());
        self.answered += u64::from(outcome.is_ok());
        let keys = u64::from(order.has_key);
        self.keys
            .fetch_add(keys, std::sync::atomic::Ordering::Relaxed);
    }

    fn merge(&mut self, other: Self) {
        self.begun += other.begun;
        self.answered += other.answered;
    }
}

#[test]
fn an_observer_hears_of_every_order() {
    let server = Server::start(Mood::Answers);
    let (tally, count) = run(&short(&server), Count::default()).unwrap();
    assert_eq!(count.begun, 2, "one for each thread");
    assert_eq!(count.answered, server.answered());
    assert!(count.answered >= tally.outcomes().total());
    let keys = count.keys.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(keys, count.answered);
}
