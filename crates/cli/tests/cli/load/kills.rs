use std::process::{Child, Stdio};
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::{count, good};
use crate::support::{DEADLINE, Finished, Folder, Server};

/// Begins a load of some seconds.
fn begin(folder: &Folder, server: &Server, options: &[&str]) -> Child {
    let load = ["load", server.base(), "--users=50", "--products=20"];
    folder
        .command(load.iter().chain(options))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs")
}

/// Waits until so many orders are in the shop.
fn wait_for_orders(folder: &Folder, orders: u64) {
    let deadline = Instant::now() + DEADLINE;
    loop {
        let found = folder.sql("SELECT count(*) FROM orders");
        if found.parse::<u64>().expect("a count") >= orders {
            return;
        }
        assert!(Instant::now() < deadline, "only {found} orders");
        std::thread::yield_now();
    }
}

fn end(child: Child) -> Finished {
    let output = child.wait_with_output().expect("an end");
    Finished {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

#[test]
fn a_server_that_is_killed_and_comes_back_has_all_that_it_acknowledged() {
    // At this rate some requests are under way at any moment.
    for options in [&["--rate=3000"][..], &[], &["--workload=mixed"]] {
        let folder = Folder::new();
        let server = Server::start(&folder);
        let address = server.base().trim_start_matches("http://").to_owned();
        let mut all = vec!["--json", "--duration=4s", "--warm-up=0", "--connections=16"];
        all.extend(options);
        let loading = begin(&folder, &server, &all);
        wait_for_orders(&folder, 100);
        server.signal(Signal::KILL);
        server.wait();
        let server = Server::start_with(&folder, &["--listen", &address]);
        let figures = good(&end(loading), "killed");
        let lost = figures["losses"].as_array().expect("losses");
        let lost: u64 = lost.iter().map(|it| count(it, "/count")).sum();
        assert!(lost > 0, "it was killed under load: {figures}");
        let resolved = count(&figures, "/check/lostAnswersDone")
            + count(&figures, "/check/lostAnswersRefused");
        assert!(resolved <= lost, "{figures}");
        assert_eq!(count(&figures, "/check/unresolved"), 0, "{figures}");
        assert!(count(&figures, "/reconnections") > 0, "{figures}");
        server.stop();
        folder.audit();
    }
}

#[test]
fn without_keys_what_is_unknown_is_allowed_for() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let address = server.base().trim_start_matches("http://").to_owned();
    let options = ["--json", "--duration=3s", "--warm-up=0", "--keys=none"];
    let loading = begin(&folder, &server, &options);
    wait_for_orders(&folder, 100);
    server.signal(Signal::KILL);
    server.wait();
    let _server = Server::start_with(&folder, &["--listen", &address]);
    let figures = good(&end(loading), "killed");
    assert!(count(&figures, "/check/unresolved") > 0, "{figures}");
}

#[test]
fn a_server_that_does_not_come_back_is_told() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let options = ["--json", "--duration=1s", "--warm-up=0"];
    let loading = begin(&folder, &server, &options);
    wait_for_orders(&folder, 10);
    server.signal(Signal::KILL);
    server.wait();
    let finished = end(loading);
    let parts = ["error: what was acknowledged could not be checked"];
    finished.fails("load", 1, &parts);
    let figures: Value = serde_json::from_str(&finished.stdout).expect("the figures all the same");
    assert_eq!(figures["check"], Value::Null);
    assert!(count(&figures, "/refusedConnections") > 0, "{figures}");
}

#[test]
fn an_interrupt_ends_the_load_and_it_is_checked_and_reported() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let options = ["--json", "--duration=10m", "--warm-up=0"];
    let loading = begin(&folder, &server, &options);
    wait_for_orders(&folder, 100);
    kill_process(Pid::from_child(&loading), Signal::INT).expect("it runs");
    let figures = good(&end(loading), "interrupted");
    assert_eq!(figures["stopped"], true);
    let seconds = figures["windowSeconds"].as_f64().expect("a length");
    assert!(seconds < 60.0, "{seconds}");
    assert!(count(&figures, "/check/acknowledged") >= 100);
}
