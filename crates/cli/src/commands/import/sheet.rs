//! Reads and checks a CSV file (RFC 4180) as a whole, before any row is used.

use std::collections::HashMap;
use std::io::{self, Read};

use csv::{ByteRecord, Position, ReaderBuilder, Terminator, Trim};

use jumun_domain::Command;

use super::problems::Problems;
use super::text::Text;
use crate::database::Importer;
use crate::failure::Failure;

/// Rows of one file: all are held between the check and the import, some
/// hundred bytes each. A larger file has to be split.
pub(super) const MAX_ROWS: usize = 1_000_000;

/// One kind of row.
pub(super) trait Row: Sized {
    /// The columns, all of them required, in any order.
    const COLUMNS: &'static [&'static str];

    /// A row from its cells, in the order of [`Row::COLUMNS`].
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, a sentence each.
    fn parse(cells: &[&str]) -> Result<Self, Vec<String>>;

    /// The id, which no two rows may share.
    fn id(&self) -> i64;

    /// Which ids of these rows the shop has already.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    fn existing(importer: &dyn Importer, rows: &[Numbered<Self>]) -> Result<Vec<i64>, Failure>;

    /// What brings the row in.
    fn into_commands(self) -> Vec<Command>;
}

/// A row and where it was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Numbered<R> {
    /// The line of the file on which it begins, from 1.
    pub(super) line: u64,
    /// The row.
    pub(super) row: R,
}

/// A file and what is wrong with it.
#[derive(Debug)]
pub(super) struct Sheet<R> {
    /// The good rows, in the order of the file.
    pub(super) rows: Vec<Numbered<R>>,
    /// The bad ones.
    pub(super) problems: Problems,
    /// SHA-256 of the file, byte for byte.
    pub(super) digest: [u8; 32],
}

/// Why no row of a file can be used.
#[derive(Debug)]
pub(super) enum BadSheet {
    /// The first line is not the header that it has to be.
    Header(String),
    /// It has more rows than [`MAX_ROWS`].
    TooLong,
    /// It cannot be read.
    Unreadable(io::Error),
}

/// Reads a whole file and checks every row of it. Bad rows are no error: whether
/// the good ones exist already is to be told together with them.
///
/// # Errors
///
/// See [`BadSheet`].
pub(super) fn read<R: Row>(file: impl Read) -> Result<Sheet<R>, BadSheet> {
    // Rows of another length than the header's are told by their line below.
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .trim(Trim::Headers)
        .terminator(Terminator::Any(b'\n'))
        .from_reader(Text::new(file));
    let header = reader.byte_headers().map_err(unreadable)?.clone();
    if let Some(line) = reader.get_ref().quote_left_open() {
        return Err(BadSheet::Header(never_closed(line)));
    }
    let places = places::<R>(&header).map_err(BadSheet::Header)?;
    let mut rows: Vec<Numbered<R>> = Vec::new();
    let mut lines_of_ids = HashMap::new();
    let mut problems = Problems::default();
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(unreadable)? {
        if rows.len() >= MAX_ROWS {
            return Err(BadSheet::TooLong);
        }
        if let Some(line) = reader.get_ref().quote_left_open() {
            problems.add(line, never_closed(line));
            continue;
        }
        let line = line(&record, reader.position());
        match row::<R>(&record, header.len(), &places) {
            Ok(row) => match lines_of_ids.insert(row.id(), line) {
                None => rows.push(Numbered { line, row }),
                Some(first) => {
                    let column = R::COLUMNS[0];
                    problems.add(
                        line,
                        format!("{column} {} is on line {first} too", row.id()),
                    );
                }
            },
            Err(wrong) => problems.add(line, wrong.join("; ")),
        }
    }
    Ok(Sheet {
        rows,
        problems,
        digest: reader.into_inner().digest(),
    })
}

fn never_closed(line: u64) -> String {
    format!("a quote opened on line {line} is never closed")
}

/// The line on which a record begins. The position that the record itself tells
/// is before the blank lines above it; `end` is after its line break.
fn line(record: &ByteRecord, end: &Position) -> u64 {
    let inside = record
        .as_slice()
        .iter()
        .filter(|byte| **byte == b'\n')
        .count();
    end.line().saturating_sub(1 + inside as u64)
}

/// For each of the row's columns, its place in the file.
fn places<R: Row>(header: &ByteRecord) -> Result<Vec<usize>, String> {
    let expected = R::COLUMNS.join(",");
    let names: Vec<String> = header
        .iter()
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    if let Some(unknown) = names
        .iter()
        .find(|name| !R::COLUMNS.contains(&name.as_str()))
    {
        return Err(format!(
            "line 1: `{unknown}` is no column; the header has to be {expected}"
        ));
    }
    let place = |column: &&str| {
        let mut found = names.iter().enumerate().filter(|(_, name)| name == column);
        match (found.next(), found.next()) {
            (Some((place, _)), None) => Ok(place),
            (None, _) => Err(format!(
                "line 1: the column `{column}` is missing; the header has to be {expected}"
            )),
            (Some(_), Some(_)) => Err(format!("line 1: the column `{column}` is there twice")),
        }
    };
    R::COLUMNS.iter().map(place).collect()
}

fn row<R: Row>(record: &ByteRecord, width: usize, places: &[usize]) -> Result<R, Vec<String>> {
    if record.len() != width {
        return Err(vec![format!("{} fields instead of {width}", record.len())]);
    }
    let text = |place: &usize| {
        std::str::from_utf8(record.get(*place).unwrap_or_default())
            .map_err(|_| vec!["not in UTF-8: save the file as `CSV UTF-8`".to_owned()])
    };
    let cells = places.iter().map(text).collect::<Result<Vec<&str>, _>>()?;
    R::parse(&cells)
}

fn unreadable(error: csv::Error) -> BadSheet {
    // Bytes are read into flexible records, so only reading itself can fail.
    BadSheet::Unreadable(io::Error::from(error))
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod tests;
