//! Waiting for something that nobody announces.

use std::time::{Duration, Instant};

/// How long anything here may take before a test fails: far longer than a
/// loaded machine needs, and short enough for a hanging test to be noticed.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// The pause between two looks: short beside what a server needs to start.
const PAUSE: Duration = Duration::from_millis(2);

/// Looks until `look` returns something.
///
/// # Errors
///
/// [`Late`] when it has returned nothing until the deadline.
pub(crate) fn until<T>(mut look: impl FnMut() -> Option<T>) -> Result<T, Late> {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(seen) = look() {
            return Ok(seen);
        }
        if Instant::now() >= deadline {
            return Err(Late);
        }
        std::thread::sleep(PAUSE);
    }
}

/// Something has not happened in time.
#[derive(Debug)]
pub(crate) struct Late;
