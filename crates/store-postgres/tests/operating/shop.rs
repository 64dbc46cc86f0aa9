//! A store whose every answer is looked at.

use std::fmt::Display;

use jumun_domain::{Answer, Command, Decision, IdempotencyKey, Request};
use jumun_store::Store as _;
use jumun_store_postgres::{Options, PostgresStore, Target};

/// What went wrong, in words.
pub(crate) type Tried<T> = Result<T, String>;

/// An open shop.
pub(crate) struct Shop(pub(crate) PostgresStore);

impl Shop {
    /// Opens it as `serve` does.
    pub(crate) async fn open(target: &Target) -> Tried<Self> {
        let opened = PostgresStore::open(target, &Options::default()).await;
        opened.map(Self).map_err(|error| error.to_string())
    }

    /// Carries out a command that nothing stands in the way of.
    pub(crate) async fn done(&self, command: Command) -> Tried<Answer> {
        self.ask(Request::new(command, None)).await
    }

    /// The same under a key, twice: the second answer is remembered.
    pub(crate) async fn twice(&self, command: Command, key: &str) -> Tried<Answer> {
        let key = IdempotencyKey::parse(key).expect("a key");
        let request = Request::new(command, Some(key));
        self.ask(request.clone()).await?;
        self.ask(request).await
    }

    async fn ask(&self, request: Request) -> Tried<Answer> {
        let asked = format!("{:?}", request.command);
        match self.0.execute(request).await {
            Ok(Decision::Done(answer) | Decision::Replayed(answer)) => Ok(answer),
            Ok(other) => Err(format!("{asked}: {other:?}")),
            Err(fault) => Err(format!("{asked}: {fault}")),
        }
    }
}

/// The answer to a read, which has to be there.
pub(crate) fn found<T, E: Display>(what: &str, read: Result<Option<T>, E>) -> Tried<T> {
    read.map_err(|fault| format!("{what}: {fault}"))?
        .ok_or_else(|| format!("{what}: nothing is there"))
}

/// The answer to a read of several.
pub(crate) fn read<T, E: Display>(what: &str, read: Result<T, E>) -> Tried<T> {
    read.map_err(|fault| format!("{what}: {fault}"))
}
