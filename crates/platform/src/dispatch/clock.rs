//! The clocks that a dispatcher goes by, as an input.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use jumun_domain::Timestamp;

/// Two clocks and a way to wait: a test can let days pass.
#[async_trait]
pub trait Clock: Send + Sync + 'static {
    /// The clock that never jumps: pauses and leases are reckoned by it.
    fn now(&self) -> Instant;
    /// The clock that others share, for what is recorded.
    fn at(&self) -> Timestamp;
    /// Waits until [`Clock::now`] has come to `until`.
    async fn sleep_until(&self, until: Instant);
}

/// The clocks of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn at(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let micros = since.map_or(0, |it| i64::try_from(it.as_micros()).unwrap_or(i64::MAX));
        Timestamp::from_micros(micros)
    }

    async fn sleep_until(&self, until: Instant) {
        tokio::time::sleep_until(until.into()).await;
    }
}
