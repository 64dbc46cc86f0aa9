//! What opens a platform is shown nowhere.

use crate::support::{Finished, Folder, Receiver, Server, finish};

/// Words that stand in secrets only.
const CANARIES: [&str; 3] = ["zebra", "MfKQ9r8G", "giraffe"];

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn assert_hidden(what: &str, told: &Finished) {
    for text in [&told.stdout, &told.stderr] {
        for canary in CANARIES {
            assert!(!text.contains(canary), "{what}: {text}");
        }
    }
}

#[test]
fn what_is_wrong_with_a_platform_is_told_without_its_secrets() {
    let folder = Folder::new();
    let table = [
        "--platform https://zebra:zebra@",
        "--platform https://zebra:zeb@ra@host/zebra",
        "--platform https://host:99999/?token=zebra",
        "--platform https://host/?token=zebra#zebra",
        "--platform ftp://zebra@host/?zebra",
        "--platform https://zebra@host/a?zebra --platform https://giraffe@host/a?giraffe",
        "--platfrom https://host/a?token=zebra",
        "--platform=https://host/a?token=zebra https://zebra@host/a",
        "https://host/a?token=zebra",
        "nats://zebra@host/a",
        "--platform-secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "--platform-secret=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "--listen whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "--allow-private-platforms=https://host/a?token=zebra",
    ];
    for options in table {
        let told = folder.run(&format!("serve {options}"));
        told.fails(options, 2, &["error"]);
        assert_hidden(options, &told);
    }
}

#[test]
fn what_is_wrong_with_a_secret_is_told_without_it() {
    let folder = Folder::new();
    folder.write("secret", format!("{SECRET}!"));
    let files = [
        format!("[[platform]]\nurl = \"http://host/\"\nsecret = \"{SECRET}!\"\n"),
        format!("[[platform]]\nurl = \"http://host/\"\nsecret = {SECRET}\n"),
        format!("[[platform]]\nurl = \"http://host/\"\nsecret = \"{SECRET}\n"),
        format!("[[platform]]\nurl = \"http://host/\"\nsecret = [\"{SECRET}\"]\n"),
        format!("[[platform]]\nurl = \"nats://host/a\"\nsecret = \"{SECRET}\"\n"),
        "[[platform]]\nurl = \"http://host/\"\nsecret_file = \"secret\"\n".to_owned(),
        "[[platform]]\nurl = http://zebra@host/\n".to_owned(),
        "platform = \"http://zebra@host/?zebra#\"\n".to_owned(),
    ];
    for content in &files {
        folder.write("jumun.toml", content);
        let told = folder.run("serve --listen=127.0.0.1:0 --config jumun.toml");
        told.fails(content, 2, &["error"]);
        assert_hidden(content, &told);
    }
    let variables = [
        format!("{SECRET}!"),
        SECRET[6..].to_owned(),
        format!("{SECRET} {SECRET} {SECRET}"),
        String::new(),
        " ".to_owned(),
    ];
    for value in variables {
        let mut command = folder.command(["serve", "--listen=127.0.0.1:0"]);
        let told = finish(command.env("JUMUN_PLATFORM_SECRET", &value));
        told.fails(&value, 2, &["JUMUN_PLATFORM_SECRET", "help: "]);
        assert_hidden(&value, &told);
    }
}

#[test]
fn help_shows_nothing_of_a_platform() {
    let folder = Folder::new();
    let url = "https://zebra:zebra@host/a?zebra";
    folder.write(
        "jumun.toml",
        format!("[[platform]]\nurl = \"{url}\"\nsecret = \"{SECRET}\"\n"),
    );
    let mut command = folder.command(["serve", "--help", "--config", "jumun.toml"]);
    command
        .env("JUMUN_PLATFORM", url)
        .env("JUMUN_PLATFORM_SECRET", SECRET);
    let told = finish(&mut command);
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    assert!(told.stdout.contains("JUMUN_PLATFORM"), "{}", told.stdout);
    assert_hidden("help", &told);
}

#[tokio::test]
async fn the_log_of_a_server_holds_nothing_secret_of_a_platform_at_any_level() {
    let folder = Folder::new();
    let receiver = Receiver::start().await;
    receiver.answer(503);
    let url = receiver.url().replace("http://", "http://zebra:giraffe@");
    let variables = [
        ("JUMUN_PLATFORM", &*format!("{url}?zebra")),
        ("JUMUN_PLATFORM_SECRET", SECRET),
    ];
    let options = ["--listen", "127.0.0.1:0", "--log-level", "trace"];
    let server = Server::start_in(&folder, &options, &variables);
    let client = server.client();
    client.product(1, 1_000, 100).await;
    client.user(1, 100_000).await;
    assert_eq!(client.order(1, 1).await.status, 201);
    // The second attempt is made after the log tells of the first.
    let received = receiver.wait_for(2).await;
    assert!(
        received[0].headers.contains_key("authorization"),
        "{received:?}"
    );
    server.stop();
    let log = std::fs::read_to_string(folder.file("serve.log")).expect("a log");
    // More than by default; what is on the way to a platform traces nothing.
    assert!(
        log.contains("DEBUG") && log.contains(receiver.url()),
        "{log}"
    );
    for canary in CANARIES {
        assert!(!log.contains(canary), "{log}");
    }
    // Nor does what is kept of the attempts hold any.
    let told = folder.shop("events list --json --limit 1");
    assert!(told.stdout.contains("503"), "{}", told.stdout);
    assert_hidden("events list", &told);
}
