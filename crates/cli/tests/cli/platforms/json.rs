//! `jumun events list --json` beside the API.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Client, DEADLINE, Folder, Receiver, Server};

/// How long to wait before both are asked again: an attempt can come between
/// two questions.
const LOOK_PERIOD: Duration = Duration::from_millis(20);

/// Takes out what goes with the clock, so that no two questions find the same;
/// it has to be there.
fn without_clocks(text: &str) -> Value {
    let mut shown: Value = serde_json::from_str(text).expect("JSON");
    for item in shown["items"].as_array_mut().expect("items") {
        let mut take = |member: &str| item.get_mut(member).map(Value::take);
        let (age, lease) = (take("lagSeconds"), take("leasedUntil"));
        assert!(age.is_some_and(|it| it.is_f64()), "{text}");
        assert!(lease.is_some_and(|it| it.is_string()), "{text}");
    }
    shown
}

/// Asks both until they say the same, and gives what they say.
async fn agreed(
    folder: &Folder,
    client: &Client,
    (line, path): (&str, &str),
    shown: impl Fn(&str) -> Value,
) -> Value {
    let deadline = Instant::now() + DEADLINE;
    loop {
        let answered = client.get(path).await;
        assert_eq!(answered.status, 200, "{path}: {answered:?}");
        let printed = folder.shop_succeeds(line);
        if shown(&printed) == shown(&answered.text) {
            return shown(&printed);
        }
        assert!(
            Instant::now() < deadline,
            "{line} printed {printed}\n{path} answered {}",
            answered.text
        );
        tokio::time::sleep(LOOK_PERIOD).await;
    }
}

#[tokio::test]
async fn a_list_in_json_is_what_the_api_answers() {
    for folder in Folder::of_each_engine() {
        let receiver = Receiver::start().await;
        let url = receiver.url();
        folder.write(
            "jumun.toml",
            format!("[[platform]]\nurl = \"{url}\"\nname = \"billing\"\n"),
        );
        let options = ["--listen", "127.0.0.1:0", "--config", "jumun.toml"];
        let server = Server::start_with(&folder, &options);
        let client = server.client();
        client.product(1, 1_000, 100).await;
        client.user(1, 100_000).await;
        assert_eq!(client.order(1, 1).await.status, 201);
        receiver.wait_for(1).await;
        receiver.answer(503);
        for _ in 0..2 {
            assert_eq!(client.order(1, 1).await.status, 201);
        }
        receiver.wait_for(2).await;
        folder.shop_succeeds("events pause");
        folder.shop_succeeds("events replay --from 1 --to 2");

        let questions = ("events list --json", "/platforms");
        let platforms = agreed(&folder, &client, questions, without_clocks).await;
        let platform = &platforms["items"][0];
        assert_eq!(platform["status"], "PAUSED");
        assert_eq!(platform["replays"][0]["to"], 2, "{platforms}");
        // To the letter: a page that is the last, one that is not, and one of a state.
        let table = [
            ("", "", 3, false),
            (" --limit 2", "?limit=2", 2, true),
            (" --state blocked", "?state=BLOCKED", 1, false),
        ];
        for (options, query, count, more) in table {
            let line = format!("events list billing --json{options}");
            let path = format!("/platforms/billing/deliveries{query}");
            let whole = |text: &str| Value::from(text.trim_end());
            let text = agreed(&folder, &client, (&line, &path), whole).await;
            let text = text.as_str().expect("a text");
            let shown: Value = serde_json::from_str(text).expect("JSON");
            assert_eq!(shown["items"].as_array().map(Vec::len), Some(count));
            assert_eq!(shown["nextCursor"].is_string(), more, "{shown}");
        }
        server.stop();
    }
}
