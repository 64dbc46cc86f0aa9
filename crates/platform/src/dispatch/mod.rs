//! Delivers the events of a shop to its platforms.
//!
//! A dispatcher reads committed events in the order in which every reader sees
//! them, and sends each to its platform until that has it: at least once, in
//! order for one user, with many users in flight at a time. How far it has come
//! is recorded in the database, so that a crash repeats at most what was in
//! flight. Of several instances on one database one delivers to a platform at a
//! time, by a lease; another takes over when it is gone.
//!
//! Each platform has a thread of its own, of a lower priority than the threads
//! that answer shoppers: on a machine that is busy with orders, orders go first,
//! and events catch up.

mod clock;
mod courier;
mod figures;
mod outbox;
mod schedule;
mod terms;
mod thread;
mod tour;

use std::sync::Arc;

use bytes::Bytes;
use jumun_store::delivery::Outbox;
use jumun_store::{Fault, NumberedEvent};
use uuid::Uuid;

pub use clock::{Clock, SystemClock};
pub use terms::{LEASE_TERM, MAX_TAKE_OVER};

use crate::connect::connect;
use crate::settings::{PlatformSettings, SettingsError};
use courier::Courier;
use figures::Figures;
use outbox::Desk;
use schedule::Rules;
use thread::Running;

/// Makes the JSON of an event, the same for every platform and for `GET /events`.
pub type Render = Arc<dyn Fn(&NumberedEvent) -> Bytes + Send + Sync>;

/// What a dispatcher works with.
#[derive(Clone)]
pub struct Means {
    /// The events, and how far each platform has come.
    pub outbox: Arc<dyn Outbox>,
    /// How events are written down.
    pub render: Render,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

/// Why nothing is delivered.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StartError {
    /// A setting cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The database fails.
    #[error("it cannot be recorded what is delivered: {0}")]
    Database(Fault),
}

/// The dispatchers of one process, running until they are stopped. Dropping
/// this asks them to stop, too, and waits for nothing.
pub struct Dispatchers {
    running: Vec<Running>,
}

impl Dispatchers {
    /// Starts to deliver to each of the platforms. Has to be called within the
    /// runtime that the outbox works on. Events that are committed after this
    /// has returned are delivered to each of them, new ones too, so take no
    /// order before. A platform that is away is no error.
    ///
    /// # Errors
    ///
    /// [`StartError`] says which setting cannot be used, or that the database
    /// fails; nothing is delivered then.
    pub async fn start(
        means: &Means,
        platforms: Vec<PlatformSettings>,
    ) -> Result<Self, StartError> {
        let mut names: Vec<&str> = platforms.iter().map(|it| &*it.name).collect();
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(StartError::Settings(SettingsError::SameName {
                name: pair[0].to_owned(),
            }));
        }
        // All of them, before anything is begun for one.
        let clients = platforms.iter().map(connect);
        let clients = clients.collect::<Result<Vec<_>, _>>()?;
        let holder = Uuid::new_v4();
        let runtime = tokio::runtime::Handle::current();
        let mut running = Vec::with_capacity(platforms.len());
        for (settings, client) in platforms.into_iter().zip(clients) {
            let name: Arc<str> = settings.name.as_str().into();
            let courier = Courier {
                figures: Figures::new(&name),
                name: name.clone(),
                rules: Rules::from(&settings),
                attempts_kept_for: settings.attempts_kept_for,
                holder,
                desk: Desk::new(means.outbox.clone(), runtime.clone()),
                client,
                render: means.render.clone(),
                clock: means.clock.clone(),
            };
            let asked = means.clock.now();
            let lease = courier.desk.take_lease(name.clone(), holder).await;
            let taken = lease
                .map_err(StartError::Database)?
                .map(|lease| (lease, asked));
            running.push(thread::start(&name, taken, courier).await?);
        }
        Ok(Self { running })
    }

    /// Sends nothing more, waits a moment for what is on its way, records it and
    /// gives the leases back.
    pub async fn stop(self) {
        for running in &self.running {
            running.ask_to_stop();
        }
        for running in self.running {
            running.stopped().await;
        }
    }
}
