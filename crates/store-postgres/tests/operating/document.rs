//! What the document holds: statements and tables, each found by a comment
//! before it.

const DOCUMENT: &str = include_str!("../../../../docs/operating/postgres.md");

/// The statements of the block that `<!-- sql: NAME -->` precedes.
pub(crate) fn sql(name: &str) -> &'static str {
    let marker = format!("<!-- sql: {name} -->");
    let (_, after) = split(DOCUMENT, &marker);
    let (between, after) = split(after, FENCE);
    assert_eq!(between.trim(), "", "{marker} is not right before its block");
    split(after, END).0
}

/// Every block of statements that no comment precedes: the examples.
pub(crate) fn examples() -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut rest = DOCUMENT;
    while let Some((before, after)) = rest.split_once(FENCE) {
        let (block, after) = split(after, END);
        if !before.trim_end().ends_with("-->") {
            found.push(block);
        }
        rest = after;
    }
    found
}

/// The cells of the table that `<!-- table: NAME -->` precedes, without its
/// header.
pub(crate) fn table(name: &str) -> Vec<Vec<&'static str>> {
    let marker = format!("<!-- table: {name} -->");
    let (_, after) = split(DOCUMENT, &marker);
    let lines = after.lines().skip_while(|line| line.is_empty());
    let rows = lines.take_while(|line| line.starts_with('|')).skip(2);
    let rows: Vec<Vec<_>> = rows
        .map(|row| row.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert!(!rows.is_empty(), "{marker} is not right before its table");
    rows
}

/// The code spans of a cell, without their marks.
pub(crate) fn codes(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

const FENCE: &str = "```sql\n";
const END: &str = "\n```";

fn split(text: &'static str, at: &str) -> (&'static str, &'static str) {
    let Some(parts) = text.split_once(at) else {
        panic!("docs/operating/postgres.md has no {at:?} where one belongs");
    };
    parts
}
