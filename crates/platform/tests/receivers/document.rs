//! What the documents hold, each part found by a comment or a title before it.

const DOCUMENT: &str = include_str!("../../../../docs/platforms/receiving.md");

/// The program that `<!-- program: NAME -->` precedes.
pub(crate) fn program(name: &str) -> String {
    let (_, after) = split(DOCUMENT, &format!("<!-- program: {name} -->\n"));
    let (between, after) = split(after, "```");
    assert_eq!(between.trim(), "", "{name} is not right after its comment");
    format!("{}\n", block(after))
}

/// The headers and the body of the example, as it stands there.
pub(crate) fn example() -> (&'static str, &'static str) {
    let (_, after) = split(DOCUMENT, "## What comes\n");
    let (_, after) = split(after, "```\n");
    let (head, after) = split(after, "\n```");
    let (_, after) = split(after, "```json");
    (head, block(after))
}

/// The secret that the example is signed with.
pub(crate) fn example_secret() -> &'static str {
    let (_, after) = split(DOCUMENT, "secret of this example is `");
    split(after, "`").0
}

/// The cells of the table that `<!-- table: NAME -->` precedes in this document,
/// without its header.
pub(crate) fn table(document: &'static str, name: &str) -> Vec<Vec<&'static str>> {
    let (_, after) = split(document, &format!("<!-- table: {name} -->\n"));
    let lines = after.lines().skip_while(|line| line.is_empty());
    let rows = lines.take_while(|line| line.starts_with('|')).skip(2);
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

/// What is between the rest of the line that opens a block and its end.
fn block(after_fence: &'static str) -> &'static str {
    let (_, after) = split(after_fence, "\n");
    split(after, "\n```").0
}

fn split(text: &'static str, at: &str) -> (&'static str, &'static str) {
    let Some(parts) = text.split_once(at) else {
        panic!("a document in docs/platforms has no {at:?} where one belongs");
    };
    parts
}
