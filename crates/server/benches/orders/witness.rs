//! What a load has seen beside its tally: all answers, the warm-up's too, and
//! the longest time without any.

use std::time::{Duration, Instant};

use jumun_domain::Timestamp;
use jumun_load::{Observer, OrderSent, Outcome};

/// Sees the answers of one thread, or of all when they are merged.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Witness {
    /// Answers of any status.
    pub(crate) answers: u64,
    /// The longest time in which no answer came. With several threads it is the
    /// longest of one of them, which is no shorter.
    pub(crate) silence: Duration,
    last: Option<Instant>,
}

impl Observer for Witness {
    fn begins(&mut self, _counted_from: Timestamp) {
        self.last = Some(Instant::now());
    }

    fn settled(&mut self, _order: &OrderSent<'_>, outcome: &Outcome<'_>) {
        if outcome.is_err() {
            return;
        }
        let now = Instant::now();
        if let Some(last) = self.last.replace(now) {
            self.silence = self.silence.max(now - last);
        }
        self.answers += 1;
    }

    fn merge(&mut self, other: Self) {
        self.answers += other.answers;
        self.silence = self.silence.max(other.silence);
    }
}
