//! Nothing is left behind, however a test process ends.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use jumun_test_cluster::{Cluster, Mode, Settings};

use rustix::process::{Signal, kill_process};

use crate::support::{poll, processes_in, states_of_processes_in};

/// A process that holds a cluster, and the directory of its data.
fn holder() -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_test-cluster"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let stdout = child.stdout.take().expect("a pipe");
    let mut lines = BufReader::new(stdout)
        .lines()
        .map(|line| line.expect("text"));
    let url = lines.next().expect("a URL");
    assert!(url.starts_with("postgres://postgres@127.0.0.1:"), "{url}");
    let data = lines.next().expect("a directory");
    assert_ne!(states_of_processes_in(&data), []);
    (child, data)
}

fn assert_nothing_is_left(data: &str) {
    let directory = Path::new(data).parent().expect("a parent").to_owned();
    poll(|| !directory.exists());
    assert_eq!(states_of_processes_in(data), []);
}

#[test]
fn a_killed_test_process_leaves_neither_a_server_nor_a_directory() {
    let (mut child, data) = holder();
    child.kill().expect("it runs");
    child.wait().expect("a status");
    assert_nothing_is_left(&data);
}

#[test]
fn a_killed_test_process_leaves_nothing_of_a_server_that_was_paused() {
    let (mut child, data) = holder();
    for (process, _) in processes_in(&data) {
        kill_process(process, Signal::STOP).expect("it runs");
    }
    child.kill().expect("it runs");
    child.wait().expect("a status");
    assert_nothing_is_left(&data);
}

#[test]
fn a_test_process_that_ends_leaves_neither_a_server_nor_a_directory() {
    let (mut child, data) = holder();
    drop(child.stdin.take());
    assert!(child.wait().expect("a status").success());
    assert_nothing_is_left(&data);
}

#[test]
fn a_dropped_cluster_is_gone_in_whatever_state_it_was() {
    let ends: [fn(&Cluster); 4] = [
        |_| {},
        Cluster::kill,
        Cluster::pause,
        |cluster| cluster.stop(Mode::Fast),
    ];
    for (name, bring) in ["running", "killed", "paused", "stopped"]
        .into_iter()
        .zip(ends)
    {
        let cluster = Cluster::start(Settings::default());
        let data = cluster.sql("postgres", "SHOW data_directory");
        bring(&cluster);
        drop(cluster);
        let directory = Path::new(&data).parent().expect("a parent");
        assert!(!directory.exists(), "{name}");
        assert_eq!(states_of_processes_in(&data), [], "{name}");
    }
}
