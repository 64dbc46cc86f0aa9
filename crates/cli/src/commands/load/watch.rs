//! What a person sees while it goes on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jumun_load::session::Progress as Told;
use jumun_load::{Control, Plan};

use crate::progress::Progress;

/// How often the line changes while there is load.
const PERIOD: Duration = Duration::from_millis(500);

/// A line on standard error, where that is a terminal and JSON is not wanted.
#[derive(Clone)]
pub(super) struct Watch(Option<Arc<Progress>>);

impl Watch {
    /// With or without a line.
    pub(super) fn new(is_wanted: bool) -> Self {
        let line = is_wanted.then(Progress::line);
        Self(line.filter(Progress::is_visible).map(Arc::new))
    }

    /// Replaces the line.
    pub(super) fn say(&self, text: impl Into<String>) {
        if let Some(line) = &self.0 {
            line.text(text.into());
        }
    }

    /// Tells how far something is.
    pub(super) fn telling(&self) -> Told {
        let watch = self.clone();
        Arc::new(move |what, done, of| {
            watch.say(match of {
                Some(of) => format!("{what}: {done} of {of}"),
                None => format!("{what}: {done}"),
            });
        })
    }

    /// Tells how a load goes, for as long as it is polled.
    pub(super) async fn load(&self, plan: &Plan, control: &Control) {
        let begun = Instant::now();
        let length = plan.timing.warm_up + plan.timing.window;
        let mut last = (begun, 0);
        loop {
            tokio::time::sleep(PERIOD).await;
            let (now, counts) = (Instant::now(), control.counts());
            let orders = counts.orders.saturating_sub(last.1);
            #[allow(clippy::cast_precision_loss, reason = "the orders of a moment")]
            let rate = orders as f64 / now.duration_since(last.0).as_secs_f64();
            last = (now, counts.orders);
            let (elapsed, length) = (begun.elapsed().as_secs_f64(), length.as_secs_f64());
            let lost = match counts.lost {
                0 => String::new(),
                lost => format!(", {lost} without an answer"),
            };
            self.say(format!(
                "{elapsed:.0} of {length:.0} s: {rate:.0} orders/s, {} answers{lost}",
                counts.answers
            ));
        }
    }
}
