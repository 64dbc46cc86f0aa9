//! A stream, as an operator creates it, and what it holds.

use async_nats::jetstream::stream::{Config, Stream};
use async_nats::{ConnectOptions, HeaderMap};

use super::server::Server;

/// A message that the stream holds.
pub(crate) struct Held {
    pub(crate) headers: HeaderMap,
    pub(crate) body: bytes::Bytes,
}

/// Creates a stream of this subject.
pub(crate) async fn create(server: &Server, subject: &str) {
    create_with(server, subject, ConnectOptions::new()).await;
}

/// The same, for a server that wants to be talked to so.
pub(crate) async fn create_with(server: &Server, subject: &str, options: ConnectOptions) {
    let client = options.connect(server.address()).await.unwrap();
    let config = Config {
        name: "ORDERS".to_owned(),
        subjects: vec![subject.to_owned()],
        ..Config::default()
    };
    let jetstream = async_nats::jetstream::new(client);
    jetstream.create_stream(config).await.unwrap();
}

/// All that it holds, oldest first.
pub(crate) async fn held(server: &Server) -> Vec<Held> {
    held_by(server, "ORDERS").await
}

/// All that a stream of this name holds, oldest first.
pub(crate) async fn held_by(server: &Server, name: &str) -> Vec<Held> {
    let client = async_nats::connect(server.address()).await.unwrap();
    let jetstream = async_nats::jetstream::new(client);
    let mut stream: Stream = jetstream.get_stream(name).await.unwrap();
    let last = stream.info().await.unwrap().state.last_sequence;
    let mut held = Vec::new();
    for sequence in 1..=last {
        let message = stream.get_raw_message(sequence).await.unwrap();
        held.push(Held {
            headers: message.headers,
            body: message.payload,
        });
    }
    held
}
