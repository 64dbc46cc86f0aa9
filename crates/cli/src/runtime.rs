//! What drives the commands that ask a database one thing after the other.

use tokio::runtime::{Builder, Runtime};

use crate::failure::Failure;

/// A runtime on this thread alone.
///
/// # Errors
///
/// When the operating system gives no more of what it takes.
pub(crate) fn on_one_thread() -> Result<Runtime, Failure> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::new(format!("the command cannot run: {error}"))
                .help("check the limits of this process (open files, memory), and start it again")
        })
}
