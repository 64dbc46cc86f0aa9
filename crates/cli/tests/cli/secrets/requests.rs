//! Good and bad requests, with a token in every place where somebody puts one.

use std::io::Write as _;
use std::process::{Command, Stdio};

use reqwest::header::{AUTHORIZATION, COOKIE};
use reqwest::{Client, Method, Response};
use serde_json::json;

use super::canaries::Canaries;
use super::shop::Shop;
use super::trail::Trail;
use crate::support::{Receiver, one_piece};

/// Makes a token; its text is a secret from now on.
fn create(shop: &Shop, canaries: &mut Canaries, name: &str, options: &str) -> String {
    let printed = shop
        .folder()
        .shop_succeeds(&format!("token create {options}"));
    let token = printed.trim_end().to_owned();
    canaries.add_token(name, &token);
    token
}

/// Notes an answer; its status.
async fn note(trail: &mut Trail, response: reqwest::Result<Response>) -> u16 {
    let response = response.expect("an answer");
    let (status, url) = (response.status().as_u16(), response.url().path().to_owned());
    trail.add(
        "the headers of an answer",
        format!("{:?}", response.headers()),
    );
    let body = response.bytes().await.expect("a body");
    let place = if url == "/metrics" {
        "/metrics"
    } else {
        "an answer"
    };
    trail.add(place, body);
    status
}

/// Every kind of request over plain HTTP.
pub(super) async fn over_http(
    shop: &Shop,
    receiver: &Receiver,
    canaries: &mut Canaries,
    trail: &mut Trail,
) {
    let server = shop.serve(false);
    let admin = create(
        shop,
        canaries,
        "the admin's token",
        "--scope admin --label checkout",
    );
    let user = create(shop, canaries, "a user's token", "--user 7");
    let revoked = create(shop, canaries, "a revoked token", "--scope admin");
    let id = revoked.split('_').nth(1).expect("an id").to_owned();
    shop.folder().shop_succeeds(&format!("token revoke {id}"));
    let issuer = canaries.issuer.take().expect("an issuer");
    let (jwt, foreign) = (issuer.token("7"), crate::support::Issuer::new().token("7"));
    canaries.add_token("a JSON Web Token", &jwt);
    canaries.add_token("a foreign JSON Web Token", &foreign);
    let mut wrong = admin.clone();
    wrong.replace_range(wrong.len() - 20.., "AAAAzebraAAAAzebraAA");
    canaries.add_token("a wrong token", &wrong);

    let client = Client::builder().no_proxy().build().expect("a client");
    let base = server.base().to_owned();
    let send = |method: Method, path: &str, token: &str| {
        client
            .request(method, format!("{base}{path}"))
            .bearer_auth(token)
    };
    // What is allowed.
    let cup = json!({"name": "Cup", "price": 500, "stock": 9});
    let put = send(Method::PUT, "/products/1", &admin)
        .json(&cup)
        .send()
        .await;
    assert_eq!(note(trail, put).await, 201);
    let put = send(Method::PUT, "/users/7", &admin)
        .json(&json!({}))
        .send()
        .await;
    assert_eq!(note(trail, put).await, 201);
    let charge = json!({"amount": 100_000});
    let path = "/users/7/balance/charges";
    let charged = send(Method::POST, path, &admin).json(&charge).send().await;
    assert_eq!(note(trail, charged).await, 201);
    for token in [&user, &jwt] {
        let ordered = send(Method::POST, "/orders", token)
            .json(&one_piece(7, 1))
            .send()
            .await;
        assert_eq!(note(trail, ordered).await, 201);
    }
    receiver.wait_for(2).await;
    receiver.answer(500);
    let ordered = send(Method::POST, "/orders", &user)
        .json(&one_piece(7, 1))
        .send()
        .await;
    assert_eq!(note(trail, ordered).await, 201);
    receiver.wait_for(4).await;
    for path in [
        "/tokens",
        "/changes",
        "/platforms",
        "/events",
        "/platforms/billing/deliveries",
    ] {
        assert_eq!(
            note(trail, send(Method::GET, path, &admin).send().await).await,
            200,
            "{path}"
        );
    }
    let made = send(Method::POST, "/tokens", &admin)
        .json(&json!({"userId": 8}))
        .send()
        .await;
    let made: serde_json::Value = made.expect("an answer").json().await.expect("JSON");
    canaries.add_token(
        "a token of the API",
        made["token"].as_str().expect("a token"),
    );

    // What is not: 401 wherever the token is, and however it is written.
    for token in [&revoked, &wrong, &foreign] {
        let refused = send(Method::GET, "/tokens", token).send().await;
        assert_eq!(note(trail, refused).await, 401);
    }
    for path in [
        "/products?token=TOKEN",
        "/products?access_token=TOKEN",
        "/TOKEN",
        "/products/TOKEN",
    ] {
        for token in [&admin, &jwt] {
            let path = path.replace("TOKEN", token);
            let sent = client.get(format!("{base}{path}")).send().await;
            assert_eq!(note(trail, sent).await / 100, 4, "{path}");
            // With a good one in its place, too.
            let sent = send(Method::GET, &path, token).send().await;
            assert_eq!(note(trail, sent).await / 100, 4, "{path}");
        }
    }
    for value in [
        admin.clone(),
        format!("Bearer {admin} {jwt}"),
        format!("Basic {admin}"),
        format!("Token {admin}"),
        format!("Bearer {admin}\u{fffd}"),
        format!("Bearer {}", &admin[..admin.len() - 1]),
        format!("Bearer {}", &jwt[..jwt.len() - 1]),
    ] {
        let sent = client
            .get(format!("{base}/products"))
            .header(AUTHORIZATION, &*value);
        let refused = note(trail, sent.send().await).await;
        assert_eq!(refused, 401);
    }
    let sent = client
        .get(format!("{base}/products"))
        .header(COOKIE, format!("token={admin}"));
    assert_eq!(note(trail, sent.send().await).await, 401);
    let body = json!({"label": "x", "token": admin, "userId": jwt});
    let sent = send(Method::POST, "/tokens", &admin)
        .json(&body)
        .send()
        .await;
    assert_eq!(note(trail, sent).await, 400);
    let sent = send(Method::POST, "/orders", &user)
        .body(format!("{{{admin}"))
        .send()
        .await;
    assert_eq!(note(trail, sent).await / 100, 4);

    // What the database cannot answer: who was revoked, and what is asked for.
    for table in ["revocations", "products"] {
        let mut faults = 0;
        shop.folder()
            .sql(&format!("ALTER TABLE {table} RENAME TO away"));
        for token in [&admin, &jwt, &wrong] {
            let sent = send(Method::GET, "/products/1", token).send().await;
            faults += u16::from(note(trail, sent).await >= 500);
        }
        assert!(faults >= 2, "{faults} faults without {table}");
        shop.folder()
            .sql(&format!("ALTER TABLE away RENAME TO {table}"));
    }
    assert_eq!(
        note(trail, send(Method::GET, "/metrics", &admin).send().await).await,
        200
    );
    server.stop();
}

/// One good and one bad request over TLS.
pub(super) fn over_tls(shop: &Shop, canaries: &mut Canaries, trail: &mut Trail) {
    let server = shop.serve(true);
    let admin = create(shop, canaries, "an admin's token over TLS", "--scope admin");
    let address = server.base().strip_prefix("https://").expect("https");
    for (path, status) in [("/tokens", " 200 "), ("/tokens/TOKEN", " 404 ")] {
        let mut client = Command::new("openssl")
            .args([
                "s_client",
                "-quiet",
                "-verify_return_error",
                "-connect",
                address,
            ])
            .args(["-verify_ip", "127.0.0.1", "-CAfile"])
            .arg(shop.authority())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl is there");
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {admin}\r\n\
             Connection: close\r\n\r\n",
            path.replace("TOKEN", &admin)
        );
        let stdin = client.stdin.as_mut().expect("a pipe");
        stdin.write_all(request.as_bytes()).expect("sent");
        let output = client.wait_with_output().expect("an end");
        let answer = String::from_utf8_lossy(&output.stdout).into_owned();
        let first = answer.lines().next().unwrap_or_default();
        let is_so = first.contains(status) || (path.contains("TOKEN") && first.contains(" 4"));
        assert!(is_so, "{path}: {first}");
        trail.add("an answer over TLS", answer);
    }
    server.stop();
}
