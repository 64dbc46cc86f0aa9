//! What is kept of the deliveries to data platforms.
//!
//! Two sides use it. The dispatcher delivers events and records how far it has
//! come ([`Outbox`]). Operators look at platforms and ask for what they want
//! ([`Platforms`]); a wish is kept as such, and the dispatcher fulfils it, so
//! that one alone writes how deliveries stand.
//!
//! How far a platform has come is one number, its *position*: every event up to
//! it was delivered, or is *pending*: a row says what holds it up. A platform
//! without failures has no such row, however many events it was told of.

mod attempt;
mod lease;
mod log;
mod outbox;
mod pending;
mod platforms;
mod progress;
mod replay;
mod view;

pub use attempt::{Attempt, AttemptResult, NotAResult};
pub use lease::{Lease, Pause, PauseReason, Standing};
pub use log::{BadLog, FirstTries, FirstTry, MAX_RUN};
pub use outbox::Outbox;
pub use pending::{Hold, MAX_PENDING, Pending};
pub use platforms::Platforms;
pub use progress::{Progress, Recorded, ReplayProgress};
pub use replay::{MAX_OPEN_REPLAYS, Replay, ReplayId, ReplayRange, ReplayRefused};
pub use view::{
    DeliveryFilter, DeliveryState, DeliveryView, MAX_ATTEMPTS_SHOWN, PlatformCounts, PlatformView,
};
