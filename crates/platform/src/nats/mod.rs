//! Platforms that are a subject of NATS, kept by a JetStream stream.

mod fault;
mod link;
mod stream;

use std::time::{Duration, Instant};

use async_nats::jetstream::Context;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_trait::async_trait;
use tokio::sync::OnceCell;

use crate::client::{Client, Delivery};
use crate::message::{CONTENT_TYPE, Message};
use crate::outcome::{Failure, Outcome};
use crate::settings::{NatsTarget, PlatformSettings, SettingsError};
use crate::tls::{Encryption, client_config};
use link::Link;

/// The header that says what a message's body is. NATS tells upper from lower case.
const CONTENT_TYPE_HEADER: &str = "content-type";

/// Publishes each message and waits until a stream has acknowledged it. The
/// event's id goes with it as `Nats-Msg-Id`, by which the stream drops repeats.
///
/// It creates nothing on the server unless the settings say so, and then a
/// stream for its subject where none takes it. Its connection, one for all messages, is
/// made for the first of them and made again when it is lost; meanwhile every
/// message fails at once.
pub(crate) struct NatsClient {
    link: OnceCell<Link>,
    target: NatsTarget,
    tls: rustls::ClientConfig,
    timeout: Duration,
    creates_stream: bool,
}

impl NatsClient {
    /// Reads the root certificates; connects to nothing yet.
    pub(crate) fn new(
        settings: &PlatformSettings,
        target: &NatsTarget,
    ) -> Result<Self, SettingsError> {
        let encryption = if target.requires_tls {
            Encryption::Required
        } else {
            Encryption::IfOffered
        };
        Ok(Self {
            link: OnceCell::new(),
            target: target.clone(),
            tls: client_config(settings.root_certificates.as_deref(), encryption)?,
            timeout: settings.timeout,
            creates_stream: settings.create_stream,
        })
    }

    async fn publish(&self, message: &Message) -> Result<(), Failure> {
        let link = self
            .link
            .get_or_try_init(|| Link::begin(&self.target, self.tls.clone(), self.timeout))
            .await?;
        let up = link.up()?;
        tokio::select! {
            result = self.acknowledged(up.jetstream, message) => {
                result.map_err(|error| fault::not_published(&error, &self.target.subject, link))
            }
            failure = up.lost.wait() => Err(failure),
        }
    }

    async fn acknowledged(
        &self,
        jetstream: &Context,
        message: &Message,
    ) -> Result<(), PublishError> {
        let missing = match self.send_to(jetstream, message).await {
            Err(error) if error.kind() == PublishErrorKind::StreamNotFound => error,
            done => return done,
        };
        if !self.creates_stream || !stream::create(jetstream, &self.target.subject).await {
            return Err(missing);
        }
        self.send_to(jetstream, message).await
    }

    async fn send_to(&self, jetstream: &Context, message: &Message) -> Result<(), PublishError> {
        let outgoing = PublishMessage::build()
            .message_id(message.id.to_string())
            .header(CONTENT_TYPE_HEADER, CONTENT_TYPE)
            .payload(message.body.clone());
        let subject = self.target.subject.clone();
        jetstream.send_publish(subject, outgoing).await?.await?;
        Ok(())
    }
}

#[async_trait]
impl Client for NatsClient {
    async fn send(&self, message: &Message) -> Delivery {
        let begun = Instant::now();
        let outcome = match tokio::time::timeout(self.timeout, self.publish(message)).await {
            Ok(Ok(())) => Outcome::Delivered { status: None },
            Ok(Err(failure)) => failure.into(),
            Err(_) => fault::late(self.timeout, self.link.get()).into(),
        };
        Delivery::ended(begun, outcome)
    }
}
