//! What the operators' page says of tables is so.

use jumun_store_sqlite::{Options, migrate};
use rusqlite::Connection;

const PAGE: &str = include_str!("../../../../docs/operating/embedded.md");

fn connection() -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    migrate(&path, &Options::default()).unwrap();
    let connection = Connection::open(path).unwrap();
    (folder, connection)
}

/// What stands between backquotes.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn the_columns_of_each_table_that_is_described_are_those_it_has() {
    let (_folder, connection) = connection();
    let mut described = Vec::new();
    let table = PAGE.split("| table | columns | holds |\n").nth(1).unwrap();
    for row in table.lines().skip(1).take_while(|it| it.starts_with('|')) {
        let cells: Vec<_> = row.split('|').collect();
        let name = quoted(cells[1])[0];
        let mut statement = connection
            .prepare("SELECT name FROM pragma_table_info(?1)")
            .unwrap();
        let columns = statement.query_map([name], |row| row.get(0)).unwrap();
        let columns: Vec<String> = columns.collect::<rusqlite::Result<_>>().unwrap();
        assert_eq!(quoted(cells[2]), columns, "{name}");
        described.push(name);
    }
    assert_eq!(described, ["tokens", "revocations", "changes"]);
}

#[test]
fn every_statement_of_the_page_runs() {
    let (_folder, connection) = connection();
    let blocks: Vec<_> = PAGE.split("```sql\n").skip(1).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        let sql = block.split("```").next().unwrap();
        let mut statement = connection.prepare(sql).unwrap();
        assert!(statement.query([]).unwrap().next().unwrap().is_none());
    }
}
