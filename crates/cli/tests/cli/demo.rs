use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Folder, finish, skipped};

/// A demonstration whose temporary folder is one that the test can look into.
fn demo(folder: &Folder, arguments: &[&str]) -> Command {
    let temporary = folder.file("tmp");
    fs::create_dir_all(&temporary).expect("a folder");
    let mut command = folder.command(["demo"]);
    command.args(arguments).env("TMPDIR", temporary);
    command
}

fn assert_nothing_left(folder: &Folder) {
    let left: Vec<_> = fs::read_dir(folder.file("tmp"))
        .expect("the folder")
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_demonstration_sells_balances_its_books_and_leaves_nothing_behind() {
    let folder = Folder::new();
    let finished = finish(&mut demo(
        &folder,
        &["--listen=127.0.0.1:0", "--duration=3", "--rate=50"],
    ));
    let (stdout, stderr) = (&finished.stdout, &finished.stderr);
    assert_eq!(finished.code, Some(0), "{stdout}{stderr}");
    for part in [
        "/docs",
        "/metrics",
        "/products/popular",
        "curl -X PUT",
        "orders",
        " received, all signatures good, each user's in order; lag p99 ",
        "books balance",
    ] {
        assert!(stdout.contains(part), "no {part:?} in {stdout}");
    }
    assert!(!stdout.contains("failed"), "{stdout}");
    assert_nothing_left(&folder);
}

#[test]
fn a_demonstration_speaks_korean_to_who_does() {
    let folder = Folder::new();
    let mut command = demo(&folder, &["--listen=127.0.0.1:0", "--duration=1s"]);
    let finished = finish(command.env("LANG", "ko_KR.UTF-8"));
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(
        finished.stdout.contains("장부가 맞습니다") && finished.stdout.contains("서명 모두 정상"),
        "{}",
        finished.stdout
    );
}

#[test]
fn a_demonstration_takes_a_free_port_when_its_own_is_taken() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let listen = format!("--listen={address}");
    let finished = finish(&mut demo(&folder, &[&listen, "--duration=1s"]));
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(
        finished.stderr.contains(&format!("{address} is taken")),
        "{}",
        finished.stderr
    );
}

#[test]
fn a_demonstration_that_is_stopped_cleans_up_and_its_lines_to_paste_work() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let folder = Folder::new();
        let mut child = demo(&folder, &["--listen=127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut pasted = Vec::new();
        let mut line = String::new();
        // The last line of the welcome says how to end it.
        while !line.contains("Ctrl-C") {
            line.clear();
            assert_ne!(
                stdout.read_line(&mut line).expect("text"),
                0,
                "it ended: {pasted:?}"
            );
            if line.trim_start().starts_with("curl ") {
                pasted.push(line.trim().to_owned());
            }
        }
        assert_eq!(pasted.len(), 3, "{pasted:?}");
        if signal == Signal::INT {
            paste(&pasted);
        }
        kill_process(Pid::from_child(&child), signal).expect("it runs");
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).expect("text");
        assert_eq!(child.wait().expect("an end").code(), Some(0), "{rest}");
        assert!(rest.contains("books balance"), "{rest}");
        assert!(rest.contains("all signatures good"), "{rest}");
        assert_nothing_left(&folder);
    }
}

/// Runs the lines in a shell, as who reads them would.
fn paste(lines: &[String]) {
    let has_curl = Command::new("curl")
        .arg("--version")
        .output()
        .is_ok_and(|it| it.status.success());
    if !has_curl {
        skipped("the lines to paste", "there is no curl");
        return;
    }
    for line in lines {
        let line = line.replacen("curl", "curl --fail-with-body --silent --show-error", 1);
        let finished = finish(Command::new("sh").args(["-c", &line]));
        assert_eq!(
            finished.code,
            Some(0),
            "{line}: {}{}",
            finished.stdout,
            finished.stderr
        );
    }
}
