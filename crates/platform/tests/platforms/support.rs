//! What the tests of every kind of platform need.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use jumun_domain::UserId;
use jumun_platform::{Client, Failure, Message, Outcome, PlatformSettings, connect};
use uuid::Uuid;

/// How long anything may take before a test fails, on a loaded machine too.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(5);

/// The message with this number, of one of ten users.
pub(crate) fn message(number: u64) -> Message {
    let id = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(number));
    let user = i64::try_from(number % 10 + 1).unwrap();
    let body = format!(r#"{{"specversion":"1.0","id":"{id}","data":{{"name":"주문 {number}"}}}}"#);
    Message {
        sequence: number,
        id,
        user_id: UserId::new(user).unwrap(),
        body: Bytes::from(body),
    }
}

/// Settings as a test wants them: private addresses allowed, and time enough.
pub(crate) fn settings(url: &str) -> PlatformSettings {
    let mut settings = PlatformSettings::new(url).unwrap_or_else(|error| panic!("{url}: {error}"));
    settings.allow_private_addresses = true;
    settings.timeout = DEADLINE;
    settings
}

/// A client for a platform, with these settings.
pub(crate) fn client(settings: &PlatformSettings) -> Arc<dyn Client> {
    connect(settings).unwrap_or_else(|error| panic!("{settings:?}: {error}"))
}

/// Sends one message that must be delivered.
pub(crate) async fn deliver(client: &dyn Client, message: &Message) {
    let delivery = client.send(message).await;
    let Outcome::Delivered { .. } = delivery.outcome else {
        panic!(
            "message {} was not delivered: {delivery:?}",
            message.sequence
        );
    };
}

/// Sends one message that must fail; how.
pub(crate) async fn fail(client: &dyn Client, message: &Message) -> Failure {
    let delivery = client.send(message).await;
    let Outcome::Failed(failure) = delivery.outcome else {
        panic!("message {} did not fail: {delivery:?}", message.sequence);
    };
    failure
}

/// Sends all of these at once; each must be delivered.
pub(crate) async fn deliver_together(client: &Arc<dyn Client>, numbers: std::ops::Range<u64>) {
    let mut sends = tokio::task::JoinSet::new();
    for number in numbers {
        let client = Arc::clone(client);
        sends.spawn(async move { deliver(&*client, &message(number)).await });
    }
    while let Some(sent) = sends.join_next().await {
        sent.unwrap();
    }
}

/// Runs an ignored test of this binary in a process of its own, with these
/// variables; `sh` does `first` before. It must pass.
pub(crate) fn run_apart(test: &str, first: &str, variables: &[(&str, &Path)]) {
    let output = Command::new("sh")
        .args(["-c", &format!("{first}; exec \"$@\""), "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored"])
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert_says(&said, &["1 passed"]);
}

/// Looks until it is as it should be.
pub(crate) async fn eventually(what: &str, mut look: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !look().await {
        assert!(Instant::now() < deadline, "not in time: {what}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Asserts that a text says all of this.
#[track_caller]
pub(crate) fn assert_says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in {text:?}");
    }
}
