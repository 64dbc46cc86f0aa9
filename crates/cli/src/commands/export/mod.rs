//! `jumun export`: orders or events in bulk, beside a running server.

mod csv_rows;
mod destination;
mod range;
mod run;

use std::path::PathBuf;
use std::process::ExitCode;

use jiff::Timestamp;

use crate::database::DatabaseOption;
use crate::failure::Failure;
use crate::options::DeploymentOption;
use crate::{logging, time};

const AFTER_HELP: &str = "\
Works beside a running server, in short reads. What is written while it runs is left out. Orders \
are as they are now; events never change.

Events are numbered in one order that all readers see, and their export is exact. Orders are not: \
on a PostgreSQL server those that are being placed while it runs may be in or not, by their ids. \
To go on later from where an export ended, export events.

jsonl: one order or event a line, as GET /orders/{orderId} and GET /events show them.
csv, orders: one row for each line of an order, the columns of the order repeated:
  orderId,userId,status,createdAt,cancelledAt,couponId,subtotal,discount,total,currency,
  productId,name,quantity,unitPrice,amount,lineDiscount
csv, events: data is the order as JSON:
  sequence,id,type,time,source,subject,partitionkey,data

Examples:
  jumun export orders --database sqlite:shop.db > orders.jsonl
  jumun export orders --since 2026-11-20T00:00:00Z --format csv --output orders.csv
  jumun export events | jq -c '{type, subject}'";

/// The arguments of `jumun export`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// What to export
    #[arg(value_enum)]
    what: What,
    #[command(flatten)]
    database: DatabaseOption,
    #[command(flatten)]
    deployment: DeploymentOption,
    /// Leave out what was before this time (RFC 3339)
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    since: Option<Timestamp>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "jsonl")]
    format: Format,
    /// The file to write, which must not exist yet [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What can be exported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum What {
    /// Orders in the order of their ids
    Orders,
    /// Events, in sequence order
    Events,
}

/// How a row is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum Format {
    /// One JSON object a line
    Jsonl,
    /// Comma-separated values (RFC 4180) with a header
    Csv,
}

/// Exports.
///
/// # Errors
///
/// When the database cannot be read or the output not be written.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    logging::start_quietly()?;
    run::export(arguments)?;
    Ok(ExitCode::SUCCESS)
}
