use std::process::Stdio;

use crate::support::{Folder, finish};

#[test]
fn wrong_usage_ends_with_status_2_and_says_what_is_wrong() {
    let table: &[(&str, &[&str])] = &[
        ("", &["Usage:"]),
        ("serv", &["unrecognized subcommand 'serv'", "'serve'"]),
        ("serve --port 1", &["unexpected argument '--port'"]),
        ("serve --listen 8080", &["--listen", "127.0.0.1:8080"]),
        (
            "serve --database shop.db",
            &["--database", "sqlite:jumun.db"],
        ),
        (
            "serve --database mysql://localhost/shop",
            &["sqlite:jumun.db", "postgres://"],
        ),
        ("serve --batches 0", &["--batches", "from 1 to 64"]),
        ("serve --batches 65", &["--batches", "from 1 to 64"]),
        ("serve --readers 0", &["--readers", "from 1 to 1000"]),
        ("serve --currency won", &["--currency", "KRW"]),
        ("serve --name a/b", &["--name", "letters"]),
        ("serve --auth tokens", &["--auth", "none, token"]),
        ("serve --max-connections 0", &["--max-connections"]),
        (
            "serve --max-connections-per-address 0",
            &["--max-connections-per-address", "from 1 to 1000000"],
        ),
        (
            "serve --metrics-listen 9100",
            &["--metrics-listen", "127.0.0.1:8080"],
        ),
        ("serve --behind-proxy=maybe", &["--behind-proxy"]),
        (
            "serve --allowed-host https://shop.example.com",
            &["--allowed-host", "without scheme and port"],
        ),
        ("serve --header-timeout soon", &["--header-timeout", "30s"]),
        ("serve --log-format xml", &["--log-format", "json"]),
        (
            "serve --header-timeout -1",
            &[
                "invalid value '-1' for '--header-timeout",
                "above zero, such as 30s",
            ],
        ),
        (
            "serve --drain-timeout -1s",
            &["'-1s'", "--drain-timeout", "above zero"],
        ),
        (
            "serve --max-connections -1",
            &["'-1'", "--max-connections", "from 1 to 1000000"],
        ),
        (
            "serve --queue-capacity many",
            &["--queue-capacity", "from 1 to 1000000"],
        ),
        ("serve --log-level =,", &["no log level"]),
        (
            "serve --log-level blah",
            &[
                "invalid value 'blah' for '--log-level",
                "off, error, warn, info, debug, trace",
            ],
        ),
        (
            "serve --log-level info,jumun_server=loud",
            &["no log level"],
        ),
        (
            "demo --rate -1",
            &["invalid value '-1' for '--rate", "from 1 to 1000"],
        ),
        ("demo --duration -1", &["'-1'", "--duration", "above zero"]),
        ("import users", &["<FILE.csv>"]),
        ("import orders orders.csv", &["users, products"]),
        ("export users", &["orders, events"]),
        ("export orders --since yesterday", &["--since", "RFC 3339"]),
        (
            "export orders --since 2026-11-20T00:00:00",
            &["--since", "offset"],
        ),
        ("backup", &["<FILE>"]),
        ("events", &["Usage:", "replay"]),
        ("events show", &["unrecognized subcommand 'show'"]),
        ("events list a b", &["unexpected argument 'b'"]),
        (
            "events list --state late",
            &["--state", "failing, blocked, dead"],
        ),
        ("events list --limit 0", &["--limit", "from 1 to 1000"]),
        ("events replay", &["--sequence <N>", "--failed-since"]),
        ("events replay --from 1", &["--to <N>"]),
        ("events replay --to 1", &["--from <N>"]),
        (
            "events replay --from 2 --to 1",
            &["--from 2 is after --to 1"],
        ),
        (
            "events replay --sequence 1 --from 1 --to 2",
            &["cannot be used with"],
        ),
        ("events replay --sequence -1", &["'-1'", "--sequence"]),
        ("events replay --failed-since today", &["RFC 3339"]),
        (
            "serve --allow-private-platforms=maybe",
            &["--allow-private-platforms"],
        ),
        ("completions tcl", &["bash"]),
        ("demo --rate 0", &["--rate"]),
    ];
    let folder = Folder::new();
    for (line, parts) in table {
        folder.fail(line, 2, parts);
    }
    let left = std::fs::read_dir(folder.path())
        .expect("the folder")
        .count();
    assert_eq!(left, 0, "wrong usage leaves nothing behind");
}

#[test]
fn help_and_version_go_to_stdout_with_examples_and_status_0() {
    let folder = Folder::new();
    assert!(folder.succeed("--version").starts_with("jumun "));
    assert!(folder.succeed("--help").contains("Examples:"));
    let subcommands = [
        "serve",
        "demo",
        "migrate",
        "audit",
        "import",
        "export",
        "events",
        "load",
        "backup",
        "completions",
    ];
    for subcommand in subcommands {
        let help = folder.succeed(&format!("{subcommand} --help"));
        assert!(help.contains("Examples:"), "{help}");
    }
}

#[test]
fn each_shell_gets_a_completion_script() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = folder.succeed(&format!("completions {shell}"));
        assert!(script.contains("audit"), "{shell}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = Folder::new();
    let mut child = folder
        .command(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("an end");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn errors_go_to_stderr_with_what_to_do_next() {
    let folder = Folder::new();
    let finished = finish(&mut folder.command(["audit"]));
    finished.fails(
        "audit",
        1,
        &["error: there is no database at jumun.db", "\nhelp: "],
    );
    assert_eq!(finished.stdout, "");
}
