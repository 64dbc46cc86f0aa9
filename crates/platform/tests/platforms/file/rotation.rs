//! Files that are renamed, emptied or removed meanwhile.

use std::collections::BTreeSet;
use std::fs;

use super::{appender, line, lines};
use crate::support::{deliver, deliver_together, eventually, message};

#[tokio::test]
async fn after_a_rotation_a_new_file_is_begun() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("events.jsonl");
    let rotated = directory.path().join("events.jsonl.1");
    let client = appender(&path);
    deliver(&*client, &message(1)).await;
    fs::rename(&path, &rotated).unwrap();
    deliver(&*client, &message(2)).await;
    assert_eq!(lines(&rotated), [line(1)]);
    assert_eq!(lines(&path), [line(2)]);

    // The new file is there already.
    fs::rename(&path, &rotated).unwrap();
    fs::write(&path, "").unwrap();
    deliver(&*client, &message(3)).await;
    assert_eq!(lines(&path), [line(3)]);

    fs::remove_file(&path).unwrap();
    deliver(&*client, &message(4)).await;
    assert_eq!(lines(&path), [line(4)]);

    // Copied away and emptied.
    fs::write(&path, "").unwrap();
    deliver(&*client, &message(5)).await;
    assert_eq!(lines(&path), [line(5)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_message_is_lost_between_two_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("events.jsonl");
    let client = appender(&path);
    let sending = tokio::spawn(async move {
        for part in 0..20 {
            deliver_together(&client, part * 100..(part + 1) * 100).await;
        }
    });
    let mut files = Vec::new();
    eventually("all is sent", async || {
        let rotated = directory
            .path()
            .join(format!("events.jsonl.{}", files.len()));
        if fs::rename(&path, &rotated).is_ok() {
            files.push(rotated);
        }
        sending.is_finished()
    })
    .await;
    sending.await.unwrap();
    if path.exists() {
        files.push(path);
    }
    assert!(files.len() > 2, "{} files", files.len());
    let written: Vec<String> = files
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .flat_map(|text| text.lines().map(ToOwned::to_owned).collect::<Vec<_>>())
        .collect();
    let written: BTreeSet<String> = written.into_iter().collect();
    assert!(written == (0..2_000).map(line).collect());
}
