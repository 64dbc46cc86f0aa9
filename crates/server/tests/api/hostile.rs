//! What nobody sends by mistake.

use std::time::Duration;

use jumun_server::Config;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{Engine, Shop, on_each_engine};

#[tokio::test]
async fn a_hostile_body_is_turned_away_and_never_a_fault_of_ours() {
    let shop = Shop::open(Engine::ANY).await;
    shop.user(7, 0).await;
    let deep = |open: &str, close: &str| open.repeat(100_000) + &close.repeat(100_000);
    let bodies: Vec<Vec<u8>> = vec![
        deep("[", "]").into_bytes(),
        "{\"userId\":".repeat(50_000).into_bytes(),
        b"{\"userId\": \"\xff\xfe\"}".to_vec(),
        b"\xff\xff\xff".to_vec(),
        b"\xef\xbb\xbf{}".to_vec(),
        b"{\"userId\": \"\\ud800\"}".to_vec(),
        b"{\"\\u0000\": 1}".to_vec(),
        format!("{{\"userId\": {}}}", "9".repeat(500_000)).into_bytes(),
        format!("{{\"userId\": 1e{}}}", "9".repeat(100_000)).into_bytes(),
        format!("{{{}\"z\":1}}", "\"a\":1,".repeat(100_000)).into_bytes(),
        format!(
            "{{\"userId\":7,\"items\":[{}]}}",
            vec!["{}"; 100_000].join(",")
        )
        .into_bytes(),
        format!(
            "{{\"userId\":7,\"items\":[{}]}}",
            vec!["0"; 100_000].join(",")
        )
        .into_bytes(),
        b"NaN".to_vec(),
        b"{\"userId\": Infinity}".to_vec(),
        b"{'userId': 7}".to_vec(),
        vec![0; 1000],
    ];
    for body in bodies {
        let start: String = String::from_utf8_lossy(&body).chars().take(30).collect();
        for path in [
            "/orders",
            "/orders/quote",
            "/campaigns",
            "/users/7/balance/charges",
        ] {
            let reply = shop.raw(path, body.clone()).await;
            assert_eq!(
                reply.problem(),
                (400, "validation-failed".to_owned()),
                "{path}: {start}"
            );
            let errors = reply.json()["errors"].as_array().map_or(0, Vec::len);
            assert!((1..=20).contains(&errors), "{errors} errors for {start}");
        }
    }
}

on_each_engine!(a_text_with_control_characters_or_too_long_is_turned_away);
async fn a_text_with_control_characters_or_too_long_is_turned_away(engine: Engine) {
    let shop = Shop::open(engine).await;
    let table = [
        (json!("a\u{0}b"), 400),
        (json!("a\nb"), 400),
        (json!(""), 400),
        (json!("a".repeat(201)), 400),
        (json!("가".repeat(200)), 201),
        (json!("<script>alert(1)</script>"), 200),
        (json!("'; DROP TABLE users; --"), 200),
    ];
    for (name, status) in table {
        let reply = shop
            .put("/users/7", json!({"name": name}))
            .await
            .expect(status);
        if status < 300 {
            assert_eq!(reply.json()["name"], name);
        }
    }
}

/// Sends bytes as they are, and reads until the server closes.
async fn exchange(shop: &Shop, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(&shop.address).await.unwrap();
    // A server that has seen enough may close before it has read everything.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_hostile_path_is_not_found_and_quoted_in_short() {
    let shop = Shop::open(Engine::ANY).await;
    let long = format!("/{}", "a".repeat(8_000));
    let paths = [
        "//",
        "//users/7",
        "/users//7",
        "/users/7/",
        "/users/../metrics",
        "/./livez",
        "/LIVEZ",
        "/%2e%2e/etc/passwd",
        "/problems/..%2f..%2fCargo.toml",
        "/assets/../Cargo.toml",
        "/%00",
        "/users%2F7",
        long.as_str(),
    ];
    for path in paths {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let answer = exchange(&shop, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
        let body: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        assert_eq!(body["code"], "not-found", "{path}");
        assert!(body["detail"].as_str().unwrap().len() < 200);
    }
}

#[tokio::test]
async fn a_head_that_is_no_http_gets_400_or_431_and_the_connection_is_closed() {
    // One of them announces a body that never comes.
    let config = Config {
        body_deadline: Duration::from_millis(200),
        ..Config::default()
    };
    let shop = Shop::open_with(Engine::ANY, config).await;
    let table = [
        ("no http at all\r\n\r\n".to_owned(), "HTTP/1.1 400 "),
        ("GET / HTTP/9.9\r\n\r\n".to_owned(), "HTTP/1.1 "),
        (format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(100_000)), "HTTP/1.1 431 "),
        ("POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n".to_owned(), "HTTP/1.1 400 "),
        (
            "POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
                .to_owned(),
            "HTTP/1.1 ",
        ),
    ];
    for (request, start) in table {
        let answer = exchange(&shop, request.as_bytes()).await;
        let answered = answer.is_empty() || answer.starts_with(start);
        assert!(answered, "{:.60}: {answer}", request);
        assert!(!answer.starts_with("HTTP/1.1 2"), "{:.60}", request);
    }
    shop.get("/livez").await.expect(200);
}

#[tokio::test]
async fn a_body_that_is_announced_too_large_is_refused_before_it_is_sent() {
    let shop = Shop::open(Engine::ANY).await;
    let mut stream = TcpStream::connect(&shop.address).await.unwrap();
    let head = "POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Content-Length: 1048577\r\nExpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 64];
    stream.read_exact(&mut answer).await.unwrap();
    assert!(
        answer.starts_with(b"HTTP/1.1 413 "),
        "{}",
        String::from_utf8_lossy(&answer)
    );
}

#[tokio::test]
async fn a_chunked_body_is_counted_and_one_at_the_limit_is_read() {
    let shop = Shop::open(Engine::ANY).await;
    shop.user(7, 0).await;
    let limit = 1024 * 1024;
    let padded = |length: usize| {
        let body = b"{\"amount\": 1}";
        [body.to_vec(), vec![b' '; length - body.len()]].concat()
    };
    shop.raw("/users/7/balance/charges", padded(limit))
        .await
        .expect(201);
    let head = "POST /users/7/balance/charges HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = format!("{:x}\r\n", limit + 1).into_bytes();
    let request = [
        head.as_bytes(),
        &chunk,
        &padded(limit + 1),
        b"\r\n0\r\n\r\n",
    ]
    .concat();
    let answer = exchange(&shop, &request).await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 413 "),
        "{answer:.200}"
    );
    assert_eq!(shop.get("/users/7").await.json()["balance"], json!(1));
}

#[tokio::test]
async fn a_long_name_is_quoted_in_short_and_all_wrong_places_are_counted() {
    let shop = Shop::open(Engine::ANY).await;
    let long = "n".repeat(900_000);
    let bodies = [
        format!("{{\"{long}\":1}}"),
        format!("{{\"{long}\":1e400}}"),
        format!("{{\"userId\":1,\"items\":[{{\"{long}\":1}}]}}"),
    ];
    for body in bodies {
        let reply = shop.raw("/orders", body).await.expect(400);
        assert!(reply.text.len() < 1_000, "{:.200}", reply.text);
        assert!(reply.text.contains("nnn…"), "{}", reply.text);
    }
    let zeros = vec!["0"; 20_000].join(",");
    let many = format!("{{\"userId\":7,\"items\":[{zeros}]}}");
    let reply = shop.raw("/orders", many).await.expect(400).json();
    let detail = reply["detail"].as_str().unwrap();
    assert!(
        detail.ends_with("`errors` lists the first 20 of 20001 wrong places."),
        "{detail}"
    );
    assert_eq!(reply["errors"].as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn a_request_that_is_refused_before_its_body_came_ends_the_connection_and_says_so() {
    let shop = Shop::open(Engine::ANY).await;
    for length in [1, 4_096, 4_097, 100_000] {
        for expect in ["", "Expect: 100-continue\r\n"] {
            let head = format!(
                "POST /nowhere HTTP/1.1\r\nHost: localhost\r\n{expect}Content-Length: {length}\r\n\r\n"
            );
            let answer = exchange(&shop, head.as_bytes()).await;
            assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
            assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
        }
    }
}

/// How many requests of a stream are answered, where the first is as given and
/// a harmless one follows on the same connection.
async fn answered_before_another(shop: &Shop, head: &str, body: &str) -> (String, usize) {
    let request = format!("{head}\r\n\r\n{body}");
    let next = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = exchange(shop, format!("{request}{next}").as_bytes()).await;
    let count = answer.matches("HTTP/1.1 ").count();
    (answer, count)
}

#[tokio::test]
async fn a_request_whose_end_two_readers_see_differently_is_refused_and_ends_the_connection() {
    let shop = Shop::open(Engine::ANY).await;
    shop.user(7, 0).await;
    let start = "POST /users/7/balance/charges HTTP/1.1\r\nHost: localhost\r\n\
                 Content-Type: application/json";
    let body = "c\r\n{\"amount\":1}\r\n0\r\n\r\n";
    let codings = [
        "Transfer-Encoding: foo, chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    ];
    for coding in codings {
        let head = format!("{start}\r\n{coding}");
        let (answer, count) = answered_before_another(&shop, &head, body).await;
        assert_eq!(count, 1, "{coding}: {answer}");
        assert!(answer.starts_with("HTTP/1.1 400 "), "{coding}: {answer}");
    }
    let twice = "GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: localhost";
    let (answer, count) = answered_before_another(&shop, twice, "").await;
    assert_eq!(count, 1, "{answer}");
    let balance = shop.get("/users/7/balance").await.json()["balance"].clone();
    assert_eq!(balance, json!(0), "nothing was charged");
    // RFC 9112, section 6.1: chunks beat a length, and nothing comes after them.
    for coding in [
        "Transfer-Encoding: chunked\r\nContent-Length: 3",
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
    ] {
        let head = format!("{start}\r\n{coding}");
        let (answer, count) = answered_before_another(&shop, &head, body).await;
        assert_eq!(count, 1, "{coding}: {answer}");
        assert!(answer.starts_with("HTTP/1.1 201 "), "{coding}: {answer}");
    }
    let head = format!("{start}\r\nTransfer-Encoding: Chunked");
    let (answer, count) = answered_before_another(&shop, &head, body).await;
    assert_eq!(count, 2, "{answer}");
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
}

#[tokio::test]
async fn a_request_names_its_host_once() {
    let shop = Shop::open(Engine::ANY).await;
    let table = [
        ("HTTP/1.1\r\n", "HTTP/1.1 400 "),
        (
            "HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n",
            "HTTP/1.1 400 ",
        ),
        ("HTTP/1.1\r\nHost:\r\n", "HTTP/1.1 200 "),
        ("HTTP/1.1\r\nHost: localhost\r\n", "HTTP/1.1 200 "),
        ("HTTP/1.0\r\n", "HTTP/1.0 200 "),
    ];
    for (head, start) in table {
        let request = format!("GET /livez {head}Connection: close\r\n\r\n");
        let answer = exchange(&shop, request.as_bytes()).await;
        assert!(answer.starts_with(start), "{head:?}: {answer}");
        if start.contains("400") {
            assert!(answer.contains("\"parameter\":\"Host\""), "{answer}");
        }
    }
}
