//! What a server has allocated, told to whoever asks on a socket beside it.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use anyhow::Context;

use crate::ALLOCATOR;

/// Counters up to a moment, or what was added to them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allocated {
    /// New blocks.
    pub(crate) allocations: f64,
    /// Blocks that were made larger or smaller.
    pub(crate) reallocations: f64,
    /// Bytes of new blocks, and those by which blocks have grown.
    pub(crate) bytes: f64,
}

/// Tells from now on what this process has allocated, to whoever connects.
///
/// # Errors
///
/// When the socket cannot be made.
pub(crate) fn tell(socket: &Path) -> anyhow::Result<()> {
    let listener = UnixListener::bind(socket)?;
    std::thread::spawn(move || {
        for asked in listener.incoming() {
            let stats = ALLOCATOR.stats();
            let told = asked.and_then(|mut stream| {
                let (count, again) = (stats.allocations, stats.reallocations);
                write!(stream, "{count} {again} {}", stats.bytes_allocated)
            });
            // Whoever asked has gone; it says so itself.
            drop(told);
        }
    });
    Ok(())
}

impl Allocated {
    /// What a server has allocated up to now.
    ///
    /// # Errors
    ///
    /// When it does not tell.
    pub(crate) fn by_server_at(socket: &Path) -> anyhow::Result<Self> {
        let mut said = String::new();
        UnixStream::connect(socket)?.read_to_string(&mut said)?;
        let counters: Vec<f64> = said
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        let counter = |place: usize| counters.get(place).copied();
        let all = (counter(0), counter(1), counter(2));
        let (Some(allocations), Some(reallocations), Some(bytes)) = all else {
            anyhow::bail!("the server does not tell what it has allocated: {said:?}");
        };
        Ok(Self {
            allocations,
            reallocations,
            bytes,
        })
    }

    /// What was added since `earlier`, for each of so many answers.
    ///
    /// # Errors
    ///
    /// When there was none.
    #[allow(clippy::cast_precision_loss, reason = "a count of answers")]
    pub(crate) fn each_since(self, earlier: Self, answers: u64) -> anyhow::Result<Self> {
        let answers = (answers > 0).then_some(answers as f64);
        let answers = answers.context("nothing was answered; look at the lines above")?;
        Ok(Self {
            allocations: (self.allocations - earlier.allocations) / answers,
            reallocations: (self.reallocations - earlier.reallocations) / answers,
            bytes: (self.bytes - earlier.bytes) / answers,
        })
    }
}
