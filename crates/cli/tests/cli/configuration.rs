use std::process::Command;

use crate::support::{Folder, finish};

/// The database that `migrate` created, of four that it could have.
fn created(folder: &Folder, command: &mut Command) -> String {
    let finished = finish(command);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let names = ["flag.db", "environment.db", "file.db", "jumun.db"];
    let there: Vec<&str> = names
        .into_iter()
        .filter(|name| folder.file(name).exists())
        .collect();
    assert_eq!(there.len(), 1, "{there:?}");
    there[0].to_owned()
}

const FLAG: &str = "--database=sqlite:flag.db";
const ENVIRONMENT: (&str, &str) = ("JUMUN_DATABASE", "sqlite:environment.db");
const FILE: &str = "database = \"sqlite:file.db\"\n";

#[test]
fn without_anything_the_default_holds() {
    let folder = Folder::new();
    assert_eq!(
        created(&folder, &mut folder.command(["migrate"])),
        "jumun.db"
    );
}

#[test]
fn the_file_beats_the_default() {
    let folder = Folder::new();
    folder.write("jumun.toml", FILE);
    let mut command = folder.command(["migrate", "--config", "jumun.toml"]);
    assert_eq!(created(&folder, &mut command), "file.db");
}

#[test]
fn the_file_can_be_named_by_the_environment_or_before_the_subcommand() {
    let folder = Folder::new();
    folder.write("jumun.toml", FILE);
    let mut command = folder.command(["migrate"]);
    assert_eq!(
        created(&folder, command.env("JUMUN_CONFIG", "jumun.toml")),
        "file.db"
    );
    let mut command = folder.command(["--config=jumun.toml", "migrate"]);
    assert_eq!(created(&folder, &mut command), "file.db");
}

#[test]
fn the_environment_beats_the_file() {
    let folder = Folder::new();
    folder.write("jumun.toml", FILE);
    let mut command = folder.command(["migrate", "--config", "jumun.toml"]);
    assert_eq!(
        created(&folder, command.env(ENVIRONMENT.0, ENVIRONMENT.1)),
        "environment.db"
    );
}

#[test]
fn the_flag_beats_the_environment_and_the_file() {
    let folder = Folder::new();
    folder.write("jumun.toml", FILE);
    let mut command = folder.command(["migrate", FLAG, "--config", "jumun.toml"]);
    assert_eq!(
        created(&folder, command.env(ENVIRONMENT.0, ENVIRONMENT.1)),
        "flag.db"
    );
}

#[test]
fn a_switch_can_be_taken_back_by_what_comes_before() {
    let folder = Folder::new();
    folder.succeed("migrate");
    folder.write("jumun.toml", "json = true\n");
    let is_json = |command: &mut Command| {
        let finished = finish(command);
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        finished.stdout.starts_with('{')
    };
    let config = ["audit", "--config", "jumun.toml"];
    assert!(is_json(&mut folder.command(config)));
    assert!(!is_json(folder.command(config).env("JUMUN_JSON", "false")));
    assert!(is_json(
        folder.command(config).env("JUMUN_JSON", "0").arg("--json")
    ));
    assert!(!is_json(
        folder
            .command(config)
            .env("JUMUN_JSON", "1")
            .arg("--json=false")
    ));
}

#[test]
fn keys_are_options_in_either_spelling_and_numbers_may_be_bare() {
    let folder = Folder::new();
    let table = [
        "log_format = \"json\"",
        "log-format = \"json\"",
        "max_connections = 10",
    ];
    for line in table {
        folder.write("jumun.toml", line);
        folder.succeed("migrate --config jumun.toml");
    }
}

#[test]
fn a_file_that_cannot_be_used_is_told_with_what_is_wrong() {
    let table: &[(&str, &[&str])] = &[
        (
            "databse = \"x\"",
            &["`databse` is no option", "did you mean `database`?"],
        ),
        (
            "log-fromat = \"json\"",
            &["`log-fromat` is no option", "`log_format`"],
        ),
        ("zzz = 1", &["`zzz` is no option", "lists the options"]),
        ("config = \"x\"", &["`config` is no option"]),
        ("[serve]\nlisten = \"x\"", &["`serve` is no option"]),
        (
            "database = [\"sqlite:a.db\"]",
            &["the value of `database` is an array"],
        ),
        ("log_level = \"info\"\nlog-level = \"warn\"", &["twice"]),
        ("database", &["jumun.toml is not TOML"]),
        (
            "database = \"shop.db\"",
            &["'shop.db'", "this value is from jumun.toml"],
        ),
    ];
    let folder = Folder::new();
    for (content, parts) in table {
        folder.write("jumun.toml", content);
        folder.fail("migrate --config jumun.toml", 2, parts);
    }
    folder.fail(
        "migrate --config missing.toml",
        2,
        &["missing.toml", "help: check the path"],
    );
    assert!(!folder.file("jumun.db").exists());
}

#[test]
fn a_wrong_value_in_the_environment_is_told_with_its_variable() {
    let folder = Folder::new();
    let finished = finish(folder.command(["migrate"]).env("JUMUN_CURRENCY", "won"));
    finished.fails(
        "migrate",
        2,
        &["'won'", "the environment variable JUMUN_CURRENCY"],
    );
}

#[test]
fn a_file_without_an_end_is_read_to_its_bound_and_no_further() {
    let folder = Folder::new();
    folder.fail(
        "migrate --config /dev/zero",
        2,
        &["/dev/zero is larger than 1 MiB", "check the path"],
    );
    folder.write("bytes", b"database = \"\xff\"\n");
    let parts = ["cannot read the configuration file bytes", "UTF-8"];
    folder.fail("migrate --config bytes", 2, &parts);
}
