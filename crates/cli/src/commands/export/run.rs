//! Reads page by page and writes row by row, so that memory stays flat.

use std::io::{self, Write as _};
use std::sync::Arc;

use jumun_domain::{Order, Timestamp};
use jumun_server::{render_event, render_order};
use jumun_store::{NumberedEvent, Page};

use super::csv_rows::{EVENT_COLUMNS, ORDER_COLUMNS, write_event, write_order};
use super::destination::Destination;
use super::range::{order_before, sequence_before};
use super::{Arguments, Format, What};
use crate::database::ShopReader;
use crate::failure::Failure;
use crate::progress::Progress;

/// Orders or events read at a time: some hundred KiB, and a snapshot that
/// lasts a few milliseconds.
const PAGE: usize = 500;

/// Exports what the arguments say.
///
/// # Errors
///
/// When the database cannot be read or the output not be written.
pub(super) fn export(arguments: &Arguments) -> Result<(), Failure> {
    let reader = arguments.database.engine()?.reader()?;
    let destination = Destination::open(arguments.output.as_deref())?;
    let mut rows = match arguments.format {
        Format::Jsonl => Rows::Lines(destination),
        Format::Csv => Rows::Csv(Box::new(csv::Writer::from_writer(destination))),
    };
    match arguments.what {
        What::Orders => orders(&*reader, arguments, &mut rows)?,
        What::Events => events(&*reader, arguments, &mut rows)?,
    }
    rows.finish()
}

fn orders(reader: &dyn ShopReader, arguments: &Arguments, rows: &mut Rows) -> Result<(), Failure> {
    let progress = Progress::count("orders");
    let shop = reader.shop();
    rows.header(&ORDER_COLUMNS)?;
    // An end that is fixed: a busy server would otherwise keep us for ever.
    let Some(last) = reader
        .last_order()
        .map_err(|fault| Failure::fault(&fault))?
    else {
        return Ok(());
    };
    let mut after = arguments.since.map(order_before);
    let mut done = 0;
    loop {
        let page = reader
            .all_orders(Page { after, limit: PAGE })
            .map_err(|fault| Failure::fault(&fault))?;
        let in_range = |order: &&Arc<Order>| order.id <= last;
        for order in page.items.iter().take_while(in_range) {
            if arguments.includes(order.created_at) {
                match rows {
                    Rows::Lines(lines) => line(lines, render_order(order, shop)),
                    Rows::Csv(rows) => write_order(rows, order, shop).map_err(io::Error::from),
                }
                .map_err(|error| Failure::output(&error))?;
                done += 1;
            }
        }
        progress.set(done, None);
        after = page.items.last().map(|order| order.id);
        if !page.more || after >= Some(last) {
            return Ok(());
        }
    }
}

fn events(reader: &dyn ShopReader, arguments: &Arguments, rows: &mut Rows) -> Result<(), Failure> {
    let (shop, deployment) = (reader.shop(), &arguments.deployment.name);
    rows.header(&EVENT_COLUMNS)?;
    let last = reader
        .last_sequence()
        .map_err(|fault| Failure::fault(&fault))?;
    let first = match arguments.since {
        Some(since) => {
            sequence_before(reader, since, last).map_err(|fault| Failure::fault(&fault))?
        }
        None => 0,
    };
    let progress = Progress::bar(last - first, "events");
    let mut after = first;
    while after < last {
        let page = reader
            .events(after, PAGE)
            .map_err(|fault| Failure::fault(&fault))?;
        let in_range = |event: &&NumberedEvent| event.sequence <= last;
        for event in page.iter().take_while(in_range) {
            if arguments.includes(event.event.time) {
                match rows {
                    Rows::Lines(lines) => line(lines, render_event(event, deployment, shop)),
                    Rows::Csv(rows) => {
                        write_event(rows, event, deployment, shop).map_err(io::Error::from)
                    }
                }
                .map_err(|error| Failure::output(&error))?;
            }
        }
        after = page.last().map_or(last, |event| event.sequence);
        progress.set(after - first, None);
    }
    Ok(())
}

fn line(lines: &mut Destination, mut json: Vec<u8>) -> io::Result<()> {
    json.push(b'\n');
    lines.write_all(&json)
}

impl Arguments {
    /// Ids bound the range to the millisecond; this is exact.
    fn includes(&self, time: Timestamp) -> bool {
        self.since
            .is_none_or(|since| time.as_micros() >= since.as_microsecond())
    }
}

/// Where rows go, in one of the two formats.
enum Rows {
    Lines(Destination),
    Csv(Box<csv::Writer<Destination>>),
}

impl Rows {
    fn header(&mut self, columns: &[&str]) -> Result<(), Failure> {
        match self {
            Self::Lines(_) => Ok(()),
            Self::Csv(rows) => rows
                .write_record(columns)
                .map_err(|error| Failure::output(&error.into())),
        }
    }

    fn finish(self) -> Result<(), Failure> {
        match self {
            Self::Lines(destination) => destination.finish(),
            Self::Csv(rows) => match rows.into_inner() {
                Ok(destination) => destination.finish(),
                Err(error) => Err(Failure::output(error.error())),
            },
        }
    }
}
