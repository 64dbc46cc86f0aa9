//! The operators' side of the engine.

use std::sync::Arc;

use async_trait::async_trait;
use jumun_domain::Actor;
use jumun_store::delivery::{
    Attempt, DeliveryFilter, FirstTries, Pending, PlatformView, Platforms, Replay, ReplayRange,
    ReplayRefused,
};
use jumun_store::{Fault, NumberedEvent};

use super::flow::Flow;
use super::wishes::Wish;
use super::{attempts, first_tries, flow, forget, pending, views, wishes};
use crate::clock::Positions;
use crate::error::OpenError;
use crate::events;
use crate::history;
use crate::migrate::check_current;
use crate::readers::Readers;
use crate::session::Connector;
use crate::store::PostgresStore;
use crate::target::Target;

/// What operators see of the platforms of a shop and ask for, beside the servers
/// on it or without any.
pub struct PostgresPlatforms {
    sessions: Readers,
    positions: Arc<Positions>,
}

/// An operator does one thing after the other.
const SESSIONS: usize = 1;

impl PostgresPlatforms {
    /// Connects to the shop, which must be there and up to date. Needs a tokio
    /// runtime around it.
    ///
    /// # Errors
    ///
    /// A server that cannot be reached, a schema without a shop or of another
    /// version.
    pub async fn open(target: &Target) -> Result<Self, OpenError> {
        let connector = Connector::new(target.clone())?;
        let session = connector.connect().await?;
        check_current(&session, target).await?;
        Ok(Self::on(Readers::new(connector, SESSIONS), Arc::default()))
    }

    /// On connections of an instance.
    pub(crate) fn on(sessions: Readers, positions: Arc<Positions>) -> Self {
        Self {
            sessions,
            positions,
        }
    }

    /// A wish, with the next place in the history.
    async fn wish<'a>(&self, platform: &'a str, by: &'a Actor) -> Result<Wish<'a>, Fault> {
        let place = history::next_place(&self.sessions, &self.positions).await?;
        Ok(Wish {
            platform,
            by,
            place,
        })
    }

    async fn set_flow(&self, name: &str, by: &Actor, wanted: Flow) -> Result<bool, Fault> {
        let wish = self.wish(name, by).await?;
        self.sessions
            .write(&wish, move |session, wish| {
                Box::pin(flow::set(session, wish, wanted))
            })
            .await
    }
}

#[async_trait]
impl Platforms for PostgresPlatforms {
    async fn platforms(&self) -> Result<Vec<PlatformView>, Fault> {
        self.sessions
            .read(|session| Box::pin(views::all(session)))
            .await
    }

    async fn platform(&self, name: &str) -> Result<Option<PlatformView>, Fault> {
        self.sessions
            .read_with(&name, |session, name| Box::pin(views::one(session, name)))
            .await
    }

    async fn numbered_events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault> {
        self.sessions
            .read(|session| Box::pin(events::events(session, after, limit)))
            .await
    }

    async fn pending_below(
        &self,
        name: &str,
        filter: DeliveryFilter,
        below: u64,
        limit: usize,
    ) -> Result<Vec<Pending>, Fault> {
        self.sessions
            .read_with(&name, move |session, name| {
                Box::pin(pending::below(session, name, filter, below, limit))
            })
            .await
    }

    async fn first_tries(
        &self,
        name: &str,
        first: u64,
        last: u64,
    ) -> Result<Vec<FirstTries>, Fault> {
        self.sessions
            .read_with(&name, move |session, name| {
                Box::pin(first_tries::find(session, name, first, last))
            })
            .await
    }

    async fn attempts(
        &self,
        name: &str,
        sequences: &[u64],
        limit: usize,
    ) -> Result<Vec<Attempt>, Fault> {
        self.sessions
            .read_with(&(name, sequences), move |session, (name, sequences)| {
                Box::pin(attempts::last(session, name, sequences, limit))
            })
            .await
    }

    async fn replay(
        &self,
        name: &str,
        range: ReplayRange,
        by: &Actor,
    ) -> Result<Result<Replay, ReplayRefused>, Fault> {
        let beginning = self.sessions.read_with(&name, |session, name| {
            Box::pin(wishes::beginning(session, name))
        });
        let replay = match wishes::replay(range, beginning.await?) {
            Ok(replay) => replay,
            Err(refused) => return Ok(Err(refused)),
        };
        let asking = (self.wish(name, by).await?, replay);
        let asked = self
            .sessions
            .write(&asking, |session, (wish, replay)| {
                Box::pin(wishes::ask(session, wish, replay))
            })
            .await?;
        Ok(asked.map(|()| asking.1))
    }

    async fn pause(&self, name: &str, by: &Actor) -> Result<bool, Fault> {
        self.set_flow(name, by, Flow::Stop).await
    }

    async fn resume(&self, name: &str, by: &Actor) -> Result<bool, Fault> {
        self.set_flow(name, by, Flow::GoOn).await
    }

    async fn forget(&self, name: &str, by: &Actor) -> Result<Option<bool>, Fault> {
        forget::forget(&self.sessions, &self.positions, name, by).await
    }
}

#[async_trait]
impl Platforms for PostgresStore {
    async fn platforms(&self) -> Result<Vec<PlatformView>, Fault> {
        self.platforms.platforms().await
    }

    async fn platform(&self, name: &str) -> Result<Option<PlatformView>, Fault> {
        self.platforms.platform(name).await
    }

    async fn numbered_events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault> {
        self.platforms.numbered_events(after, limit).await
    }

    async fn pending_below(
        &self,
        name: &str,
        filter: DeliveryFilter,
        below: u64,
        limit: usize,
    ) -> Result<Vec<Pending>, Fault> {
        self.platforms
            .pending_below(name, filter, below, limit)
            .await
    }

    async fn first_tries(
        &self,
        name: &str,
        first: u64,
        last: u64,
    ) -> Result<Vec<FirstTries>, Fault> {
        self.platforms.first_tries(name, first, last).await
    }

    async fn attempts(
        &self,
        name: &str,
        sequences: &[u64],
        limit: usize,
    ) -> Result<Vec<Attempt>, Fault> {
        self.platforms.attempts(name, sequences, limit).await
    }

    async fn replay(
        &self,
        name: &str,
        range: ReplayRange,
        by: &Actor,
    ) -> Result<Result<Replay, ReplayRefused>, Fault> {
        self.platforms.replay(name, range, by).await
    }

    async fn pause(&self, name: &str, by: &Actor) -> Result<bool, Fault> {
        self.platforms.pause(name, by).await
    }

    async fn resume(&self, name: &str, by: &Actor) -> Result<bool, Fault> {
        self.platforms.resume(name, by).await
    }

    async fn forget(&self, name: &str, by: &Actor) -> Result<Option<bool>, Fault> {
        self.platforms.forget(name, by).await
    }
}
