//! Where the platforms of a server come from, and what is no platform.

use std::fs;

use crate::support::{Folder, Server, finish};

/// Nothing listens there, and it need not: a platform may be away.
const AWAY: &str = "http://127.0.0.1:9";

/// What a server in this folder says of its platforms in its log: name, kind
/// and whether it signs.
fn platforms(folder: &Folder, options: &[&str], variables: &[(&str, &str)]) -> Vec<String> {
    let options = [
        &["--listen", "127.0.0.1:0", "--log-format", "json"],
        options,
    ]
    .concat();
    Server::start_in(folder, &options, variables).stop();
    let log = fs::read_to_string(folder.file("serve.log")).expect("a log");
    fs::remove_file(folder.file("serve.log")).expect("the log");
    let lines = log.lines().map(|line| -> serde_json::Value {
        serde_json::from_str(line).expect("a line of the log in JSON")
    });
    lines
        .filter(|line| line["message"] == "this data platform is told of every order")
        .map(|line| format!("{} {} {}", line["platform"], line["kind"], line["signed"]))
        .map(|line| line.replace('"', ""))
        .collect()
}

#[test]
fn flags_beat_the_variable_which_beats_the_file() {
    let folder = Folder::new();
    folder.write("text.toml", format!("platform = \"{AWAY}/text\"\n"));
    folder.write(
        "array.toml",
        format!("platform = [\"{AWAY}/one\", \"{AWAY}/two\"]\n"),
    );
    folder.write(
        "table.toml",
        format!("[[platform]]\nurl = \"{AWAY}/\"\nname = \"billing\"\n"),
    );
    let flags = [
        format!("--platform={AWAY}/a"),
        format!("--platform={AWAY}/b"),
    ];
    let variable = format!("{AWAY}/c\n  {AWAY}/d");
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let variable = [("JUMUN_PLATFORM", &*variable)];
    let http = |names: &[&str]| -> Vec<String> {
        names
            .iter()
            .map(|name| format!("{name} http false"))
            .collect()
    };
    let with = |file: &str, flags: &[&str], variables| {
        let config = format!("--config={file}");
        platforms(&folder, &[&[&*config], flags].concat(), variables)
    };
    assert!(platforms(&folder, &[], &[]).is_empty());
    let both = http(&[&format!("{AWAY}/a"), &format!("{AWAY}/b")]);
    assert_eq!(with("table.toml", &flags, &variable), both);
    let both = http(&[&format!("{AWAY}/c"), &format!("{AWAY}/d")]);
    assert_eq!(with("table.toml", &[], &variable), both);
    assert_eq!(
        with("text.toml", &[], &[]),
        http(&[&format!("{AWAY}/text")])
    );
    let both = http(&[&format!("{AWAY}/one"), &format!("{AWAY}/two")]);
    assert_eq!(with("array.toml", &[], &[]), both);
    assert_eq!(with("table.toml", &[], &[]), http(&["billing"]));
}

#[test]
fn a_table_says_all_that_can_be_said_of_a_platform_in_either_spelling() {
    let folder = Folder::new();
    folder.write("secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
    folder.write(
        "jumun.toml",
        format!(
            "[[platform]]\nurl = \"{AWAY}\"\nname = \"one\"\nsecret_file = \"secret\"\n\
             previous-secret = \"whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD\"\n\
             ordering = \"relaxed\"\nmax-in-flight = 8\ntimeout = \"5s\"\n\
             dead_letter_after = \"2d\"\ndead_letter_blocks_for = \"6h\"\n\
             attempts_kept_for = 86400\nallow_private_addresses = true\n\
             [[platform]]\nurl = \"file://{}\"\nname = \"two\"\ncreate_stream = false\n\
             [[platform]]\nurl = \"nats://127.0.0.1:9/a\"\nname = \"three\"\ncreate_stream = true\n",
            folder.file("events.jsonl").display()
        ),
    );
    let options = ["--config=jumun.toml", "--allow-private-platforms=false"];
    let found = platforms(&folder, &options, &[]);
    assert_eq!(
        found,
        ["one http true", "two file false", "three nats false"]
    );
}

#[test]
fn the_secret_of_the_environment_is_for_http_platforms_that_have_none_of_their_own() {
    let folder = Folder::new();
    let file = format!("file://{}", folder.file("events.jsonl").display());
    let secrets = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    let variables = [
        ("JUMUN_PLATFORM", &*format!("{AWAY}/ {file}")),
        ("JUMUN_PLATFORM_SECRET", secrets),
    ];
    let found = platforms(&folder, &[], &variables);
    let expected = [format!("{AWAY}/ http true"), format!("{file} file false")];
    assert_eq!(found, expected);
}

#[test]
fn a_platform_that_cannot_be_used_refuses_the_start_with_status_2_and_says_how_to_mend_it() {
    let folder = Folder::new();
    let table: &[(&str, &[&str])] = &[
        (
            "ftp://host/a",
            &["--platform: ", "help: write it as https://"],
        ),
        ("host/a", &["no ://"]),
        ("http://host/a --platform http://", &["--platform, URL 2: "]),
        ("http://host/a#b", &["%23"]),
        ("nats://host:4222", &["names no subject"]),
        (
            "http://host/a?x=1 --platform http://host/a?x=2",
            &[
                "two platforms have the name http://host/a\n",
                "[[platform]]",
            ],
        ),
    ];
    for (urls, parts) in table {
        folder.fail(
            &format!("serve --listen=127.0.0.1:0 --platform {urls}"),
            2,
            parts,
        );
    }
    let empty = finish(folder.command(["serve"]).env("JUMUN_PLATFORM", ""));
    empty.fails("serve", 2, &["the platform's URL cannot be used"]);
    assert!(!folder.file("jumun.db").exists());
}

#[test]
fn a_table_that_cannot_be_used_is_told_with_its_place_and_key() {
    let folder = Folder::new();
    let url = "url = \"https://host/a\"";
    let table: &[(&str, &[&str])] = &[
        ("platform = 1", &["platform 1 is no URL and no table"]),
        (
            "platform = [\"https://host/a\", 2]",
            &["platform 2 is no URL"],
        ),
        ("[[platform]]\nname = \"a\"", &["platform 1 has no `url`"]),
        ("[[platform]]\nurl = 1", &["`url` cannot be used", "quotes"]),
        ("[[platform]]\nurl = \"host\"", &["platform 1: ", "no ://"]),
        (
            "{url}\ntimout = 1",
            &["`timout` is no key", "did you mean `timeout`?"],
        ),
        (
            "{url}\nzzz = 1",
            &["`zzz` is no key", "use only: url, name"],
        ),
        (
            "{url}\nsecret_file = \"a\"\nsecret-file = \"b\"",
            &["twice"],
        ),
        ("{url}\nname = \"\"", &["give it one of 1 to 255"]),
        (
            "{url}\nordering = \"loose\"",
            &["`ordering`", "\"relaxed\""],
        ),
        (
            "{url}\nmax_in_flight = 0",
            &["`max_in_flight`", "from 1 to 65536"],
        ),
        ("{url}\ntimeout = \"soon\"", &["`timeout`", "30s"]),
        ("{url}\ntimeout = \"1h\"", &["the timeout of"]),
        ("{url}\ndead_letter_after = [1]", &["`dead_letter_after`"]),
        (
            "{url}\nallow_private_addresses = \"maybe\"",
            &["true or false"],
        ),
        (
            "{url}\nsecret = \"abc\"",
            &["`secret` cannot be used", "whsec_"],
        ),
        (
            "{url}\nsecret_file = \"nowhere\"",
            &["cannot read the secret in nowhere"],
        ),
        (
            "{url}\nsecret_file = \"empty\"",
            &["empty: the platform's secret", "copy it whole"],
        ),
        (
            "{url}\nroot_certificates = \"empty\"",
            &["root certificates in empty"],
        ),
        (
            "{url}\ncreate_stream = true",
            &["`create_stream` is for nats://", "remove it"],
        ),
        (
            "[[platform]]\nurl = \"nats://host/a\"\nallow_private_addresses = false",
            &[
                "`allow_private_addresses` is for http:// and https:// only",
                "remove it",
            ],
        ),
        (
            "[[platform]]\nurl = \"file:///a\"\nroot-certificates = \"empty\"",
            &["`root_certificates` is for https://, nats:// and tls:// only"],
        ),
        (
            "[[platform]]\nurl = \"file:///a\"\nsecret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"",
            &["signs messages over http://", "remove it"],
        ),
        (
            "{url}\nsecret_file = \"/dev/zero\"",
            &["/dev/zero is too large", "write the secret alone"],
        ),
        ("{url}\nsecret_file = \"4097\"", &["4097 is too large"]),
        (
            "{url}\nsecret_file = \"4096\"",
            &["4096: the platform's secret"],
        ),
        (
            "{url}\nsecret_file = \"bytes\"",
            &["bytes: the platform's secret"],
        ),
        (
            "{url}\nprevious_secret_file = \"empty\"",
            &["a previous secret and no secret"],
        ),
        (
            "{url}\nname = \"a\"\n[[platform]]\nurl = \"http://x/\"\nname = \"a\"",
            &["two platforms have the name a\n"],
        ),
    ];
    folder.write("empty", "");
    folder.write("4096", "x".repeat(4096));
    folder.write("4097", "x".repeat(4097));
    folder.write("bytes", b"whsec_\xff\xfe");
    for (content, parts) in table {
        let content = content.replace("{url}", &format!("[[platform]]\n{url}"));
        folder.write("jumun.toml", &content);
        let told = folder.run("serve --listen=127.0.0.1:0 --config jumun.toml");
        told.fails(&content, 2, parts);
    }
    assert!(!folder.file("jumun.db").exists());
}

#[cfg(not(feature = "kafka"))]
#[test]
fn kafka_needs_a_program_that_was_built_with_it() {
    let folder = Folder::new();
    folder.fail(
        "serve --listen=127.0.0.1:0 --platform kafka://host:9092/topic",
        2,
        &["built without it", "--features kafka"],
    );
    assert!(!folder.file("jumun.db").exists());
}
