//! The course of a load: preparation, load, check.

use std::sync::Arc;

use jumun_load::session::{self, Context, Prepared, Verdict};
use jumun_load::{Books, Control, Plan, Tally};

use super::Arguments;
use super::watch::Watch;
use crate::failure::Failure;
use crate::signals::{Hangup, Stop};

/// What came of it.
pub(super) struct Outcome {
    /// Rates, latencies and outcomes.
    pub(super) tally: Tally,
    /// How the server stands against the books; or why that is not known, in a
    /// sentence.
    pub(super) verdict: Result<Verdict, String>,
    /// The first id of the users and of the products.
    pub(super) first_id: i64,
    /// Coupons that there were to use.
    pub(super) coupons: usize,
    /// Whether somebody has ended the load early.
    pub(super) is_stopped: bool,
}

/// Runs a load from its preparation to its check. The first interrupt ends the
/// load, and the next one the process.
///
/// # Errors
///
/// When there was no load.
pub(super) async fn run(plan: &Plan, arguments: &Arguments) -> Result<Outcome, Failure> {
    let control = Arc::new(Control::default());
    let stop = Stop::on_signals(Hangup::Ends, || {}).map_err(|error| {
        Failure::new(format!("cannot listen for Ctrl-C: {error}"))
            .help("check the limits of this process, and start it again")
    })?;
    let stopping = Arc::clone(&control);
    tokio::spawn(async move {
        stop.asked().await;
        stopping.stop();
    });
    let watch = Watch::new(!arguments.json);
    let context = |control: &Arc<Control>| Context {
        target: plan.target.clone(),
        control: Arc::clone(control),
        progress: watch.telling(),
    };

    let (wanted, preparing) = (Arguments::wanted(plan), context(&control));
    let prepared = apart(move || session::prepare(&wanted, &preparing)).await?;
    let prepared = Arc::new(prepared.map_err(Failure::engine)?);

    let (tally, books) = tokio::select! {
        loaded = load(plan, &prepared, &control) => loaded?,
        () = watch.load(plan, &control) => return Err(Failure::new("nobody watches the load")),
    };

    // Whoever has stopped the load wants to know how it stands.
    let checking = context(&Arc::default());
    let (first_id, coupons) = (prepared.shop.first_user, prepared.coupons());
    let verdict = apart(move || session::check(books, &prepared, &checking)).await?;
    Ok(Outcome {
        tally,
        verdict: verdict.map_err(|error| error.to_string()),
        first_id,
        coupons,
        is_stopped: control.is_stopped(),
    })
}

async fn load(
    plan: &Plan,
    prepared: &Arc<Prepared>,
    control: &Arc<Control>,
) -> Result<(Tally, Books), Failure> {
    let plan = Plan {
        shop: prepared.shop,
        ..plan.clone()
    };
    let (prepared, control) = (Arc::clone(prepared), Arc::clone(control));
    let loaded = apart(move || session::load(&plan, &prepared, &control)).await?;
    loaded.map_err(Failure::engine)
}

/// Runs what blocks on a thread of its own.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        Failure::new(format!("the load has failed: {error}"))
            .help("report this with the lines above; it is a mistake of the program")
    })
}
