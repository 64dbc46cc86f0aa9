//! Sparing a platform that fails.
//!
//! When many different messages fail in a row, the platform is down rather than
//! a message bad. Then all messages but a few probes wait, until one gets through.

use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::backoff::Retry;

/// The longest pause between two probes, later too: a platform that is back is
/// noticed within a minute, and a message that nobody has tried yet waits no
/// longer than this for those that are bad.
const MAX_PROBE_PAUSE: Duration = Duration::from_secs(60);

/// The longest that `Retry-After` puts off all messages: it may be meant for its
/// own message only.
pub const MAX_QUIET: Duration = MAX_PROBE_PAUSE;

/// How many different messages must fail in a row, with no success between, for
/// the breaker to open: one or two can be bad themselves, and would hold up all.
pub const OPENS_AFTER_MESSAGES: usize = 5;

/// Whether a message may be sent now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Admission {
    /// It may.
    Send,
    /// It may, alone, to see whether the platform is back.
    Probe,
    /// Not before this time.
    Wait {
        /// When to ask again.
        until: Instant,
    },
}

/// The circuit breaker of one platform: closed, open, or, while a probe is under
/// way, half open. It reads no clock and draws nothing: both are inputs.
///
/// A probe that is never answered holds up nothing: the next is let through
/// when its time has come.
#[derive(Clone, Debug, Default)]
pub struct Breaker {
    /// The failures since the last success, if there are any.
    streak: Option<Streak>,
}

/// Failures in a row.
#[derive(Clone, Debug)]
struct Streak {
    /// When the first of them was.
    began: Instant,
    /// Different messages that failed, up to the number that opens the breaker.
    messages: Vec<Uuid>,
    /// Probes let through so far.
    probes: u32,
    /// When the next probe may go; none while the breaker is closed.
    next_probe: Option<Instant>,
}

impl Breaker {
    /// Whether a message may be sent at `now`. Each [`Admission::Probe`] is for
    /// one message. `random` is drawn from 0 to 1, as for [`Retry::pause`].
    pub fn admit(&mut self, now: Instant, random: f64) -> Admission {
        let Some(streak) = &mut self.streak else {
            return Admission::Send;
        };
        match streak.next_probe {
            None => Admission::Send,
            Some(until) if now < until => Admission::Wait { until },
            Some(_) => {
                streak.probes = streak.probes.saturating_add(1);
                streak.wait(now, None, random);
                Admission::Probe
            }
        }
    }

    /// A message was delivered: whatever was wrong is over.
    pub fn delivered(&mut self) {
        self.streak = None;
    }

    /// A message has failed at `now`. `retry_after` is how long the platform
    /// has asked to be left alone, which puts the next probe off, at most
    /// [`MAX_QUIET`].
    pub fn failed(
        &mut self,
        message: Uuid,
        now: Instant,
        retry_after: Option<Duration>,
        random: f64,
    ) {
        let streak = self.streak.get_or_insert_with(|| Streak {
            began: now,
            messages: Vec::with_capacity(OPENS_AFTER_MESSAGES),
            probes: 0,
            next_probe: None,
        });
        if streak.messages.len() < OPENS_AFTER_MESSAGES && !streak.messages.contains(&message) {
            streak.messages.push(message);
        }
        if streak.messages.len() < OPENS_AFTER_MESSAGES {
            return;
        }
        // Those that were under way when it opened say nothing new.
        if streak.next_probe.is_none() || retry_after.is_some() {
            streak.wait(now, retry_after, random);
        }
    }

    /// Whether messages wait for a probe to get through.
    pub fn is_open(&self) -> bool {
        self.streak
            .as_ref()
            .is_some_and(|streak| streak.next_probe.is_some())
    }
}

impl Streak {
    /// Puts the next probe off, never nearer.
    fn wait(&mut self, now: Instant, retry_after: Option<Duration>, random: f64) {
        let retry = Retry {
            failed_attempts: self.probes + 1,
            since_first_failure: now.saturating_duration_since(self.began),
            retry_after,
        };
        let next = now + retry.pause(random).min(MAX_PROBE_PAUSE);
        self.next_probe = Some(self.next_probe.map_or(next, |before| before.max(next)));
    }
}

#[cfg(test)]
mod tests;
