//! Disks that are full, and have room again.

use std::path::{Path, PathBuf};

use jumun_platform::Outcome;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::{appender, line};
use crate::support::{assert_says, deliver, fail, message, run_apart};

/// Names the file that [`fills_up`] writes, in a process of its own.
const PATH: &str = "JUMUN_TEST_FILE";

/// Where that file may not grow any more; no multiple of a line.
const ROOM_BYTES: u64 = 5_000;

#[tokio::test]
async fn a_full_disk_is_told_as_such() {
    let failure = fail(&*appender(Path::new("/dev/full")), &message(1)).await;
    assert_says(&failure.excerpt, &["/dev/full", "free space"]);
}

/// A limit of the process's file size stands for the disk: a write stops in the
/// middle of a line there, too. It would hit the other tests of this process,
/// so that [`fills_up`] runs in another.
#[test]
fn a_line_that_did_not_fit_is_written_again_on_a_line_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("events.jsonl");
    // The signal that comes with the limit would end the process.
    let ignored = r#"trap "" XFSZ"#;
    run_apart("file::disk_full::fills_up", ignored, &[(PATH, &path)]);

    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.strip_suffix('\n').unwrap().split('\n').collect();
    let is_whole = |line: &&&str| serde_json::from_str::<serde_json::Value>(line).is_ok();
    let (whole, torn): (Vec<&str>, Vec<&str>) = lines.iter().partition(is_whole);
    let expected: Vec<String> = (0..whole.len() as u64).map(line).collect();
    assert_eq!(whole, expected, "each message once, in order");
    let [torn] = *torn else {
        panic!("{torn:?}");
    };
    // The limit was in the middle of it.
    assert!(expected.last().unwrap().starts_with(torn), "{torn}");
}

#[tokio::test]
#[ignore = "run by the test above it, in a process of its own"]
async fn fills_up() {
    let path = PathBuf::from(std::env::var_os(PATH).expect("it is run by the test above"));
    let unlimited = getrlimit(Resource::Fsize);
    let limit = Rlimit {
        current: Some(ROOM_BYTES),
        ..unlimited
    };
    setrlimit(Resource::Fsize, limit).unwrap();
    let client = appender(&path);
    let mut number = 0;
    loop {
        match client.send(&message(number)).await.outcome {
            Outcome::Delivered { .. } => number += 1,
            Outcome::Failed(failure) => {
                assert_says(&failure.excerpt, &["cannot be written"]);
                break;
            }
            Outcome::Gone { .. } => panic!("a file is never gone"),
        }
    }
    // It stays full for a while.
    for _ in 0..3 {
        fail(&*client, &message(number)).await;
    }
    setrlimit(Resource::Fsize, unlimited).unwrap();
    deliver(&*client, &message(number)).await;
}
