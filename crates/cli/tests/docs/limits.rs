//! Defaults in the documents are those of the program.

use std::fs;
use std::process::Command;

use super::root;
use super::tables::tables;

/// The help of `jumun serve`, each option in one line.
fn help() -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jumun"));
    let output = command
        .args(["serve", "--help"])
        .env_clear()
        .output()
        .expect("the program");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let options = text.split("\n      --").skip(1);
    let joined = |option: &str| option.split_whitespace().collect::<Vec<_>>().join(" ");
    options
        .map(|option| format!("--{}", joined(option)))
        .collect()
}

/// The rows of a document's tables that name an option and one default.
fn told(document: &str, heads: &[&str], column: usize) -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join(document)).expect("a document");
    let tables = tables(&text).into_iter();
    let rows = tables
        .filter(|it| it.begins_with(heads))
        .flat_map(|it| it.rows);
    rows.filter_map(|row| {
        let option = row
            .iter()
            .flat_map(|cell| &cell.code)
            .find(|it| it.starts_with("--"))?;
        let default = row[column].code.first()?;
        let flag = option.split(' ').next()?.to_owned();
        Some((flag, default.clone()))
    })
    .collect()
}

#[test]
fn the_defaults_that_are_told_are_those_of_the_program() {
    let help = help();
    let pages = [
        told(
            "docs/operating/security.md",
            &["Limit", "Option", "Default"],
            2,
        ),
        told(
            "docs/operating/embedded.md",
            &["flag", "environment", "key of the file", "default"],
            3,
        ),
    ];
    let mut wrong = Vec::new();
    for told in &pages {
        assert!(told.len() >= 8, "the options of the page: {told:?}");
        for (flag, default) in told {
            let option = help
                .iter()
                .find(|it| it.split([' ', '[']).next() == Some(flag));
            match option {
                None => wrong.push(format!("there is no {flag}")),
                Some(option) if option.contains(&format!("[default: {default}")) => {}
                Some(option) => wrong.push(format!("not {default}: {option}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
