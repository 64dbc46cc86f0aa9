//! `jumun doctor`: what is broken is found, and what is not is left alone.

mod databases;
mod deployments;
mod settings;
mod tokens;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Folder, finish};

/// What a run of the doctor found.
struct Report {
    code: Option<i32>,
    checks: Vec<Value>,
}

impl Report {
    /// Of a command that prints JSON.
    fn of(command: &mut Command) -> Self {
        let finished = finish(command.arg("--json"));
        let printed: Value = serde_json::from_str(&finished.stdout)
            .unwrap_or_else(|_| panic!("{}{}", finished.stdout, finished.stderr));
        let checks = printed["checks"].as_array().expect("checks").clone();
        Self {
            code: finished.code,
            checks,
        }
    }

    /// The worst verdict on something.
    fn verdict(&self, check: &str) -> &str {
        let of = |verdict: &'static str| {
            let is_it = |it: &Value| it["check"] == check && it["verdict"] == verdict;
            self.checks.iter().any(is_it).then_some(verdict)
        };
        let worst = of("wrong").or_else(|| of("warning")).or_else(|| of("ok"));
        worst.unwrap_or("not checked")
    }

    /// Asserts the verdict, that it comes with what to do, and the exit code.
    fn says(&self, check: &str, verdict: &str) {
        assert_eq!(self.verdict(check), verdict, "{check}: {:#?}", self.checks);
        for it in &self.checks {
            let is_well = it["verdict"] == "ok";
            assert_eq!(it["remedy"].is_null(), is_well, "{it}");
        }
        let is_wrong = self.checks.iter().any(|it| it["verdict"] == "wrong");
        assert_eq!(self.code, Some(i32::from(is_wrong)), "{:#?}", self.checks);
    }

    /// Asserts the verdict, and that what was found and what to do have all of
    /// `parts`.
    fn tells(&self, check: &str, verdict: &str, parts: &[&str]) {
        self.says(check, verdict);
        let it = self.checks.iter().find(|it| it["check"] == check);
        let it = it.expect("checked");
        let told = format!("{} {}", it["found"], it["remedy"]);
        for part in parts {
            assert!(told.contains(part), "{check} does not say {part:?}: {told}");
        }
    }
}

/// Checks the shop of this folder with these options.
fn check(folder: &Folder, options: &str) -> Report {
    Report::of(&mut folder.shop_command(&format!("doctor {options}")))
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("the file is ours");
}

#[test]
fn what_is_as_it_should_be_is_told_in_a_table_and_nothing_is_changed() {
    let folder = Folder::new();
    folder.shop_succeeds("migrate");
    set_mode(&folder.file("shop.db"), 0o600);
    let before = fs::read(folder.file("shop.db")).expect("a file");
    let told = folder.shop("doctor");
    assert_eq!(told.code, Some(0), "{}{}", told.stdout, told.stderr);
    for part in ["check ", "database ", "durability ", "exposure ", "0 wrong"] {
        assert!(told.stdout.contains(part), "no {part:?} in {}", told.stdout);
    }
    assert_eq!(fs::read(folder.file("shop.db")).expect("a file"), before);
    assert!(!folder.file("shop.db.lock").exists());
}

#[test]
fn wrong_usage_ends_with_status_2() {
    let folder = Folder::new();
    let table: [(&str, &[&str]); 4] = [
        ("doctor --listen 8080", &["--listen", "127.0.0.1:8080"]),
        ("doctor --url shop.example.com", &["--url", "https://"]),
        (
            "doctor --url https://me:zebra@host",
            &["--url", "JUMUN_TOKEN"],
        ),
        ("doctor --ulr https://host", &["--ulr"]),
    ];
    for (line, parts) in table {
        let told = folder.run(line);
        told.fails(line, 2, parts);
        assert!(!told.stderr.contains("zebra"), "{}", told.stderr);
    }
    folder.write("jumun.toml", "databse = \"sqlite:shop.db\"\n");
    let unknown = "doctor --config jumun.toml";
    folder.fail(unknown, 2, &["`databse` is no option"]);
}
