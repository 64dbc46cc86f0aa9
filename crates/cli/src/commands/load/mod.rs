//! `jumun load`: loads a running server, and checks what it has acknowledged.

mod arguments;
mod course;
mod figures;
mod notes;
mod table;
mod watch;

use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

use jumun_load::Target;

use crate::failure::{FAILED, Failure};
use crate::{logging, output, runtime};
use course::Outcome;

pub(crate) use arguments::Arguments;

/// Loads a server, prints what came of it, and checks its books.
///
/// # Errors
///
/// When there was no load. What the check finds is told by the exit code.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    logging::start_quietly()?;
    let target = arguments.target()?;
    let plan = arguments.plan(target)?;
    permit(&plan.target, arguments)?;
    // Before minutes of load, and not after them.
    let mut plot = arguments.plot.as_deref().map(open).transpose()?;
    let outcome = runtime::on_one_thread()?.block_on(course::run(&plan, arguments))?;
    output::line(if arguments.json {
        figures::json(&plan, &outcome).to_string()
    } else {
        table::table(&plan, &outcome)
    })?;
    let code = told(&outcome);
    // Last: a full disk shall not take the figures and the verdict along.
    if let Some((file, path)) = plot.as_mut().zip(arguments.plot.as_deref()) {
        let figure = figures::plot(&plan, &outcome);
        std::io::Write::write_all(file, figure.as_bytes()).map_err(|error| cannot(path, &error))?;
    }
    Ok(code)
}

/// Asks whether a server elsewhere is to be loaded.
fn permit(target: &Target, arguments: &Arguments) -> Result<(), Failure> {
    let (users, products) = (arguments.users, arguments.products);
    let what = format!("{users} users, {products} products and orders");
    if target.is_on_loopback() || arguments.yes {
        let place = target.authority();
        output::note(format!(
            "creates {what} of its own in the shop at {place}; they stay there"
        ));
        return Ok(());
    }
    Err(Failure::usage(format!(
        "this would create {what} in a shop that is not on this machine, and they would stay there"
    ))
    .help("add --yes if that shop is there to be loaded"))
}

/// Creates the file of the figure, or empties it.
fn open(path: &Path) -> Result<File, Failure> {
    File::create(path).map_err(|error| cannot(path, &error))
}

fn cannot(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot write {}: {error}", path.display()))
        .help("give --plot a file in a folder that may be written")
}

/// Tells each thing that is wrong, in a sentence; the exit code.
fn told(outcome: &Outcome) -> ExitCode {
    let sentences = notes::errors(outcome);
    for sentence in &sentences {
        output::note(format!("error: {sentence}"));
    }
    if sentences.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    }
}
