//! Two servers share a shop and a platform: one delivers, and the other goes on
//! when that one is killed, or stands still for longer than its lease holds.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use jumun_platform::dispatch::MAX_TAKE_OVER;
use rustix::process::Signal;

use super::history::{repeats_by_door, told_twice};
use super::platform::{Counts, Receipt, TAKEN, Trap};
use super::runs::{all_at_once, rounds, seed};
use super::shop::{MAX_IN_FLIGHT, Shop, Told, until};
use crate::support::Folder;

/// How often a server is harmed in a normal run; `JUMUN_FAULT_RUNS` asks for more.
const RUNS: usize = 12;
/// The harm comes with the random how manieth request, at most this.
const MAX_REQUESTS_BEFORE: usize = 40;
/// Orders after a server goes on that was held: by then it has noticed.
const ORDERS_AFTER: usize = 80;

/// What a machine that runs other tests, too, may take on top.
const BUSY: Duration = Duration::from_secs(3);

/// What befalls the server that delivers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Harm {
    Killed,
    /// It stands still, and goes on when it was relieved.
    Held,
}

#[test]
fn another_server_delivers_within_seconds_when_one_dies_or_stands_still_and_nothing_goes_backwards()
{
    // Two shops of each, to be done in half of the time.
    let cases = [Harm::Killed, Harm::Held, Harm::Killed, Harm::Held];
    let rounds = rounds(RUNS, cases.len());
    let seed = seed();
    println!("JUMUN_FAULT_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let cases = cases.map(|harm| (format!("{harm:?}"), (harm, random.fork())));
    all_at_once(cases, async |(harm, random)| {
        is_relieved(harm, rounds, random).await;
    });
}

async fn is_relieved(harm: Harm, rounds: usize, mut random: fastrand::Rng) {
    let (mut shop, one) = Shop::open(Folder::on_server()).await;
    let mut servers = vec![one, shop.serve().await];
    for _ in 0..rounds {
        let [one, other] = &servers[..] else {
            unreachable!("there are two");
        };
        shop.customers().go_to(&[&one.server, &other.server]);
        shop.more_orders(1).await;
        shop.all_told().await;
        let delivers = servers.iter().position(|it| it.door == last_door(&shop));
        let harmed = servers.swap_remove(delivers.expect("one delivers"));
        let signal = match harm {
            Harm::Killed => Signal::KILL,
            Harm::Held => Signal::STOP,
        };
        // With an event on its way, or one that was taken just now.
        let answer = random.bool().then_some(TAKEN);
        shop.platform.set(Trap {
            answer,
            then: Some((harmed.server.process(), signal)),
            counts: Counts::All,
            nth: random.usize(1..=MAX_REQUESTS_BEFORE),
        });
        until("the trap springs", || shop.platform.has_sprung()).await;
        assert_relieved(&shop, servers[0].door, harm).await;
        servers.push(match harm {
            Harm::Killed => {
                harmed.server.wait();
                shop.serve().await
            }
            Harm::Held => {
                goes_on(&shop, &harmed).await;
                harmed
            }
        });
    }
    let receipts = shop.close(servers).await;
    let twice = told_twice(&receipts);
    assert!(twice.is_empty(), "{harm:?}: {twice:?}");
    // What one had on its way comes by the other, or by both.
    let repeats = repeats_by_door(&receipts);
    let too_many = repeats.iter().sum::<usize>() > MAX_IN_FLIGHT * rounds;
    assert!(!too_many, "{harm:?}: {repeats:?}");
}

/// The door of the server that delivers.
fn last_door(shop: &Shop) -> usize {
    let receipts = shop.platform.receipts();
    receipts.last().expect("all was told").door
}

/// Waits until the server of this door delivers, and until all is told.
async fn assert_relieved(shop: &Shop, door: usize, harm: Harm) {
    let harmed_at = Instant::now();
    let relieved_at = || {
        let receipts = shop.platform.receipts();
        let first = receipts
            .iter()
            .find(|it| it.door == door && it.at >= harmed_at);
        first.map(|it| it.at)
    };
    until("the other delivers", || relieved_at().is_some()).await;
    let took = relieved_at().expect("the other delivers") - harmed_at;
    assert!(took < MAX_TAKE_OVER + BUSY, "{harm:?}: {took:?}");
    shop.all_told().await;
}

/// Lets a server go on that was held. What it sends then was all told already.
async fn goes_on(shop: &Shop, held: &Told) {
    let before = shop.platform.count();
    held.server.signal(Signal::CONT);
    shop.more_orders(ORDERS_AFTER).await;
    shop.all_told().await;
    let mut receipts = shop.platform.receipts();
    let since = receipts.split_off(before);
    let known: HashSet<&str> = receipts.iter().map(|it| it.event.id.as_str()).collect();
    let late: Vec<&Receipt> = since.iter().filter(|it| it.door == held.door).collect();
    assert!(late.len() <= MAX_IN_FLIGHT, "{late:?}");
    let is_new = |it: &&Receipt| !known.contains(it.event.id.as_str());
    assert!(
        !late.iter().any(is_new),
        "new, and without a lease: {late:?}"
    );
}
