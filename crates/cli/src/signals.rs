//! The signals that end a command that runs until it is told to stop.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// The exit code of a process that an interrupt ended, as shells report it.
const INTERRUPTED: i32 = 130;

/// Told once the command shall end. Clones wait for the same moment.
#[derive(Clone)]
pub(crate) struct Stop {
    asked: watch::Receiver<bool>,
}

/// What, besides SIGTERM and SIGINT, asks a command to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Hangup {
    /// The terminal was closed: end, since nobody looks on.
    Ends,
    /// Left as it is, so that `nohup` keeps its meaning.
    Ignored,
}

impl Stop {
    /// Begins to listen. The first signal asks for an orderly end; the next
    /// interrupt runs `last_will` and ends the process at once.
    ///
    /// # Errors
    ///
    /// When the operating system refuses a handler.
    pub(crate) fn on_signals(
        hangup: Hangup,
        last_will: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hung_up = match hangup {
            Hangup::Ends => Some(signal(SignalKind::hangup())?),
            Hangup::Ignored => None,
        };
        let (ask, asked) = watch::channel(false);
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                () = next(hung_up.as_mut()) => {}
            }
            // Nobody waits any more when the command is ending already.
            let _ = ask.send(true);
            interrupt.recv().await;
            last_will();
            std::process::exit(INTERRUPTED);
        });
        Ok(Self { asked })
    }

    /// Whether the command shall end.
    pub(crate) fn is_asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Waits until the command shall end.
    pub(crate) async fn asked(mut self) {
        // The sender lives as long as the runtime; without it, end too.
        let _ = self.asked.wait_for(|asked| *asked).await;
    }
}

async fn next(signal: Option<&mut Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}
