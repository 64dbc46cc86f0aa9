use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use rustix::process::Signal;

use crate::support::{Folder, Server, one_piece};

/// The folder of a server's files after it ended.
fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

/// Sends the head of an order and half of its body, and waits until the server
/// has accepted it; the connection and the other half.
fn half_an_order(server: &Server) -> (TcpStream, String) {
    let address = server.base().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).expect("the server listens");
    let body = one_piece(1, 1).to_string();
    let (first, second) = body.split_at(body.len() / 2);
    write!(
        stream,
        "POST /orders HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    )
    .expect("sent");
    // The server asks for the body, so it has accepted the request.
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).expect("100 Continue");
    assert!(
        interim.starts_with(b"HTTP/1.1 100 "),
        "{}",
        String::from_utf8_lossy(&interim)
    );
    stream.write_all(first.as_bytes()).expect("sent");
    (stream, second.to_owned())
}

#[tokio::test]
async fn it_prints_one_line_when_it_can_serve_and_ends_with_0_on_sigterm_and_sigint() {
    let cases =
        [Signal::TERM, Signal::INT].map(|signal| Folder::of_each_engine().map(|it| (it, signal)));
    for (folder, signal) in cases.into_iter().flatten() {
        let server = Server::start(&folder);
        assert!(
            server.base().starts_with("http://127.0.0.1:"),
            "{}",
            server.base()
        );
        assert_eq!(server.client().get("/livez").await.status, 200);
        server.signal(signal);
        let (status, rest) = server.wait();
        assert_eq!((status.code(), &*rest), (Some(0), ""));
        if folder.is_on_server() {
            // Nothing is left to be waited for.
            folder.settle();
            continue;
        }
        let left = files(folder.path());
        assert!(left.contains(&"shop.db".to_owned()), "{left:?}");
        assert!(
            !left.contains(&"shop.db-wal".to_owned()),
            "the log is emptied: {left:?}"
        );
    }
}

#[tokio::test]
async fn what_it_had_accepted_before_sigterm_is_answered() {
    for folder in Folder::of_each_engine() {
        let server = Server::start(&folder);
        let client = server.client();
        client.user(1, 1_000).await;
        client.product(1, 10, 10).await;
        let (mut stream, second) = half_an_order(&server);
        server.signal(Signal::TERM);
        stream.write_all(second.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
        let (status, _) = server.wait();
        assert_eq!(status.code(), Some(0));
        folder.audit();
    }
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    for folder in Folder::of_each_engine() {
        let server = Server::start(&folder);
        let client = server.client();
        client.user(1, 1_000).await;
        client.product(1, 10, 10).await;
        let order = client
            .try_post("/orders", "key-1", &one_piece(1, 1))
            .await
            .expect("an answer");
        assert_eq!(order.status, 201, "{}", order.text);
        server.stop();
        let server = Server::start(&folder);
        let client = server.client();
        let again = client
            .try_post("/orders", "key-1", &one_piece(1, 1))
            .await
            .expect("an answer");
        assert!(again.replayed);
        assert_eq!(again.text, order.text);
        assert_eq!(client.get("/users/1").await.json()["balance"], 990);
        server.stop();
        folder.audit();
    }
}

#[tokio::test]
async fn a_second_interrupt_ends_it_at_once() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let (stream, _) = half_an_order(&server);
    server.signal(Signal::INT);
    // It accepts no more, but waits for the other half of the order.
    let address = server.base().trim_start_matches("http://").to_owned();
    while TcpStream::connect(&address).is_ok() {
        tokio::task::yield_now().await;
    }
    server.signal(Signal::INT);
    let (status, _) = server.wait();
    assert_eq!(status.code(), Some(130), "as shells tell an interrupt");
    drop(stream);
    folder.audit();
}

#[test]
fn a_second_server_on_the_same_file_is_refused_by_name() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let line = "serve --listen 127.0.0.1:0 --database sqlite:shop.db";
    folder.fail(
        line,
        1,
        &["another jumun server", "shop.db", "help: stop it first"],
    );
    server.stop();
    Server::start(&folder).stop();
}

#[test]
fn a_server_that_was_killed_leaves_no_lock_behind() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.signal(Signal::KILL);
    server.wait();
    Server::start(&folder).stop();
}

#[test]
fn an_address_that_others_can_reach_is_refused() {
    let folder = Folder::new();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:192.0.2.1]:0"] {
        let line = format!("serve --listen {address}");
        let parts = [
            "not a loopback address",
            "no authentication",
            "help: ",
            "reverse proxy",
        ];
        folder.fail(&line, 1, &parts);
    }
    assert!(!folder.file("jumun.db").exists());
}

#[test]
fn a_port_that_is_taken_is_told() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address");
    folder.fail(
        &format!("serve --listen {address}"),
        1,
        &["cannot listen on", "help: "],
    );
}

#[tokio::test]
async fn options_reach_the_server() {
    let options = [
        "--listen=127.0.0.1:0",
        "--currency=USD",
        "--require-idempotency-key",
        "--name=seoul-1",
        "--batches=3",
        "--readers=1",
        "--log-format=json",
    ];
    for folder in Folder::of_each_engine() {
        let server = Server::start_with(&folder, &options);
        let client = server.client();
        let user = client.put("/users/1", serde_json::json!({})).await;
        assert_eq!(user.json()["currency"], "USD");
        let reply = client
            .post("/users/1/balance/charges", serde_json::json!({"amount": 1}))
            .await;
        assert_eq!(reply.json()["code"], "idempotency-key-required");
        if folder.is_on_server() {
            // The batches, each on a connection of its own.
            let prepared = "SELECT count(*) FROM pg_stat_activity \
                 WHERE datname = current_database() AND application_name = 'jumun'";
            assert_eq!(folder.sql(prepared), "3");
        }
        server.stop();
        let log = fs::read_to_string(folder.file("serve.log")).expect("a log");
        for line in log.lines() {
            serde_json::from_str::<serde_json::Value>(line).expect("a line of JSON");
        }
        // The currency is pinned, and another one is refused.
        let line = "serve --listen 127.0.0.1:0 --currency KRW";
        folder.shop_fails(line, &["USD", "KRW", "help: "]);
    }
}

#[tokio::test]
async fn it_says_on_stderr_which_database_it_serves_and_that_nobody_is_asked_who_they_are() {
    for folder in Folder::of_each_engine() {
        Server::start(&folder).stop();
        let log = fs::read_to_string(folder.file("serve.log")).expect("a log");
        let shown = folder.url();
        let shown = shown.strip_prefix("sqlite:").unwrap_or(&shown);
        assert!(log.contains(shown), "{log}");
        assert!(log.contains("no authentication"), "{log}");
    }
}
