//! The keys of a `[[platform]]`, as the documents list them.

use crate::support::Folder;

const DOCUMENT: &str = include_str!("../../../../../docs/platforms/configuring.md");

/// The keys of the table that is marked, each in its first cell.
fn documented() -> Vec<&'static str> {
    let (_, after) = DOCUMENT
        .split_once("<!-- table: settings -->\n")
        .expect("a marked table");
    let lines = after.lines().skip_while(|line| line.is_empty());
    let rows = lines.take_while(|line| line.starts_with('|')).skip(2);
    rows.map(|row| {
        let cell = row.trim_start_matches('|').split('|').next();
        let cell = cell.expect("a cell").trim();
        cell.strip_prefix('`')
            .and_then(|key| key.strip_suffix('`'))
            .expect("a key as code")
    })
    .collect()
}

#[test]
fn the_documents_list_the_keys_that_are_taken_and_no_other_in_the_same_order() {
    let folder = Folder::new();
    folder.write(
        "jumun.toml",
        "[[platform]]\nurl = \"https://host/\"\nzzz = 1\n",
    );
    let told = folder.run("serve --listen=127.0.0.1:0 --config jumun.toml");
    let (_, taken) = told
        .stderr
        .split_once("use only: ")
        .expect("the keys that are taken");
    let taken: Vec<&str> = taken.trim_end().split(", ").collect();
    assert_eq!(taken, documented());
}
