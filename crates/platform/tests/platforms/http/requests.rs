//! What a receiver gets.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use http::Method;
use jumun_platform::signature::{Received as Signed, VerifyError};
use jumun_platform::{Message, Secret};

use super::receiver::{Received, Receiver};
use crate::support::{client, deliver, message, settings};

const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEW: &str = "whsec_bmV3LXNlY3JldC13aXRoLTMyLWJ5dGVzLWluLWFsbCE=";

/// The expected value of the signature header, computed apart from this crate.
const PYTHON: &str = r#"
import base64, hashlib, hmac, sys
message_id, timestamp, body, *secrets = sys.argv[1:]
content = f"{message_id}.{timestamp}.".encode() + bytes.fromhex(body)
print(" ".join(
    "v1," + base64.b64encode(
        hmac.new(base64.b64decode(secret[6:]), content, hashlib.sha256).digest()
    ).decode()
    for secret in secrets
))
"#;

/// The request that one message becomes.
async fn request(message: &Message, path: &str, secrets: &[&str]) -> Received {
    let receiver = Receiver::with_status(204).await;
    let mut settings = settings(&receiver.url(path));
    settings.secrets = secrets.iter().map(|text| secret(text)).collect();
    deliver(&*client(&settings), message).await;
    receiver.only()
}

fn secret(text: &str) -> Secret {
    text.parse().unwrap()
}

fn python_signature(request: &Received, secrets: &[&str]) -> String {
    let hex: String = request
        .body
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let output = Command::new("python3")
        .args(["-c", PYTHON, request.header("webhook-id")])
        .args([request.header("webhook-timestamp"), &hex])
        .args(secrets)
        .output()
        .expect("python3 runs; install it, as with: apt-get install python3");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout)
        .unwrap()
        .trim_end()
        .to_owned()
}

#[tokio::test]
async fn a_message_is_one_cloud_event_in_structured_mode() {
    let message = message(7);
    let request = request(&message, "/hooks/orders?shop=1", &[]).await;
    assert_eq!(request.method, Method::POST);
    assert_eq!(request.uri, "/hooks/orders?shop=1");
    assert_eq!(request.body, message.body);
    assert_eq!(
        request.header("content-type"),
        "application/cloudevents+json"
    );
    assert_eq!(
        request.header("content-length"),
        message.body.len().to_string()
    );
    assert!(request.header("host").starts_with("127.0.0.1:"));
    assert!(request.header("user-agent").starts_with("jumun/"));
    for unsigned in [
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
        "authorization",
    ] {
        assert!(!request.headers.contains_key(unsigned), "{unsigned}");
    }
}

#[tokio::test]
async fn the_credentials_of_a_url_are_sent_as_basic_authentication() {
    let receiver = Receiver::with_status(200).await;
    let url = receiver.url("/").replace("://", "://us%40er:p%3Ass@");
    deliver(&*client(&settings(&url)), &message(1)).await;
    // us@er:p:ss
    assert_eq!(
        receiver.only().header("authorization"),
        "Basic dXNAZXI6cDpzcw=="
    );
}

#[tokio::test]
async fn a_signature_is_what_another_implementation_computes() {
    let mut message = message(7);
    let check = async |message: &Message, secrets: &[&str]| {
        let request = request(message, "/", secrets).await;
        assert_eq!(request.header("webhook-id"), message.id.to_string());
        let now_s = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let timestamp_s: u64 = request.header("webhook-timestamp").parse().unwrap();
        assert!(now_s.abs_diff(timestamp_s) < 60, "{timestamp_s} at {now_s}");
        let signature = request.header("webhook-signature");
        assert_eq!(signature, python_signature(&request, secrets));
    };
    check(&message, &[OLD]).await;
    check(&message, &[NEW]).await;
    check(&message, &[OLD, NEW]).await;
    message.body = "".into();
    check(&message, &[OLD]).await;
    message.body = vec![b'x'; 60_000].into();
    check(&message, &[OLD]).await;
}

#[tokio::test]
async fn while_secrets_change_either_side_of_the_change_believes_the_message() {
    let request = request(&message(7), "/", &[OLD, NEW]).await;
    let signed = Signed {
        id: request.header("webhook-id"),
        timestamp: request.header("webhook-timestamp"),
        signature: request.header("webhook-signature"),
        body: &request.body,
    };
    let now_s = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let check = |known: &[&str], expected: Result<(), VerifyError>| {
        let known: Vec<Secret> = known.iter().map(|text| secret(text)).collect();
        assert_eq!(signed.verify(&known, now_s), expected);
    };
    check(&[OLD], Ok(()));
    check(&[NEW], Ok(()));
    check(
        &["whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
        Err(VerifyError::Signature),
    );
}

#[tokio::test]
async fn each_attempt_has_its_own_time_and_the_same_id() {
    let receiver = Receiver::with_status(200).await;
    let mut settings = settings(&receiver.url("/"));
    settings.secrets = vec![secret(OLD)];
    let client = client(&settings);
    let message = message(1);
    deliver(&*client, &message).await;
    let first = receiver.only();
    crate::support::eventually("the second has passed", async || {
        deliver(&*client, &message).await;
        let received = receiver.received();
        let last = received.last().unwrap();
        assert_eq!(last.header("webhook-id"), first.header("webhook-id"));
        last.header("webhook-timestamp") != first.header("webhook-timestamp")
            && last.header("webhook-signature") != first.header("webhook-signature")
    })
    .await;
}
