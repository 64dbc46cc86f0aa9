//! What the server answers, and what of it a snapshot keeps.

use reqwest::header::HeaderMap;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::ALWAYS_SHOWN;

/// What the server answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

pub(crate) async fn send(request: RequestBuilder) -> Reply {
    let response = request.send().await.expect("the server answers");
    let (status, headers) = (response.status(), response.headers().clone());
    Reply {
        status,
        headers,
        text: response.text().await.expect("the answer arrives whole"),
    }
}

impl Reply {
    /// Itself, if it has this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The `code` of a problem, and its status.
    #[track_caller]
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{}",
            self.text
        );
        let body = self.json();
        let status = self.status.as_u16();
        assert_eq!(body["status"], json!(status));
        assert_eq!(
            body["type"],
            json!(format!("/problems/{}", body["code"].as_str().unwrap()))
        );
        (status, body["code"].as_str().unwrap().to_owned())
    }

    /// What a snapshot keeps: all but ids, times and what HTTP adds.
    pub(crate) fn snapshot(&self) -> Value {
        const KEPT: [&str; 8] = [
            "allow",
            "cache-control",
            "content-language",
            "content-type",
            "idempotent-replayed",
            "location",
            "retry-after",
            "vary",
        ];
        let kept = |name: &&str| Some((name.to_string(), json!(redacted(self.header(name)?))));
        let headers: serde_json::Map<_, _> = KEPT.iter().filter_map(kept).collect();
        json!({
            "status": self.status.as_u16(),
            "headers": headers,
            "body": without_ids(self.json()),
        })
    }
}

fn without_ids(value: Value) -> Value {
    match value {
        Value::String(text) => json!(redacted(&text)),
        Value::Array(items) => items.into_iter().map(without_ids).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, without_ids(value)))
            .collect(),
        other => other,
    }
}

/// The text without UUIDs, times, cursors and trace ids of this run.
fn redacted(text: &str) -> String {
    if text.len() >= 20 && text.as_bytes()[4] == b'-' && text.ends_with('Z') && text.contains('T') {
        let of_this_run = !ALWAYS_SHOWN.contains(&text);
        return if of_this_run {
            "[time]".to_owned()
        } else {
            text.to_owned()
        };
    }
    if text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return "[hex]".to_owned();
    }
    let mut words = Vec::new();
    for word in text.split_inclusive([' ', '/', '`', ':', '.']) {
        let bare = word.trim_end_matches([' ', '/', '`', ':', '.']);
        let uuid = bare.len() == 36 && bare.bytes().filter(|byte| *byte == b'-').count() == 4;
        match bare.get(..36).filter(|head| !uuid && is_uuid(head)) {
            Some(head) => words.push(word.replace(head, "[id]")),
            None if uuid && is_uuid(bare) => words.push(word.replace(bare, "[id]")),
            None => words.push(word.to_owned()),
        }
    }
    words.concat()
}

fn is_uuid(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        && text.contains('-')
}
