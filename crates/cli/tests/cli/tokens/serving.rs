//! What a token opens while a server runs.

use serde_json::json;

use super::{create, guarded, id, list};
use crate::support::{Folder, Server, one_piece};

#[tokio::test]
async fn a_token_opens_what_it_was_made_for_until_it_is_revoked_beside_the_server() {
    for folder in Folder::of_each_engine() {
        let server = guarded(&folder, &[]);
        let nobody = server.client();
        assert_eq!(nobody.get("/products").await.status, 401);
        let admin = nobody.bearing(&create(&folder, "--scope admin"));
        admin.product(1, 1_000, 100).await;
        admin.user(7, 100_000).await;
        admin.user(8, 100_000).await;
        let text = create(&folder, "--user 7 --expires-in 1d");
        let user = nobody.bearing(&text);
        assert_eq!(user.order(7, 1).await.status, 201);
        assert_eq!(user.order(8, 1).await.status, 403);
        assert_eq!(user.get("/changes").await.status, 403);
        folder.shop_succeeds(&format!("token revoke {}", id(&text)));
        assert_eq!(user.order(7, 1).await.status, 401);
        assert_eq!(admin.get("/products").await.status, 200);
        server.stop();
        folder.audit();
    }
}

#[tokio::test]
async fn a_token_that_is_made_before_the_first_start_opens_the_server_then() {
    for folder in Folder::of_each_engine() {
        folder.shop_succeeds("migrate");
        let token = create(&folder, "--scope admin");
        let server = guarded(&folder, &[]);
        let client = server.client().bearing(&token);
        assert_eq!(client.get("/tokens").await.status, 200);
        server.stop();
        // The use was noted when the server ended, at the latest.
        assert!(list(&folder)[0]["lastUsedAt"].is_string());
    }
}

#[tokio::test]
async fn a_token_that_has_expired_opens_nothing() {
    let folder = Folder::new();
    let server = guarded(&folder, &[]);
    let token = create(&folder, "--scope admin --expires-in 1ms");
    let client = server.client().bearing(&token);
    assert_eq!(client.get("/products").await.status, 401);
    let table = folder.shop_succeeds("token list");
    assert!(table.contains("(over)"), "{table}");
    server.stop();
}

#[tokio::test]
async fn what_is_done_with_a_token_and_at_the_command_line_names_who_did_it() {
    for folder in Folder::of_each_engine() {
        folder.write("products.csv", "productId,name,price,stock\n9,Cup,500,3\n");
        let mut import = folder.shop_command("import products products.csv");
        import.env("SUDO_USER", "haneul");
        assert_eq!(crate::support::finish(&mut import).code, Some(0));
        let server = guarded(&folder, &[]);
        let token = create(&folder, "--scope catalog:write");
        let client = server.client().bearing(&token);
        let cup = json!({"name": "Cup", "price": 700, "stock": 3});
        assert_eq!(client.put("/products/9", cup).await.status, 200);
        let of_user = client.post("/orders", one_piece(7, 9)).await;
        assert_eq!(of_user.status, 403);
        let lines = folder.shop_succeeds("changes --subject product:9 --format jsonl");
        let actors: Vec<String> = lines
            .lines()
            .map(|line| {
                let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
                line["actor"].as_str().expect("text").to_owned()
            })
            .collect();
        assert_eq!(
            actors,
            [format!("token:{}", id(&token)), "cli:haneul".to_owned()]
        );
        server.stop();
    }
}

#[tokio::test]
async fn an_open_server_names_nobody_in_particular() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.client().product(1, 1_000, 5).await;
    let lines = folder.shop_succeeds("changes");
    assert!(lines.contains("local"), "{lines}");
    server.stop();
}
