//! What a file holds.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;

use jumun_platform::FailureKind;

use super::{appender, line, lines, to_file};
use crate::support::{assert_says, client, deliver, deliver_together, fail, message};

#[tokio::test]
async fn each_message_is_a_line_in_the_order_it_was_sent() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("events.jsonl");
    let client = appender(&path);
    for number in 0..20 {
        deliver(&*client, &message(number)).await;
    }
    assert_eq!(lines(&path), (0..20).map(line).collect::<Vec<_>>());
    // What users bought is not for everybody.
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o007, 0, "{mode:o}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_messages_at_once_are_a_line_each() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("events.jsonl");
    deliver_together(&appender(&path), 0..3_000).await;
    let written = lines(&path);
    assert_eq!(written.len(), 3_000);
    let written: BTreeSet<String> = written.into_iter().collect();
    assert!(written == (0..3_000).map(line).collect());
}

#[tokio::test]
async fn a_line_that_a_crash_left_half_is_ended_and_not_continued() {
    let check = async |before: &str, expected: &[&str]| {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("events.jsonl");
        std::fs::write(&path, before).unwrap();
        deliver(&*appender(&path), &message(1)).await;
        let mut expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
        expected.push(line(1));
        assert_eq!(lines(&path), expected, "{before:?}");
    };
    check("", &[]).await;
    check("{\"id\":1}\n", &["{\"id\":1}"]).await;
    check("{\"id\":1}\n{\"id", &["{\"id\":1}", "{\"id"]).await;
    check("{", &["{"]).await;
    // Whole but for its end.
    check("{\"id\":1}", &["{\"id\":1}"]).await;
}

#[tokio::test]
async fn a_body_of_several_lines_becomes_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("events.jsonl");
    let client = appender(&path);
    let mut pretty = message(1);
    pretty.body = "{\n  \"id\": \"a\",\r\n  \"data\": 1\n}\n".into();
    deliver(&*client, &pretty).await;
    deliver(&*client, &message(2)).await;
    let written = lines(&path);
    assert_eq!(written.len(), 2);
    let value: serde_json::Value = serde_json::from_str(&written[0]).unwrap();
    assert_eq!(value, serde_json::json!({"id": "a", "data": 1}));
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_told_with_a_remedy_and_tried_again() {
    let directory = tempfile::tempdir().unwrap();
    let check = async |name: &str, expected: &[&str]| {
        let path = directory.path().join(name);
        let failure = fail(&*appender(&path), &message(1)).await;
        assert_eq!(failure.kind, FailureKind::Other);
        assert_says(&failure.excerpt, &[&path.display().to_string()]);
        assert_says(&failure.excerpt, expected);
    };
    std::fs::create_dir(directory.path().join("directory")).unwrap();
    check("directory", &["name a file"]).await;
    check("missing/events.jsonl", &["create its directory"]).await;
    std::fs::write(directory.path().join("file"), "").unwrap();
    check("file/events.jsonl", &["check the file"]).await;

    // Links that lead nowhere: it is not their own directory that is missing.
    let link = |name: &str, target: &str| {
        std::os::unix::fs::symlink(target, directory.path().join(name)).unwrap();
    };
    link("link", "gone/events.jsonl");
    check(
        "link",
        &["link to gone/events.jsonl: create the directory of that"],
    )
    .await;
    link("linked", "gone");
    check(
        "linked/events.jsonl",
        &["linked is a link to gone: create that directory"],
    )
    .await;

    // Mended while the client is there.
    let path = directory.path().join("later/events.jsonl");
    let client = client(&to_file(&path));
    fail(&*client, &message(1)).await;
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    deliver(&*client, &message(1)).await;
    assert_eq!(lines(&path), [line(1)]);
}

#[tokio::test]
async fn a_link_to_a_file_that_is_not_there_yet_is_followed() {
    let directory = tempfile::tempdir().unwrap();
    let (path, target) = (directory.path().join("link"), "elsewhere/events.jsonl");
    std::fs::create_dir(directory.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(target, &path).unwrap();
    deliver(&*appender(&path), &message(1)).await;
    assert_eq!(lines(&directory.path().join(target)), [line(1)]);
}

#[tokio::test]
async fn a_pipe_without_a_reader_does_not_hold_anything_up() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    let failure = fail(&*appender(&path), &message(1)).await;
    assert_says(&failure.excerpt, &["pipe", "name a file"]);
}
