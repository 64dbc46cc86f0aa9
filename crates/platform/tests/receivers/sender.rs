//! Sends as a dispatcher does, with the client that it has.

use std::sync::Arc;

use jumun_domain::UserId;
use jumun_platform::{Client, FailureKind, Message, Outcome, PlatformSettings, connect};
use serde_json::Value;
use uuid::Uuid;

use crate::program::DEADLINE;

/// Two secrets, one after the other in use.
pub(crate) const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// Its key ends in the middle of a group, so that its base64 has a `=`.
pub(crate) const NEW: &str = "whsec_bmV3LXNlY3JldC13aXRoLTMyLWJ5dGVzLWluLWFsbCE=";

/// What has become of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ended {
    Delivered,
    Refused,
    /// Without an answer.
    Broken,
}

/// The event with this number.
pub(crate) fn message(number: u64) -> Message {
    let id = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(number));
    let user = i64::try_from(number % 10 + 1).unwrap();
    let body = format!(
        r#"{{"specversion":"1.0","id":"{id}","sequence":"{number:020}","partitionkey":"{user}","data":{{"items":[{{"name":"\"주문\" {number}","unitPrice":9007199254740991}}]}}}}"#
    );
    Message {
        sequence: number,
        id,
        user_id: UserId::new(user).unwrap(),
        body: body.into(),
    }
}

/// What a receiver has to have stored of these.
pub(crate) fn events(numbers: impl IntoIterator<Item = u64>) -> Vec<Value> {
    let bodies = numbers.into_iter().map(|number| message(number).body);
    bodies
        .map(|body| serde_json::from_slice(&body).unwrap())
        .collect()
}

/// A client that sends there and signs with these secrets.
pub(crate) fn client(url: &str, secrets: &[&str]) -> Arc<dyn Client> {
    let mut settings = PlatformSettings::new(url).unwrap();
    settings.allow_private_addresses = true;
    settings.timeout = DEADLINE;
    settings.secrets = secrets.iter().map(|text| text.parse().unwrap()).collect();
    connect(&settings).unwrap()
}

/// Sends one event.
pub(crate) async fn send(client: &dyn Client, message: &Message) -> Ended {
    let delivery = client.send(message).await;
    match &delivery.outcome {
        Outcome::Delivered { status: Some(204) } => Ended::Delivered,
        Outcome::Failed(failure) => match failure.kind {
            FailureKind::Status(401) => Ended::Refused,
            FailureKind::Reset | FailureKind::Connect => Ended::Broken,
            _ => panic!("message {}: {delivery:?}", message.sequence),
        },
        _ => panic!("message {}: {delivery:?}", message.sequence),
    }
}
