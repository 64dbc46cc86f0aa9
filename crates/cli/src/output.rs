//! What goes to standard output, and notes on standard error.

use std::fmt::Display;
use std::io::{self, BufWriter, StdoutLock, Write as _};

use crate::failure::Failure;

/// Writes to standard output through a buffer, which is flushed at the end.
///
/// # Errors
///
/// When the output cannot be written; [`Failure::ReaderGone`] on a broken pipe.
pub(crate) fn to_stdout(
    write: impl FnOnce(&mut BufWriter<StdoutLock<'static>>) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut stdout = BufWriter::new(io::stdout().lock());
    write(&mut stdout)
        .and_then(|()| stdout.flush())
        .map_err(|error| Failure::output(&error))
}

/// One line on standard output, visible at once to whoever waits for it.
///
/// # Errors
///
/// As [`to_stdout`].
pub(crate) fn line(text: impl Display) -> Result<(), Failure> {
    to_stdout(|stdout| writeln!(stdout, "{text}"))
}

/// One line on standard error, for a person.
pub(crate) fn note(text: impl Display) {
    // With stderr gone there is nobody left to tell.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// `1 row`, `2 rows`
pub(crate) fn rows(count: u64) -> String {
    format!("{count} {}", if count == 1 { "row" } else { "rows" })
}

/// Rows in columns as wide as their widest cell. The columns named in
/// `numeric` are aligned to the right.
pub(crate) fn table(rows: &[Vec<String>], numeric: &[usize]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
    };
    let widths: Vec<usize> = (0..columns)
        .map(|column| width(column).unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let padding = " ".repeat(widths[column].saturating_sub(cell.chars().count()));
            let gap = if column == 0 { "" } else { "  " };
            let (left, right) = if numeric.contains(&column) {
                (&*padding, "")
            } else {
                ("", &*padding)
            };
            line.push_str(gap);
            line.push_str(left);
            line.push_str(cell);
            line.push_str(right);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_aligns_numbers_to_the_right_and_ends_no_line_in_spaces() {
        let rows = [
            vec!["law".to_owned(), "checked".to_owned()],
            vec!["ledger".to_owned(), "7".to_owned()],
        ];
        assert_eq!(table(&rows, &[1]), "law     checked\nledger        7\n");
        assert_eq!(table(&rows, &[]), "law     checked\nledger  7\n");
    }
}
