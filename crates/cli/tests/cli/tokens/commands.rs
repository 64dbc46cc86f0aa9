//! What the commands print and refuse, without a server.

use serde_json::json;

use super::{create, id, list, secret};
use crate::support::Folder;

#[test]
fn a_token_is_printed_once_alone_and_never_again() {
    for folder in Folder::of_each_engine() {
        folder.shop_succeeds("migrate");
        let made = folder.shop("token create --scope admin --label operator");
        assert_eq!(made.code, Some(0), "{}", made.stderr);
        let token = made.stdout.trim_end();
        assert_eq!(made.stdout.lines().count(), 1, "{}", made.stdout);
        let secret = secret(token);
        assert!(made.stderr.contains(id(token)), "{}", made.stderr);
        assert!(made.stderr.contains("Bearer"), "{}", made.stderr);
        assert!(!made.stderr.contains(secret), "{}", made.stderr);
        for line in ["token list", "token list --json", "changes"] {
            let told = folder.shop_succeeds(line);
            assert!(told.contains(id(token)), "{line}: {told}");
            assert!(!told.contains(secret), "{line}: {told}");
        }
        folder.audit();
    }
}

#[test]
fn a_list_tells_of_every_token_for_whom_and_since_when() {
    for folder in Folder::of_each_engine() {
        folder.shop_succeeds("migrate");
        let none = folder.shop("token list");
        assert_eq!((none.code, &*none.stdout), (Some(0), ""));
        assert!(none.stderr.contains("no token"), "{}", none.stderr);
        assert_eq!(list(&folder), Vec::<serde_json::Value>::new());

        let user = create(&folder, "--user 7 --expires-in 90d");
        let program = create(&folder, "--scope events:read,catalog:write --label crawler");
        folder.shop_succeeds(&format!("token revoke {}", id(&user)));
        let all = list(&folder);
        assert_eq!(all.len(), 2, "{all:?}");
        assert_eq!(all[0]["tokenId"], id(&program));
        assert_eq!(all[0]["scopes"], json!(["catalog:write", "events:read"]));
        assert_eq!(all[0]["label"], "crawler");
        assert!(all[0].get("revokedAt").is_none(), "{all:?}");
        assert_eq!(all[1]["tokenId"], id(&user));
        assert_eq!(all[1]["userId"], 7);
        let by = all[1]["createdBy"].as_str().expect("text");
        assert!(by.starts_with("cli:"), "{all:?}");
        for member in ["createdAt", "expiresAt", "revokedAt"] {
            assert!(all[1][member].is_string(), "{member}: {all:?}");
        }
        let table = folder.shop_succeeds("token list");
        for part in [
            "id ",
            "user 7",
            "catalog:write events:read",
            "crawler",
            "never",
            by,
        ] {
            assert!(table.contains(part), "no {part:?} in {table}");
        }
        assert_eq!(table.lines().count(), 3, "{table}");
    }
}

#[test]
fn more_tokens_than_a_page_has_are_all_listed() {
    let folder = Folder::new();
    folder.shop_succeeds("migrate");
    // Past the program, which needs some milliseconds for each.
    folder.sql(
        "INSERT INTO tokens (id, hash, user_id, created_at, created_by) \
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1201) \
         SELECT i, randomblob(32), i, i, 'cli:test' FROM n",
    );
    let all = list(&folder);
    assert_eq!(all.len(), 1_201);
    assert_eq!(all[0]["userId"], 1_201);
    assert_eq!(all[1_200]["userId"], 1);
}

#[test]
fn tokens_are_revoked_by_their_ids_or_themselves_and_one_that_is_not_there_is_told() {
    for folder in Folder::of_each_engine() {
        folder.shop_succeeds("migrate");
        let (one, two, three) = (
            create(&folder, "--user 1"),
            create(&folder, "--user 2"),
            create(&folder, "--user 3"),
        );
        let unknown = "00000000000000ff";
        let line = format!("token revoke {} {unknown} {two}", id(&one));
        let told = folder.shop(&line);
        told.fails(&line, 1, &[unknown, "token list"]);
        assert_eq!(told.stdout.lines().count(), 2, "{}", told.stdout);
        let secret = secret(&two);
        assert!(!told.stdout.contains(secret), "{}", told.stdout);
        let good = |all: Vec<serde_json::Value>| -> Vec<String> {
            let of = |it: &serde_json::Value| it["tokenId"].as_str().unwrap().to_owned();
            let is_good = |it: &&serde_json::Value| it.get("revokedAt").is_none();
            all.iter().filter(is_good).map(of).collect()
        };
        assert_eq!(good(list(&folder)), [id(&three)]);
        // Once more is no error: it opens nothing, as was wanted.
        let again = folder.shop_succeeds(&format!("token revoke {}", id(&one)));
        assert!(again.contains("opens nothing since"), "{again}");
        let lines = folder.shop_succeeds("changes --subject token");
        assert_eq!(lines.matches("token.revoke").count(), 2, "{lines}");
    }
}

#[test]
fn wrong_usage_ends_with_status_2_and_makes_nothing() {
    let folder = Folder::new();
    folder.shop_succeeds("migrate");
    let long = "x".repeat(101);
    let label = format!("token create --user 1 --label {long}");
    let table: [(&str, &[&str]); 13] = [
        ("token", &["Usage:"]),
        ("token create", &["whom", "--user ID", "--scope"]),
        (
            "token create --user 1 --scope admin",
            &["not both", "--user", "--scope"],
        ),
        ("token create --user 0", &["--user", "from 1 to"]),
        ("token create --user me", &["--user", "from 1 to"]),
        (
            "token create --scope root",
            &["--scope", "orders:act-as", "admin"],
        ),
        ("token create --scope admin,root", &["--scope"]),
        (&label, &["--label", "1 to 100"]),
        (
            "token create --user 1 --expires-in 0",
            &["--expires-in", "above zero"],
        ),
        ("token create --user 1 --expires-in 200y", &["--expires-in"]),
        (
            "token create --user 1 --expires-in 40000d",
            &["hundred years"],
        ),
        ("token revoke", &["<ID>"]),
        ("token revoke 7", &["16 digits", "token list"]),
    ];
    for (line, parts) in table {
        folder.shop(line).fails(line, 2, parts);
    }
    assert!(list(&folder).is_empty());
}

#[test]
fn a_value_that_is_a_token_is_quoted_nowhere() {
    let folder = Folder::new();
    folder.shop_succeeds("migrate");
    let token = create(&folder, "--user 1");
    let secret = secret(&token).to_owned();
    let short = &token[..token.len() - 1];
    for line in [
        format!("token revoke {short}"),
        format!("token create --user {token}"),
        format!("token list {token}"),
        format!("changes --subject {token}"),
    ] {
        let told = folder.shop(&line);
        told.fails(&line, 2, &["error"]);
        assert!(!told.stderr.contains(&secret[..20]), "{}", told.stderr);
    }
}

#[test]
fn a_shop_can_begin_with_a_token_and_is_not_begun_by_a_look() {
    let folder = Folder::new();
    for action in ["list", "revoke 00000000000000ff"] {
        let line = format!("token {action} --database sqlite:missing.db");
        folder.fail(&line, 1, &["there is no database at missing.db"]);
    }
    assert!(!folder.file("missing.db").exists());
    let made = folder.run("token create --scope admin --currency USD --database sqlite:new.db");
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert!(made.stdout.starts_with("jumun_") && made.stdout.lines().count() == 1);
    assert!(made.stderr.contains("created new.db"), "{}", made.stderr);
    let again = folder.run("token create --scope admin --database sqlite:new.db");
    assert!(!again.stderr.contains("created"), "{}", again.stderr);
    folder.fail(
        "migrate --currency KRW --database sqlite:new.db",
        1,
        &["USD"],
    );
    let on_server = Folder::on_server();
    for action in ["create --scope admin", "list", "revoke 00000000000000ff"] {
        let told = on_server.shop(&format!("token {action}"));
        told.fails(action, 1, &["help: "]);
    }
}
