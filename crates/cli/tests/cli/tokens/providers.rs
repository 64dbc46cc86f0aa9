//! `--jwks` and what belongs to it.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use serde_json::json;
use tokio::net::TcpListener;

use super::{create, guarded};
use crate::support::{AUDIENCE, Folder, ISSUER, Issuer};

const NAMED: [&str; 4] = ["--jwt-issuer", ISSUER, "--jwt-audience", AUDIENCE];

fn options<'a>(jwks: &'a str, others: &[&'a str]) -> Vec<&'a str> {
    [&["--jwks", jwks], NAMED.as_slice(), others].concat()
}

#[tokio::test]
async fn users_of_an_identity_provider_are_let_in_beside_tokens_of_the_shop() {
    for folder in Folder::of_each_engine() {
        let issuer = Issuer::new();
        folder.write("jwks.json", issuer.key_set());
        let server = guarded(&folder, &options("jwks.json", &[]));
        let nobody = server.client();
        let admin = nobody.bearing(&create(&folder, "--scope admin"));
        admin.product(1, 1_000, 100).await;
        admin.user(7, 100_000).await;
        let user = nobody.bearing(&issuer.token("7"));
        assert_eq!(user.order(7, 1).await.status, 201);
        assert_eq!(user.order(8, 1).await.status, 403);
        let end = jiff::Timestamp::now().as_second() + 3_600;
        let table = [
            json!({"iss": ISSUER, "aud": "another", "sub": "7", "exp": end}),
            json!({"iss": "https://other", "aud": AUDIENCE, "sub": "7", "exp": end}),
            json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "7", "exp": end - 7_200}),
            json!({"iss": ISSUER, "aud": AUDIENCE, "user": "7", "exp": end}),
        ];
        for claims in table {
            let refused = nobody.bearing(&issuer.sign(&claims));
            assert_eq!(refused.order(7, 1).await.status, 401, "{claims}");
        }
        let forged = nobody.bearing(&Issuer::new().token("7"));
        assert_eq!(forged.order(7, 1).await.status, 401);
        server.stop();
    }
}

#[tokio::test]
async fn keys_come_over_http_and_the_user_from_the_claim_that_is_named() {
    let issuer = Issuer::new();
    let keys = issuer.key_set();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/keys", listener.local_addr().expect("an address"));
    let router = Router::new().route("/keys", get(move || async move { keys }));
    let keys = tokio::spawn(async move { axum::serve(listener, router).await });

    let folder = Folder::new();
    // The server is another process, so that waiting for it must not hinder the keys.
    let (server, folder) = tokio::task::spawn_blocking(move || {
        let claim = ["--jwt-user-claim", "https://example.com/user"];
        (guarded(&folder, &options(&url, &claim)), folder)
    })
    .await
    .expect("a server");
    let end = jiff::Timestamp::now().as_second() + 3_600;
    let claims =
        json!({"iss": ISSUER, "aud": [AUDIENCE], "exp": end, "https://example.com/user": 7});
    let user = server.client().bearing(&issuer.sign(&claims));
    assert_eq!(user.get("/products").await.status, 200);
    server.stop();
    keys.abort();
    drop(folder);
}

#[test]
fn what_belongs_to_the_keys_comes_with_them() {
    let folder = Folder::new();
    folder.write("jwks.json", Issuer::new().key_set());
    let all = "--jwks jwks.json --jwt-issuer https://id --jwt-audience shop";
    let table: [(String, i32, &[&str]); 10] = [
        (all.to_owned(), 2, &["--jwks", "--auth token"]),
        ("--jwt-user-claim user".to_owned(), 2, &["--auth token"]),
        (
            "--auth token --jwks jwks.json --jwt-issuer https://id".to_owned(),
            2,
            &["--jwt-audience", "`aud`"],
        ),
        (
            "--auth token --jwks jwks.json --jwt-audience shop".to_owned(),
            2,
            &["--jwt-issuer", "`iss`"],
        ),
        (
            "--auth token --jwt-issuer https://id --jwt-audience shop".to_owned(),
            2,
            &["--jwt-issuer", "--jwks FILE|URL"],
        ),
        (
            format!("--auth token {all} --jwt-user-claim exp"),
            2,
            &["claim exp", "such as sub"],
        ),
        (
            format!(
                "--auth token {}",
                all.replace("jwks.json", "http://id.example.com/")
            ),
            2,
            &["--jwks", "loopback"],
        ),
        (
            format!("--auth token {}", all.replace("jwks.json", "missing.json")),
            1,
            &["missing.json", "check the path"],
        ),
        (
            format!(
                "--auth token {}",
                all.replace("jwks.json", "http://127.0.0.1:9/keys")
            ),
            1,
            &["127.0.0.1:9", "check the URL"],
        ),
        (
            format!(
                "--auth token {}",
                all.replace("jwks.json", "https://zebra:zebra@id/")
            ),
            2,
            &["--jwks", "user or a password"],
        ),
    ];
    for (options, code, parts) in table {
        let line = format!("serve --listen 127.0.0.1:0 {options}");
        let told = folder.shop(&line);
        told.fails(&line, code, parts);
        assert!(!told.stderr.contains("zebra"), "{}", told.stderr);
    }
}

/// Keys that change are noticed within seconds: a server need not be restarted.
#[tokio::test]
async fn a_key_that_is_added_to_the_file_is_believed_soon() {
    let folder = Folder::new();
    let (first, second) = (Issuer::new(), Issuer::new());
    folder.write("jwks.json", first.key_set());
    let server = guarded(&folder, &options("jwks.json", &[]));
    let user = server.client().bearing(&second.token("7"));
    assert_eq!(user.get("/products").await.status, 401);
    folder.write("jwks.json", second.key_set());
    let deadline = std::time::Instant::now() + crate::support::DEADLINE;
    while user.get("/products").await.status != 200 {
        assert!(std::time::Instant::now() < deadline, "the key is not taken");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    server.stop();
}
