//! A clock that a test can put forward.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jumun_domain::Timestamp;
use jumun_platform::dispatch::{Clock, SystemClock};
use tokio::sync::watch;

/// The clocks of the machine, and as much more as was put forward.
pub(crate) struct TestClock {
    forward: Mutex<Duration>,
    moved: watch::Sender<()>,
}

impl TestClock {
    pub(crate) fn new() -> Self {
        Self {
            forward: Mutex::default(),
            moved: watch::channel(()).0,
        }
    }

    /// Lets this much time pass at once.
    pub(crate) fn put_forward(&self, period: Duration) {
        *self.forward.lock().unwrap() += period;
        self.moved.send_replace(());
    }

    fn forward(&self) -> Duration {
        *self.forward.lock().unwrap()
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Instant {
        Instant::now() + self.forward()
    }

    fn at(&self) -> Timestamp {
        let forward = i64::try_from(self.forward().as_micros()).unwrap();
        Timestamp::from_micros(SystemClock.at().as_micros() + forward)
    }

    async fn sleep_until(&self, until: Instant) {
        let mut moved = self.moved.subscribe();
        loop {
            let left = until.saturating_duration_since(self.now());
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                _ = moved.changed() => {}
            }
        }
    }
}
