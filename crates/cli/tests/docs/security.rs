//! `docs/operating/security.md`: what it says is met names what proves it.

use std::fs;

use super::tables::{Table, tables};
use super::{proofs, root};

/// The list that the first table follows: OWASP API Security Top 10, 2023.
const LIST_LENGTH: usize = 10;

fn threats() -> Vec<Table> {
    let path = root().join("docs/operating/security.md");
    let document = fs::read_to_string(path).expect("the page on security");
    let all = tables(&document).into_iter();
    all.filter(|table| table.begins_with(&["Threat", "What is done"]))
        .collect()
}

#[test]
fn every_threat_names_tests_or_scripts_that_exist() {
    let folder = root().join("docs/operating");
    let threats = threats();
    assert!(threats.len() >= 2, "the list, and what is our own");
    let mut wrong = Vec::new();
    for row in threats.iter().flat_map(|table| &table.rows) {
        let (threat, proofs) = (&row[0].text, &row[2].links);
        if proofs.is_empty() {
            wrong.push(format!("{threat}: nothing proves it"));
        }
        let found = proofs
            .iter()
            .filter_map(|it| proofs::check(it, &folder).err());
        wrong.extend(found.map(|it| format!("{threat}: {it}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_first_table_has_the_whole_list_in_its_order() {
    let threats = threats();
    let rows = threats.first().expect("a table").rows.iter();
    let named: Vec<_> = rows
        .map(|row| row[0].text.split(' ').next().expect("a number"))
        .collect();
    let expected: Vec<_> = (1..=LIST_LENGTH)
        .map(|number| format!("API{number}"))
        .collect();
    assert_eq!(named, expected);
}
