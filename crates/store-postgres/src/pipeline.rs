//! Statements sent one after another, without waiting for the answers between.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row};

use crate::session::Session;
use crate::storage::StorageError;

/// The values of a statement.
pub(crate) type Values = Vec<Box<dyn ToSql + Sync + Send>>;

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A statement that was sent and whose answer is still to be awaited.
pub(crate) struct Sent<'a, T>(Result<Answer<'a, T>, Result<T, Error>>);

impl<'a, T> Sent<'a, T> {
    /// Sends now. The driver hands a request to the connection when it is first
    /// polled, so one poll is what sends it; the order of polls is the order on
    /// the wire.
    pub(crate) fn send(future: impl Future<Output = Result<T, Error>> + Send + 'a) -> Self {
        let mut future: Answer<'a, T> = Box::pin(future);
        match future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(answer) => Self(Err(answer)),
            Poll::Pending => Self(Ok(future)),
        }
    }

    pub(crate) async fn answer(self) -> Result<T, Error> {
        match self.0 {
            Ok(future) => future.await,
            Err(answer) => answer,
        }
    }
}

/// One round trip of many statements on one connection.
pub(crate) struct Pipeline<'a> {
    session: &'a Session,
    sent: Vec<Sent<'a, ()>>,
    broken: Option<StorageError>,
}

impl<'a> Pipeline<'a> {
    pub(crate) fn new(session: &'a Session) -> Self {
        Self {
            session,
            sent: Vec::new(),
            broken: None,
        }
    }

    /// Sends text that was not prepared: BEGIN and the like.
    pub(crate) fn command(&mut self, text: &'static str) {
        let client: &Client = self.session;
        self.sent.push(Sent::send(client.batch_execute(text)));
    }

    /// Sends a prepared statement that returns nothing.
    pub(crate) fn execute(&mut self, sql: &'static str, values: Values) {
        let Some(statement) = self.statement(sql) else {
            return;
        };
        let client: &Client = self.session;
        self.sent.push(Sent::send(async move {
            let values: Vec<&(dyn ToSql + Sync)> = plain(&values);
            client.execute(&statement, &values).await.map(drop)
        }));
    }

    /// Sends a prepared query.
    ///
    /// # Errors
    ///
    /// When it was not prepared, which is a fault of the engine.
    pub(crate) fn query(
        &mut self,
        sql: &'static str,
        values: Values,
    ) -> Result<Sent<'a, Vec<Row>>, StorageError> {
        let Some(statement) = self.statement(sql) else {
            return Err(NOT_PREPARED);
        };
        let client: &Client = self.session;
        Ok(Sent::send(async move {
            let values: Vec<&(dyn ToSql + Sync)> = plain(&values);
            client.query(&statement, &values).await
        }))
    }

    /// Whether nothing was sent yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.sent.is_empty() && self.broken.is_none()
    }

    fn statement(&mut self, sql: &'static str) -> Option<tokio_postgres::Statement> {
        let found = self.session.statements().get(sql);
        if found.is_none() {
            self.broken.get_or_insert(NOT_PREPARED);
        }
        found
    }

    /// Whether everything so far could be sent: to be asked before a COMMIT
    /// that must not be without any of it.
    ///
    /// # Errors
    ///
    /// A statement that was not prepared, which is a fault of the engine.
    pub(crate) fn check(&mut self) -> Result<(), StorageError> {
        self.broken.take().map_or(Ok(()), Err)
    }

    /// Awaits every statement sent but the queries, whose answers are awaited by
    /// whoever sent them.
    ///
    /// # Errors
    ///
    /// The first one: what comes after it in a transaction fails for its sake.
    pub(crate) async fn finish(self) -> Result<(), StorageError> {
        let mut first = self.broken;
        for sent in self.sent {
            if let Err(error) = sent.answer().await {
                first.get_or_insert(error.into());
            }
        }
        first.map_or(Ok(()), Err)
    }
}

const NOT_PREPARED: StorageError = StorageError::Engine("a statement was not prepared");

fn plain<'v>(values: &'v [Box<dyn ToSql + Sync + Send>]) -> Vec<&'v (dyn ToSql + Sync)> {
    values
        .iter()
        .map(|value| -> &'v (dyn ToSql + Sync) { value.as_ref() })
        .collect()
}
