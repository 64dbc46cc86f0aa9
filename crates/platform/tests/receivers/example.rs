//! The example of the document.

use std::collections::HashMap;

use jumun_platform::signature::{ID_HEADER, SIGNATURE_HEADER, Signable, TIMESTAMP_HEADER};
use serde_json::Value;

use crate::document;

#[test]
fn the_example_is_signed_as_the_document_says() {
    let (head, shown) = document::example();
    let headers: HashMap<_, _> = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .collect();
    let body = without_space(shown);
    let event: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(event["id"], headers[ID_HEADER]);
    assert_eq!(headers["content-length"], body.len().to_string());
    assert_eq!(headers["content-type"], jumun_platform::CONTENT_TYPE);
    let secret = document::example_secret().parse().unwrap();
    let timestamp_s = headers[TIMESTAMP_HEADER].parse().unwrap();
    let signable = Signable {
        id: headers[ID_HEADER],
        timestamp_s,
        body: body.as_bytes(),
    };
    assert_eq!(headers[SIGNATURE_HEADER], signable.sign(&[secret]));
}

/// The JSON without white space between its parts.
fn without_space(json: &str) -> String {
    let mut is_within_text = false;
    let mut before = ' ';
    let is_kept = |character: &char| {
        if *character == '"' && before != '\\' {
            is_within_text = !is_within_text;
        }
        before = *character;
        is_within_text || !character.is_whitespace()
    };
    json.chars().filter(is_kept).collect()
}
