//! The course of a demonstration, from the opening to the audit.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jumun_store::AuditReport;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::Arguments;
use super::client::Client;
use super::receiver::Receiver;
use super::shop::Shop;
use super::shoppers::Shoppers;
use super::stage::{self, Stage, cannot, database};
use super::tally::Tally;
use super::texts::Language;
use crate::failure::{FAILED, Failure};
use crate::progress::Progress;
use crate::signals::{Hangup, Stop};
use crate::{listen, output};

/// How often the line on a terminal changes.
const LINE_PERIOD: Duration = Duration::from_secs(1);
/// How often a line is printed where there is no terminal.
const PLAIN_PERIOD: Duration = Duration::from_secs(10);
/// How often somebody looks for empty shelves.
const DELIVERY_PERIOD: Duration = Duration::from_secs(5);
/// How often a first come, first served campaign is opened.
const FLASH_PERIOD: Duration = Duration::from_secs(120);
/// Visits under way at once: when the machine is slower than the rate, shoppers
/// stay away instead of piling up.
const MAX_VISITS: usize = 256;

/// Runs a demonstration.
///
/// # Errors
///
/// When the server cannot begin, or stops by itself.
pub(super) async fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Failure> {
    let folder = stage::folder()?;
    let place = folder.path().to_owned();
    let stop = Stop::on_signals(Hangup::Ends, move || {
        // The process ends now; what cannot be removed stays in the temporary folder.
        let _ = std::fs::remove_dir_all(place);
    })
    .map_err(|error| cannot(&error))?;
    let listener = bind(&arguments.listen, language).await?;
    let address = listener.local_addr().map_err(|error| cannot(&error))?;
    let base = format!("http://{address}");
    let client = Client::new(base.clone()).map_err(|error| cannot(&error))?;
    let receiver = Receiver::start().await?;
    let mut stage = Stage::begin(folder, listener, receiver.settings()).await?;
    let progress = Progress::line();
    progress.text(language.opening());
    let shop = Arc::new(Shop::open(&client).await?);
    drop(progress);
    output::line(language.welcome(&base))?;
    let tally = Arc::new(Tally::new());
    let begun = Instant::now();
    tokio::select! {
        () = stop.asked() => {}
        () = time(arguments.duration) => {}
        failure = stage.broke() => return Err(failure),
        () = keep_going(client, shop, &tally, &receiver, arguments.rate, language) => {}
    }
    let elapsed = begun.elapsed();
    output::note(language.auditing());
    let stage = stage.close().await?;
    let events = stage.events(&receiver.settings().name).await?;
    receiver.wait_for(events).await;
    let folder = stage.end().await;
    let received = receiver.receipts().overall();
    let (counts, _) = tally.look();
    output::line(language.summary(&counts, elapsed))?;
    output::line(language.told(events, &received))?;
    let is_clean = audit(folder, language).await?;
    Ok(if is_clean && received.is_as_promised(events) {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    })
}

/// Listens where asked, or on a free port of this machine.
async fn bind(text: &str, language: Language) -> Result<TcpListener, Failure> {
    let addresses = listen::loopback(text).await?;
    match listen::bind(&addresses, text).await {
        Ok(listener) => Ok(listener),
        Err(_) => {
            output::note(language.taken(text));
            let free = "127.0.0.1:0";
            listen::bind(&listen::loopback(free).await?, free).await
        }
    }
}

async fn time(duration: Option<Duration>) {
    match duration {
        Some(duration) => tokio::time::sleep(duration).await,
        None => std::future::pending().await,
    }
}

/// Shoppers, deliveries, campaigns and the line about them, without end.
async fn keep_going(
    client: Client,
    shop: Arc<Shop>,
    tally: &Arc<Tally>,
    receiver: &Receiver,
    rate: u64,
    language: Language,
) {
    let shoppers = Arc::new(Shoppers::new(
        client.clone(),
        Arc::clone(&shop),
        Arc::clone(tally),
    ));
    let progress = Progress::line();
    let period = if progress.is_visible() {
        LINE_PERIOD
    } else {
        PLAIN_PERIOD
    };
    let mut visits = JoinSet::new();
    let mut next_visit = ticks(Duration::from_secs(1) / u32::try_from(rate).unwrap_or(u32::MAX));
    let (mut next_line, mut next_delivery) = (ticks(period), ticks(DELIVERY_PERIOD));
    let mut next_flash = ticks(FLASH_PERIOD);
    // The first tick comes at once, and there is nothing to tell or to fill yet.
    next_line.tick().await;
    next_delivery.tick().await;
    next_flash.tick().await;
    loop {
        tokio::select! {
            _ = next_visit.tick() => {
                if visits.len() < MAX_VISITS {
                    let shoppers = Arc::clone(&shoppers);
                    visits.spawn(async move { shoppers.visit().await });
                }
            }
            Some(_) = visits.join_next() => {}
            _ = next_delivery.tick() => count_failure(tally, shop.deliver(&client).await),
            _ = next_flash.tick() => count_failure(tally, shop.flash(&client).await),
            _ = next_line.tick() => {
                let (counts, pace) = tally.look();
                let received = receiver.receipts().look();
                let line = language.progress(&counts, &pace, &received);
                if progress.is_visible() { progress.text(line) } else { output::note(line) }
            }
        }
    }
}

/// A delivery that fails is told in the line; the next one makes up for it.
fn count_failure(tally: &Tally, outcome: Result<(), Failure>) {
    if outcome.is_err() {
        tally.count(|counts| counts.failed += 1);
    }
}

fn ticks(period: Duration) -> tokio::time::Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// Checks the books, tells how they stand, and removes the folder; whether they
/// are right.
async fn audit(folder: TempDir, language: Language) -> Result<bool, Failure> {
    let path = database(folder.path());
    let report = tokio::task::spawn_blocking(move || jumun_store_sqlite::audit(&path, &mut |_| ()))
        .await
        .map_err(|error| cannot(&error))?
        .map_err(Failure::engine)?;
    folder.close().map_err(|error| cannot(&error))?;
    output::line(if report.is_clean() {
        language.clean(checked(&report))
    } else {
        crate::commands::audit::table(&report)
    })?;
    Ok(report.is_clean())
}

fn checked(report: &AuditReport) -> u64 {
    report.laws.iter().map(|law| law.checked).sum()
}
