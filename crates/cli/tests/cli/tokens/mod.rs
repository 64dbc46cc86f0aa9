//! `jumun token`, and what the tokens that it makes open.

mod commands;
mod limits;
mod providers;
mod serving;

use serde_json::Value;

use crate::support::{Folder, Server};

/// A server that asks for tokens.
fn guarded(folder: &Folder, options: &[&str]) -> Server {
    let options = [&["--listen", "127.0.0.1:0", "--auth", "token"], options].concat();
    Server::start_with(folder, &options)
}

/// Makes a token; its text.
fn create(folder: &Folder, options: &str) -> String {
    let printed = folder.shop_succeeds(&format!("token create {options}"));
    let token = printed.strip_suffix('\n').expect("a line");
    assert!(token.starts_with("jumun_") && !token.contains(char::is_whitespace));
    token.to_owned()
}

/// The public id in a token.
fn id(token: &str) -> &str {
    token.split('_').nth(1).expect("an id")
}

/// What nobody else may know of a token. It may have `_` in it as well.
fn secret(token: &str) -> &str {
    token.splitn(3, '_').nth(2).expect("a secret")
}

/// All tokens, newest first.
fn list(folder: &Folder) -> Vec<Value> {
    let printed = folder.shop_succeeds("token list --json");
    let mut printed: Value = serde_json::from_str(&printed).expect("JSON");
    match printed["items"].take() {
        Value::Array(items) => items,
        other => panic!("{other}"),
    }
}
