//! One thread for each platform.

use std::thread::JoinHandle;

use tokio::sync::{oneshot, watch};

use super::courier::{Courier, Taken};
use super::terms::NICE;
use crate::settings::SettingsError;

/// A dispatcher at work.
pub(super) struct Running {
    name: String,
    stop: watch::Sender<bool>,
    ended: oneshot::Receiver<()>,
    thread: JoinHandle<()>,
}

/// Starts a thread that delivers until it is told to stop.
///
/// Its runtime is made on it, and ends there: one that is dropped within another
/// panics.
pub(super) async fn start(
    name: &str,
    taken: Option<Taken>,
    courier: Courier,
) -> Result<Running, SettingsError> {
    let no_thread = |error: std::io::Error| SettingsError::NoThread {
        name: name.to_owned(),
        reason: error.to_string(),
    };
    let (stop, asked) = watch::channel(false);
    let (beginning, begun) = oneshot::channel();
    let (ending, ended) = oneshot::channel();
    let thread = std::thread::Builder::new()
        .name("dispatcher".to_owned())
        .spawn(move || {
            yield_to_orders();
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            // Who has started it waits for this.
            match runtime {
                Ok(runtime) => {
                    let _ = beginning.send(Ok(()));
                    runtime.block_on(courier.run(taken, asked));
                }
                Err(error) => {
                    let _ = beginning.send(Err(error));
                }
            }
            // Nobody waits when the process ends anyway.
            let _ = ending.send(());
        })
        .map_err(no_thread)?;
    let gone = |_| std::io::Error::other("it ended at once");
    begun.await.map_err(gone).flatten().map_err(no_thread)?;
    Ok(Running {
        name: name.to_owned(),
        stop,
        ended,
        thread,
    })
}

impl Running {
    pub(super) fn ask_to_stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits for the end, which has to be asked for.
    pub(super) async fn stopped(self) {
        // An error means that the thread is gone, too.
        let _ = self.ended.await;
        let joined = tokio::task::spawn_blocking(move || self.thread.join()).await;
        if !matches!(joined, Ok(Ok(()))) {
            tracing::error!(platform = self.name, "a dispatcher had panicked");
        }
    }
}

/// Lowers the priority of this thread. On Linux it counts for a thread; where it
/// is one of the whole process, nothing is changed.
fn yield_to_orders() {
    if !cfg!(target_os = "linux") {
        return;
    }
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::warn!(%error, "deliveries run at the priority of orders");
    }
}
