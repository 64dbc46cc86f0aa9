//! Checks a file, against the database too, and only then brings it in.

use std::collections::HashSet;
use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;

use jumun_domain::{Actor, Request};
use jumun_store::ImportRow;
use tokio::runtime::Runtime;

use super::Arguments;
use super::problems::Problems;
use super::sheet::{self, BadSheet, MAX_ROWS, Numbered, Row, Sheet};
use crate::actor::at_the_command_line;
use crate::database::Importer;
use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;
use crate::signals::{Hangup, Stop};

/// Imports a file of one kind of row.
///
/// # Errors
///
/// When the file cannot be read, has a bad row, or the database cannot be
/// written.
pub(super) fn import<R: Row>(arguments: &Arguments) -> Result<(), Failure> {
    let engine = arguments.database.engine()?;
    let shown = arguments.file.display();
    let Sheet {
        rows,
        mut problems,
        digest,
    } = read::<R>(arguments)?;
    if !problems.is_empty() && !engine.exists()? {
        // A bad file creates no database.
        return Err(bad_rows(arguments, &problems));
    }
    let mut importer = engine.importer(arguments.currency.currency)?;
    let resumed = importer.already_done(&digest)?;
    let mut fresh = rows.iter();
    if let Some(last) = usize::try_from(resumed)
        .ok()
        .and_then(|rows| rows.checked_sub(1))
    {
        // These are in, and no mistake of the file.
        fresh.nth(last);
    }
    let some_exist = existing(&*importer, fresh.as_slice(), &mut problems)?;
    if !problems.is_empty() {
        let refusal = bad_rows(arguments, &problems);
        let unfinished = importer.unfinished()?;
        return Err(if some_exist && !unfinished.is_empty() {
            refusal.help(finish_first(&unfinished))
        } else {
            refusal
        });
    }
    let total = rows.len() as u64;
    let by = at_the_command_line();
    let rows: Vec<ImportRow> = rows.into_iter().map(|row| commands(row, &by)).collect();
    // From here on a signal must not leave the user guessing what is in.
    let signals = Signals::listen()?;
    let progress = Progress::bar(total, "importing");
    let imported = importer.import(&digest, &rows, &mut |done| {
        progress.set(done, None);
        if signals.stop.is_asked() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    drop(progress);
    let earlier = match imported.resumed {
        0 => String::new(),
        rows => format!(", and {rows} in an earlier run that was cut short"),
    };
    output::note(format!(
        "imported {} of {shown}{earlier}",
        output::rows(imported.rows)
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
    })
}

/// Adds the rows whose ids are in the database already; whether there are any.
fn existing<R: Row>(
    importer: &dyn Importer,
    rows: &[Numbered<R>],
    problems: &mut Problems,
) -> Result<bool, Failure> {
    let existing: HashSet<i64> = R::existing(importer, rows)?.into_iter().collect();
    for Numbered { line, row } in rows {
        if existing.contains(&row.id()) {
            problems.add(
                *line,
                format!("{} {} exists already", R::COLUMNS[0], row.id()),
            );
        }
    }
    Ok(!existing.is_empty())
}

/// What to do about rows that an import which was cut short may have brought in.
fn finish_first(unfinished: &[u64]) -> String {
    match unfinished {
        [done] => format!(
            "an earlier import was cut short after {}, which may be these; import that same, \
             unchanged file again to finish it, and then what it lacks as a file of its own",
            output::rows(*done)
        ),
        several => format!(
            "{} earlier imports were cut short, after {} in all, which may be these; import each \
             of those same, unchanged files again to finish it, and then what they lack as a file \
             of its own",
            several.len(),
            output::rows(several.iter().sum())
        ),
    }
}

/// The signals that stop an import in good order.
struct Signals {
    stop: Stop,
    /// It listens as long as this lives.
    _runtime: Runtime,
}

impl Signals {
    fn listen() -> Result<Self, Failure> {
        let cannot = |error: std::io::Error| {
            Failure::new(format!("cannot listen for signals: {error}")).help(
                "check the limits of this process (open files, memory), and start the import again",
            )
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(cannot)?;
        let stop = {
            let _inside = runtime.enter();
            Stop::on_signals(Hangup::Ignored, || ()).map_err(cannot)?
        };
        Ok(Self {
            stop,
            _runtime: runtime,
        })
    }
}

fn commands<R: Row>(numbered: Numbered<R>, by: &Actor) -> ImportRow {
    let commands = numbered.row.into_commands();
    let requests = commands
        .into_iter()
        .map(|command| Request::new(command, None).by(by.clone()))
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
