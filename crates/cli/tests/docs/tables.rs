//! Tables of a document.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// A table: its head, and its rows of as many cells.
#[derive(Default)]
pub(super) struct Table {
    pub(super) head: Vec<Cell>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// A cell, as a reader sees it.
#[derive(Default)]
pub(super) struct Cell {
    pub(super) text: String,
    /// The parts that are code.
    pub(super) code: Vec<String>,
    pub(super) links: Vec<Link>,
}

/// A link within a cell.
#[derive(Default, Debug)]
pub(super) struct Link {
    pub(super) text: String,
    pub(super) target: String,
}

impl Table {
    /// Whether these are its first heads.
    pub(super) fn begins_with(&self, heads: &[&str]) -> bool {
        let own = self.head.iter().map(|cell| &*cell.text);
        own.take(heads.len()).eq(heads.iter().copied())
    }
}

/// All tables of a document, in its order.
pub(super) fn tables(document: &str) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let (mut row, mut cell) = (Vec::new(), Cell::default());
    let mut link: Option<Link> = None;
    for event in Parser::new_ext(document, Options::all()) {
        match event {
            Event::Start(Tag::Table(_)) => tables.push(Table::default()),
            Event::Start(Tag::TableCell) => cell = Cell::default(),
            Event::End(TagEnd::TableCell) => row.push(std::mem::take(&mut cell)),
            Event::End(TagEnd::TableHead) => {
                tables.last_mut().expect("a table").head = std::mem::take(&mut row);
            }
            Event::End(TagEnd::TableRow) => {
                let row = std::mem::take(&mut row);
                tables.last_mut().expect("a table").rows.push(row);
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                link = Some(Link {
                    target: dest_url.to_string(),
                    ..Link::default()
                });
            }
            Event::End(TagEnd::Link) => cell.links.extend(link.take()),
            Event::Text(text) | Event::Code(text) if link.is_some() => {
                link.as_mut().expect("a link").text.push_str(&text);
            }
            Event::Text(text) => cell.text.push_str(&text),
            Event::Code(text) => {
                cell.text.push_str(&text);
                cell.code.push(text.to_string());
            }
            _ => {}
        }
    }
    tables
}

#[test]
fn a_table_is_read_with_its_code_and_links() {
    let tables = tables("a\n\n| h | i |\n|---|---|\n| x `y` | [`t`](u.md) |\n| z | |\n");
    let [table] = &*tables else {
        panic!("one table");
    };
    assert!(table.begins_with(&["h"]) && table.begins_with(&["h", "i"]));
    assert!(!table.begins_with(&["i"]));
    let [first, second] = &*table.rows else {
        panic!("two rows");
    };
    assert_eq!(
        (&*first[0].text, &*first[0].code),
        ("x y", &["y".to_owned()][..])
    );
    let link = &first[1].links[0];
    assert_eq!((&*link.text, &*link.target), ("t", "u.md"));
    assert!(second[0].text == "z" && second[1].links.is_empty());
}
