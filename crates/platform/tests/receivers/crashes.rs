//! What a receiver knows after it was killed.

use std::fs::OpenOptions;
use std::io::Write as _;

use crate::program::{NODE, PROGRAMS, Running};
use crate::sender::{Ended, OLD, client, events, message, send};

/// The largest file of a receiver whose disk is as good as full, in blocks of
/// 512 bytes: room for some events.
const LIMIT_BLOCKS: &str = "64";

/// Far more events than have room there.
const MANY: u64 = 2_000;

#[tokio::test]
async fn after_a_crash_a_repeat_is_still_known() {
    for program in PROGRAMS {
        let mut running = Running::start(program, &[OLD]);
        for round in 1..=3 {
            let client = client(&running.url, &[OLD]);
            for number in 1..=round {
                let ended = send(&*client, &message(number)).await;
                assert_eq!(ended, Ended::Delivered, "{program:?}");
            }
            running.kill();
            assert_eq!(running.stored(), events(1..=round), "{program:?}");
            running.start_again();
        }
        assert_eq!(running.stored(), events(1..=3), "{program:?}");
    }
}

#[tokio::test]
async fn what_a_crash_has_cut_off_comes_again_and_is_stored() {
    let mut running = Running::start(&NODE, &[OLD]);
    let first = send(&*client(&running.url, &[OLD]), &message(1)).await;
    assert_eq!(first, Ended::Delivered);
    running.kill();
    let mut file = OpenOptions::new()
        .append(true)
        .open(running.directory.path().join("events.jsonl"))
        .unwrap();
    file.write_all(&message(2).body[..50]).unwrap();
    running.start_again();
    let client = client(&running.url, &[OLD]);
    for number in [1, 2, 3] {
        let ended = send(&*client, &message(number)).await;
        assert_eq!(ended, Ended::Delivered, "{number}");
    }
    running.start_again();
    assert_eq!(running.stored(), events(1..=3));
}

#[tokio::test]
async fn what_finds_no_room_is_not_answered_and_comes_again() {
    for program in PROGRAMS {
        let mut running = Running::start_with_limit(program, &[OLD], LIMIT_BLOCKS);
        let full = client(&running.url, &[OLD]);
        let mut number = 1;
        while send(&*full, &message(number)).await == Ended::Delivered {
            number += 1;
            assert!(number < MANY, "{program:?}: the limit has no effect");
        }
        running.start_again();
        assert_eq!(running.stored(), events(1..number), "{program:?}");
        let client = client(&running.url, &[OLD]);
        let ended = send(&*client, &message(number)).await;
        assert_eq!(ended, Ended::Delivered, "{program:?}");
        assert_eq!(running.stored(), events(1..=number), "{program:?}");
    }
}
