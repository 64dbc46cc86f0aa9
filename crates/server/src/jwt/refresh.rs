//! Keeps keys fresh, in a task of its own.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::error::JwtError;
use super::keys::KeySet;
use super::source::{Pace, Source};

/// How many requests may wait for the keys at a time: each holds a connection of
/// the server while it does, and made-up tokens must not take all of them.
const MAX_WAITING: usize = 256;

/// The keys as they are now, and a way to have them read again.
#[derive(Clone, Debug)]
pub(super) struct FreshKeys {
    keys: watch::Receiver<Arc<KeySet>>,
    asks: mpsc::Sender<Ask>,
}

/// Dropped when the keys are as fresh as they will be for now.
type Ask = oneshot::Sender<()>;

impl FreshKeys {
    /// Reads the keys, and spawns the task that reads them again until the last
    /// clone is dropped.
    ///
    /// # Errors
    ///
    /// If there are no keys now. Later the last ones are kept then.
    pub(super) async fn start(source: Source, pace: Pace) -> Result<Self, JwtError> {
        let content = source.read().await?;
        let keys = KeySet::parse(&content, source.place())?;
        keys.log(source.place());
        let (keys, receiver) = watch::channel(Arc::new(keys));
        let (asks, asked) = mpsc::channel(MAX_WAITING);
        let keeper = Keeper {
            source,
            pace,
            content,
            failure: None,
            last_ask: None,
            keys,
            asked,
        };
        tokio::spawn(keeper.run());
        let keys = receiver;
        Ok(Self { keys, asks })
    }

    /// The keys as they were read last.
    pub(super) fn get(&self) -> Arc<KeySet> {
        self.keys.borrow().clone()
    }

    /// Has the keys read again, unless that was done for somebody a moment ago.
    pub(super) async fn refresh(&self) {
        let (ask, answered) = oneshot::channel();
        // Where too many wait already, one more is answered by what is known.
        if self.asks.try_send(ask).is_ok() {
            // It ends by being dropped.
            let _ = answered.await;
        }
    }
}

struct Keeper {
    source: Source,
    pace: Pace,
    /// What the keys were read from.
    content: Vec<u8>,
    /// Why the last reading failed, if it did: the log hears of it once.
    failure: Option<JwtError>,
    /// When the keys were last read for the sake of a token.
    last_ask: Option<Instant>,
    keys: watch::Sender<Arc<KeySet>>,
    asked: mpsc::Receiver<Ask>,
}

impl Keeper {
    async fn run(mut self) {
        let mut ticks = interval_at(Instant::now() + self.pace.period, self.pace.period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let ask = tokio::select! {
                () = self.keys.closed() => return,
                _ = ticks.tick() => None,
                Some(ask) = self.asked.recv() => Some(ask),
            };
            if ask.is_some() && !self.may_ask() {
                continue;
            }
            let outcome = tokio::select! {
                () = self.keys.closed() => return,
                outcome = self.source.read() => outcome,
            };
            self.take(outcome);
        }
    }

    /// Whether it is long enough since the last token; if so, that was this one.
    fn may_ask(&mut self) -> bool {
        let now = Instant::now();
        let is_due = self
            .last_ask
            .is_none_or(|last| now.duration_since(last) >= self.pace.ask_gap);
        if is_due {
            self.last_ask = Some(now);
        }
        is_due
    }

    fn take(&mut self, outcome: Result<Vec<u8>, JwtError>) {
        match outcome.and_then(|content| self.replace(content)) {
            Ok(()) if self.failure.take().is_some() => {
                tracing::info!(place = self.source.place(), "the keys can be read again");
            }
            Ok(()) => {}
            Err(error) if self.failure.as_ref() == Some(&error) => {}
            Err(error) => {
                tracing::warn!("the keys that verify tokens stay as they were: {error}");
                self.failure = Some(error);
            }
        }
    }

    fn replace(&mut self, content: Vec<u8>) -> Result<(), JwtError> {
        if content != self.content {
            let keys = KeySet::parse(&content, self.source.place())?;
            keys.log(self.source.place());
            self.keys.send_replace(Arc::new(keys));
            self.content = content;
        }
        Ok(())
    }
}
