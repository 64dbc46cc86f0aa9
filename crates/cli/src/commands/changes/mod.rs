//! `jumun changes`: who has changed what.

mod filter;
mod lines;
mod table;

use std::process::ExitCode;

use jiff::Timestamp;
use jumun_store::Page;
use jumun_store::access::Access;

use crate::database::{DatabaseOption, Purpose};
use crate::failure::Failure;
use crate::{count, logging, output, runtime, time};
use filter::{Filter, Subject};

const AFTER_HELP: &str = "\
Every write that no shopper can do leaves a line, in the transaction of what it tells of: products, \
stock, campaigns, balances, charges, cancelled orders, tokens, data platforms. It names who asked \
for it: token:ID, user:ID, cli:LOGIN for the command line and imports, or local for a caller of a \
server without tokens. Nobody can change the history, also not past this program.

Subjects are user:ID, product:ID, campaign:ID, order:ID, token:ID and platform:NAME. Works beside \
running servers.

Examples:
  jumun changes --database sqlite:shop.db
  jumun changes --subject product:3 --limit 10
  jumun changes --since 2026-11-20T00:00:00Z --format jsonl | jq 'select(.action == \"token.create\")'";

/// How many lines are shown, unless asked otherwise: a screen's length.
const DEFAULT_LIMIT: u64 = 50;

/// The most lines that can be asked for: as exact in JSON as all numbers of the
/// API, and more than there are.
const MAX_LIMIT: u64 = (1 << 53) - 1;

/// Lines read at a time: some hundred KiB, and a snapshot of a few milliseconds.
const PAGE: usize = 500;

/// The arguments of `jumun changes`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// How many lines, the newest ones
    #[arg(long, value_name = "COUNT", value_parser = count::up_to::<MAX_LIMIT>,
          allow_negative_numbers = true)]
    limit: Option<u64>,
    /// Only what is of this, such as product:3, or of this kind, such as product
    #[arg(long, value_name = "SUBJECT")]
    subject: Option<Subject>,
    /// Only what happened at this time (RFC 3339) or later
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    since: Option<Timestamp>,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "table")]
    format: Format,
    #[command(flatten)]
    database: DatabaseOption,
}

/// How lines are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Format {
    /// Columns that a person reads
    Table,
    /// A JSON object a line, as the API lists them
    Jsonl,
}

/// Prints the history, newest first, page by page.
///
/// # Errors
///
/// When the database cannot be read, or the output not be written.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    logging::start_quietly()?;
    let engine = arguments.database.engine()?;
    runtime::on_one_thread()?.block_on(async {
        let access = engine.access(Purpose::Read).await?;
        print(&*access, arguments).await
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn print(access: &dyn Access, arguments: &Arguments) -> Result<(), Failure> {
    let filter = Filter::new(arguments.subject.clone(), arguments.since);
    let limit = usize::try_from(arguments.limit.unwrap_or(DEFAULT_LIMIT)).unwrap_or(usize::MAX);
    let (mut after, mut shown) = (None, 0);
    loop {
        let page = Page { after, limit: PAGE };
        let page = access
            .changes(page)
            .await
            .map_err(|fault| Failure::fault(&fault))?;
        after = page.items.last().map(|it| it.id);
        let ends_here = !page.more || page.items.last().is_some_and(|it| filter.is_past(it));
        let mut found: Vec<_> = page
            .items
            .into_iter()
            .filter(|it| filter.includes(it))
            .collect();
        let is_cut = found.len() > limit - shown;
        found.truncate(limit - shown);
        match arguments.format {
            Format::Table => table::print(&found, shown == 0)?,
            Format::Jsonl => lines::print(&found)?,
        }
        shown += found.len();
        if is_cut && arguments.limit.is_none() {
            output::note(format!(
                "these are the newest {shown}; --limit shows more of them"
            ));
        }
        if is_cut || ends_here || (shown == limit && arguments.limit.is_some()) {
            break;
        }
    }
    if shown == 0 {
        output::note("there is no such change");
    }
    Ok(())
}
