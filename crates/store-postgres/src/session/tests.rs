//! What a session is, against real servers and against one that plays a part.

mod answers;
mod encryption;
mod fake_server;
mod life;
mod places;
mod remarks;
mod settings;

use std::time::{Duration, Instant};

use super::{Connector, Session};
use crate::error::OpenError;
use crate::target::Target;

/// The password of all tests, which no message and no log may hold.
const PASSWORD: &str = "s3cret:of/tests";

/// The same as it stands in a URL.
const PASSWORD_IN_URL: &str = "s3cret%3Aof%2Ftests";

/// What a condition may take to become true on a busy machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// A connector for `url`; the environment's password does not matter.
fn connector(url: &str) -> Connector {
    Target::parse_with(url, None)
        .and_then(Connector::new)
        .unwrap_or_else(|error| panic!("{url}: {error}"))
}

async fn connect(url: &str) -> Session {
    connector(url)
        .connect()
        .await
        .unwrap_or_else(|error| panic!("{url}: {error}"))
}

/// Why `url` gives no session.
async fn refusal(url: &str) -> OpenError {
    let refused = Target::parse_with(url, None).and_then(Connector::new);
    let error = match refused {
        Err(error) => error,
        Ok(connector) => match connector.connect().await {
            Ok(_) => panic!("{url} gave a session"),
            Err(error) => error,
        },
    };
    let message = format!("{error} {error:?}");
    for secret in [PASSWORD, PASSWORD_IN_URL] {
        assert!(!message.contains(secret), "{message}");
    }
    error
}

/// The one value that `query` returns, as text.
async fn value(session: &Session, query: &str) -> String {
    let messages = session.simple_query(query).await.unwrap();
    messages
        .iter()
        .find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => Some(row.get(0)?.to_owned()),
            _ => None,
        })
        .unwrap_or_else(|| panic!("{query} returned nothing"))
}

/// Waits until `condition` holds.
async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < DEADLINE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
