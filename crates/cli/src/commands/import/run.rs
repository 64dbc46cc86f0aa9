//! Checks a file, against the database too, and only then brings it in.

use std::collections::HashSet;
use std::fs::File;
use std::io::BufReader;

use jumun_domain::Request;
use jumun_store_sqlite::{ImportError, ImportRow, Importer, Options};

use super::Arguments;
use super::problems::Problems;
use super::sheet::{self, BadSheet, MAX_ROWS, Numbered, Row, Sheet};
use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;

/// Imports a file of one kind of row.
///
/// # Errors
///
/// When the file cannot be read, has a bad row, or the database cannot be
/// written.
pub(super) fn import<R: Row>(arguments: &Arguments) -> Result<(), Failure> {
    let path = arguments.database.file()?;
    let shown = arguments.file.display();
    let Sheet { rows, digest } = read::<R>(arguments)?;
    let options = Options {
        currency: arguments.currency.currency,
        ..Options::default()
    };
    let mut importer = Importer::open(path, &options).map_err(Failure::engine)?;
    let resumed = importer
        .already_done(&digest)
        .map_err(|error| stopped(&error))?;
    let mut fresh = rows.iter();
    if let Some(last) = usize::try_from(resumed)
        .ok()
        .and_then(|rows| rows.checked_sub(1))
    {
        // These are in, and no mistake of the file.
        fresh.nth(last);
    }
    let problems = existing(&importer, fresh.as_slice())?;
    if !problems.is_empty() {
        return Err(bad_rows(arguments, &problems));
    }
    let total = rows.len() as u64;
    let rows: Vec<ImportRow> = rows.into_iter().map(commands).collect();
    let progress = Progress::bar(total, "importing");
    let imported = importer
        .import(&digest, &rows, &mut |done| progress.set(done, None))
        .map_err(|error| stopped(&error))?;
    drop(progress);
    let earlier = match imported.resumed {
        0 => String::new(),
        rows => format!(", and {rows} in an earlier run that was cut short"),
    };
    output::note(format!(
        "imported {} rows of {shown}{earlier}",
        imported.rows
    ));
    Ok(())
}

fn read<R: Row>(arguments: &Arguments) -> Result<Sheet<R>, Failure> {
    let path = arguments.file.display();
    let unreadable = |error: std::io::Error| {
        Failure::new(format!("cannot read {path}: {error}"))
            .help("check the path of the file, and that this user may read it")
    };
    let file = File::open(&arguments.file).map_err(unreadable)?;
    sheet::read(BufReader::new(file)).map_err(|bad| match bad {
        BadSheet::Unreadable(error) => unreadable(error),
        BadSheet::Header(told) => Failure::new(format!("{path}: {told}; nothing was imported"))
            .help("correct the header, and import the file again"),
        BadSheet::TooLong => Failure::new(format!(
            "{path} has more than {MAX_ROWS} rows; nothing was imported"
        ))
        .help("split it, each part with the header, and import the parts one by one"),
        BadSheet::Rows(problems) => bad_rows(arguments, &problems),
    })
}

/// The rows whose ids are in the database already.
fn existing<R: Row>(importer: &Importer, rows: &[Numbered<R>]) -> Result<Problems, Failure> {
    let existing: HashSet<i64> = R::existing(importer, rows)
        .map_err(|error| stopped(&error))?
        .into_iter()
        .collect();
    let mut problems = Problems::default();
    for Numbered { line, row } in rows {
        if existing.contains(&row.id()) {
            problems.add(
                *line,
                format!("{} {} exists already", R::COLUMNS[0], row.id()),
            );
        }
    }
    Ok(problems)
}

fn commands<R: Row>(numbered: Numbered<R>) -> ImportRow {
    let commands = numbered.row.into_commands();
    let requests = commands
        .into_iter()
        .map(|command| Request::new(command, None))
        .collect();
    ImportRow {
        line: numbered.line,
        requests,
    }
}

fn bad_rows(arguments: &Arguments, problems: &Problems) -> Failure {
    Failure::new(format!("{}: {problems}", arguments.file.display()))
        .help("correct these rows, or leave them out, and import the file again")
}

fn stopped(error: &ImportError) -> Failure {
    match error {
        ImportError::Row { .. } | ImportError::Kept { .. } => Failure::new(error.to_string())
            .help("correct this row, or leave out what is in, and import the file again"),
        ImportError::Storage { .. } => Failure::engine(error),
    }
}
