//! A password is shown nowhere, wherever it was written and whatever is wrong.

use std::net::TcpListener;

use jumun_test_cluster::{Cluster, Settings};

use crate::support::{Finished, Folder, finish};

/// A password, and no part of any other word.
const PASSWORD: &str = "zebra-9";

fn assert_hidden(what: &str, told: &Finished) {
    for text in [&told.stdout, &told.stderr] {
        assert!(!text.contains("zebra"), "{what}: {text}");
    }
}

#[test]
fn what_is_wrong_with_a_command_line_is_told_without_the_password_in_it() {
    let folder = Folder::new();
    let url = format!("postgres://me:{PASSWORD}@127.0.0.1:1/shop");
    let table = [
        // Not on the command line as it should be.
        (format!("serve {url}"), 2, "unexpected argument"),
        (format!("{url} serve"), 2, "unrecognized subcommand"),
        (format!("serve --databse {url}"), 2, "'--databse'"),
        (format!("serve --databse={url}"), 2, "'--databse'"),
        (
            format!("serve --database {url} --database {url}"),
            2,
            "multiple times",
        ),
        (format!("serve --database my{url}"), 2, "sqlite:jumun.db"),
        (
            format!("serve --database {}", url.replace("//", "")),
            2,
            "sqlite:jumun.db",
        ),
        (format!("serve --listen {url}"), 2, "--listen"),
        (format!("import users {url}"), 1, "cannot read"),
        (
            format!("serve --database password={PASSWORD}"),
            2,
            "sqlite:jumun.db",
        ),
        // Understood, and of no use.
        (
            format!("migrate --database {url}"),
            1,
            "nothing listens at postgres://me@127.0.0.1:1/shop",
        ),
        (
            format!("migrate --database {url}?sslmode=maybe"),
            1,
            "sslmode",
        ),
        (
            format!("migrate --database {url}?password2=zebra"),
            1,
            "password2",
        ),
        (format!("migrate --database {url}@localhost"), 1, "%40"),
        (
            format!("migrate --database postgres://me:{PASSWORD}@/shop"),
            1,
            "no host",
        ),
    ];
    for (line, code, part) in &table {
        let told = folder.run(line);
        told.fails(line, *code, &[part]);
        assert_hidden(line, &told);
    }
}

#[test]
fn a_password_in_the_environment_or_in_the_file_is_not_shown_either() {
    let folder = Folder::new();
    let url = format!("postgres://me:{PASSWORD}@127.0.0.1:1/shop");
    let table = [
        (format!("database = \"{url}\"\n"), 1, "nothing listens"),
        (
            format!("database = \"my{url}\"\n"),
            2,
            "this value is from jumun.toml",
        ),
        (format!("database = {url}\n"), 2, "is not TOML"),
        (format!("database = \"{url}\n"), 2, "is not TOML"),
        (format!("listen = \"{url}\"\n"), 1, "nothing listens"),
    ];
    for (content, code, part) in &table {
        folder.write("jumun.toml", content);
        let mut command = folder.command(["migrate", "--config", "jumun.toml"]);
        if content.starts_with("listen") {
            command.env("JUMUN_DATABASE", &url);
        }
        let told = finish(&mut command);
        told.fails(content, *code, &[part]);
        assert_hidden(content, &told);
    }
    let misspelt = format!("my{url}");
    let told = finish(folder.command(["migrate"]).env("JUMUN_DATABASE", misspelt));
    told.fails("migrate", 2, &["the environment variable JUMUN_DATABASE"]);
    assert_hidden("the environment", &told);
}

#[test]
fn help_shows_no_value_that_holds_a_password() {
    let folder = Folder::new();
    let url = format!("postgres://me:{PASSWORD}@localhost/shop");
    folder.write("jumun.toml", format!("database = \"{url}\"\n"));
    for subcommand in ["serve", "migrate", "audit", "import", "export", "backup"] {
        let mut command = folder.command([subcommand, "--help", "--config", "jumun.toml"]);
        let told = finish(
            command
                .env("JUMUN_DATABASE", &url)
                .env("PGPASSWORD", PASSWORD),
        );
        assert_eq!(told.code, Some(0), "{}", told.stderr);
        assert!(
            told.stdout.contains("postgres://USER@HOST:PORT/DATABASE"),
            "{}",
            told.stdout
        );
        assert_hidden(subcommand, &told);
    }
}

#[test]
fn the_log_of_a_server_holds_no_password_at_any_level() {
    let cluster = Cluster::start(Settings {
        password: Some(PASSWORD.to_owned()),
        ..Settings::default()
    });
    let url = cluster.url("postgres");
    let folder = Folder::new();
    // With its port taken it ends by itself, when the shop is open.
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let mut command = folder.command(["serve", "--listen", &address, "--log-level", "trace"]);
    let told = finish(command.env("JUMUN_DATABASE", &url));
    told.fails("serve", 1, &["cannot listen on", "TRACE"]);
    assert_hidden("the log", &told);
}
