//! `jumun changes`.

use serde_json::{Value, json};

use crate::support::{Folder, Server, finish};

fn lines(folder: &Folder, options: &str) -> Vec<Value> {
    let printed = folder.shop_succeeds(&format!("changes --format jsonl {options}"));
    let parse = |line| serde_json::from_str(line).expect("JSON");
    printed.lines().map(parse).collect()
}

#[tokio::test]
async fn every_change_is_told_newest_first_with_who_and_how() {
    for folder in Folder::of_each_engine() {
        let server = Server::start(&folder);
        let client = server.client();
        client.product(3, 1_000, 5).await;
        let cup = json!({"name": "Cup", "price": 1_200, "stock": 5});
        assert_eq!(client.put("/products/3", cup).await.status, 200);
        client.user(7, 100_000).await;
        // What a shopper does is in their orders.
        assert_eq!(client.order(7, 3).await.status, 201);

        let all = lines(&folder, "");
        let actions: Vec<&str> = all.iter().filter_map(|it| it["action"].as_str()).collect();
        let expected = ["balance.charge", "user.put", "product.put", "product.put"];
        assert_eq!(actions, expected);
        assert_eq!(all[2]["before"]["price"], 1_000);
        assert_eq!(all[2]["after"]["price"], 1_200);
        assert_eq!(all[3]["before"], Value::Null);

        let of_product = lines(&folder, "--subject product:3 --limit 1");
        assert_eq!(of_product, all[2..3]);
        assert_eq!(lines(&folder, "--subject user"), all[..2]);
        assert!(lines(&folder, "--subject product:33").is_empty());
        let time = all[1]["createdAt"].as_str().expect("a time");
        assert_eq!(lines(&folder, &format!("--since {time}")), all[..2]);
        let later = folder.shop("changes --since 2999-01-01T00:00:00Z");
        assert_eq!((later.code, &*later.stdout), (Some(0), ""));
        assert!(later.stderr.contains("no such change"), "{}", later.stderr);

        let table = folder.shop_succeeds("changes");
        assert!(table.starts_with("time "), "{table}");
        assert!(table.contains("price 1000 → 1200"), "{table}");
        assert_eq!(table.lines().count(), 5, "{table}");
        server.stop();
    }
}

#[test]
fn a_history_of_many_pages_is_told_whole_and_the_newest_of_it_by_default() {
    let folder = Folder::new();
    let rows: String = (1..=1_203).map(|id| format!("{id},,0\n")).collect();
    folder.write("users.csv", format!("userId,name,balance\n{rows}"));
    folder.shop_succeeds("import users users.csv");
    let all = lines(&folder, "--limit 5000");
    assert_eq!(all.len(), 1_203);
    let subjects: Vec<String> = (1..=1_203).rev().map(|id| format!("user:{id}")).collect();
    let told: Vec<&str> = all.iter().filter_map(|it| it["subject"].as_str()).collect();
    assert_eq!(told, subjects);
    assert_eq!(lines(&folder, "--limit 501"), all[..501]);
    // In the last page.
    assert_eq!(lines(&folder, "--subject user:2"), all[1_201..1_202]);
    let newest = folder.shop("changes");
    assert_eq!(newest.stdout.lines().count(), 51, "{}", newest.stdout);
    assert!(newest.stderr.contains("--limit"), "{}", newest.stderr);
}

#[test]
fn wrong_usage_and_a_database_that_is_not_there_are_told() {
    let folder = Folder::new();
    folder.shop_succeeds("migrate");
    let table: [(&str, &[&str]); 5] = [
        ("changes --limit 0", &["--limit", "from 1"]),
        ("changes --subject cup", &["--subject", "product:3"]),
        ("changes --subject product:", &["--subject"]),
        ("changes --since today", &["--since", "RFC 3339"]),
        ("changes --format csv", &["--format", "jsonl"]),
    ];
    for (line, parts) in table {
        folder.shop(line).fails(line, 2, parts);
    }
    let missing = "changes --database sqlite:missing.db";
    folder.fail(missing, 1, &["there is no database at missing.db"]);
}

/// Without a login name there is still a number.
#[cfg(unix)]
#[test]
fn who_sits_at_the_command_line_is_told_by_name_or_by_number() {
    let folder = Folder::new();
    let number = format!("cli:uid {}", rustix::process::getuid().as_raw());
    for (login, expected) in [("haneul", "cli:haneul"), ("", &*number)] {
        let variables = ["SUDO_USER", "USER", "LOGNAME"].map(|name| (name, login));
        let mut create = folder.shop_command("token create --user 7");
        let made = finish(create.envs(variables));
        assert_eq!(made.code, Some(0), "{}", made.stderr);
        let newest = &lines(&folder, "--limit 1")[0];
        assert_eq!(newest["actor"], expected);
    }
}
