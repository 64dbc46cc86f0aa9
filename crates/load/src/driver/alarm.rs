//! Waiting for a moment, exactly: the runtime's own timers go by milliseconds,
//! which would be the latency of a fast server.

use std::io;
use std::time::Instant;

/// Rings at a moment.
pub(super) struct Alarm(imp::Alarm);

impl Alarm {
    /// # Errors
    ///
    /// When the process has no file left to open.
    pub(super) fn new() -> io::Result<Self> {
        imp::Alarm::new().map(Self)
    }

    /// Waits until then.
    ///
    /// # Errors
    ///
    /// When the operating system refuses a timer.
    pub(super) async fn ring_at(&self, when: Instant) -> io::Result<()> {
        self.0.ring_at(when).await
    }
}

#[cfg(target_os = "linux")]
mod imp {
    use std::io;
    use std::time::Instant;

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::net::unix::pipe;

    /// A timer of the kernel, which is awaited and read as the end of a pipe is.
    pub(super) struct Alarm(pipe::Receiver);

    impl Alarm {
        pub(super) fn new() -> io::Result<Self> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
            pipe::Receiver::from_owned_fd_unchecked(timer).map(Self)
        }

        pub(super) async fn ring_at(&self, when: Instant) -> io::Result<()> {
            loop {
                let left = when.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Ok(());
                }
                let once = Itimerspec {
                    it_interval: Timespec::default(),
                    it_value: Timespec::try_from(left).map_err(io::Error::other)?,
                };
                timerfd_settime(&self.0, TimerfdTimerFlags::empty(), &once)?;
                self.0.readable().await?;
                // It holds the number of times that it has rung.
                match self.0.try_read(&mut [0; 8]) {
                    Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
                    _ => {}
                }
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use std::io;
    use std::time::Instant;

    /// The runtime's timers, to the millisecond.
    pub(super) struct Alarm;

    impl Alarm {
        pub(super) fn new() -> io::Result<Self> {
            Ok(Self)
        }

        pub(super) async fn ring_at(&self, when: Instant) -> io::Result<()> {
            tokio::time::sleep_until(when.into()).await;
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn an_alarm_never_rings_early_and_rings_again() {
        let alarm = Alarm::new().unwrap();
        for micros in [0, 50, 300, 1_500] {
            let when = Instant::now() + Duration::from_micros(micros);
            alarm.ring_at(when).await.unwrap();
            assert!(Instant::now() >= when, "{micros}");
        }
    }
}
