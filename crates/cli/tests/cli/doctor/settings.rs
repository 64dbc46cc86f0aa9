//! The settings of a server, and the files that they name.

use std::process::Command;

use jumun_test_cluster::Certificates;

use super::{Report, check, set_mode};
use crate::support::{Folder, Issuer, Receiver};

fn migrated() -> Folder {
    let folder = Folder::new();
    folder.shop_succeeds("migrate");
    folder
}

#[test]
fn what_serve_refuses_to_expose_is_wrong() {
    let folder = migrated();
    let table = [
        ("", "ok"),
        ("--listen 0.0.0.0:0", "wrong"),
        ("--listen 0.0.0.0:0 --auth token", "wrong"),
        ("--listen 0.0.0.0:0 --auth token --behind-proxy", "warning"),
        ("--listen no-such-host.invalid:80", "wrong"),
    ];
    for (options, verdict) in table {
        check(&folder, options).says("exposure", verdict);
    }
}

#[test]
fn what_plain_http_opens_to_a_network_is_told() {
    let folder = migrated();
    let made = Certificates::create();
    let tls = made.tls();
    let (certificate, key) = (tls.certificate.display(), tls.key.display());
    let encrypted = format!("--auth token --tls-cert {certificate} --tls-key {key}");
    let proxy = "--auth token --behind-proxy";
    let only = "let only the proxy reach";
    /// Options, the check, its verdict, and what it says.
    type Case<'a> = (String, &'a str, &'a str, &'a [&'a str]);
    let table: [Case<'_>; 7] = [
        (
            format!("{proxy} --listen 0.0.0.0:8080"),
            "exposure",
            "warning",
            &["plain HTTP", "0.0.0.0", only, "127.0.0.1:8080"],
        ),
        (
            format!("{proxy} --listen [::]:8080"),
            "exposure",
            "warning",
            &["plain HTTP", only],
        ),
        (
            format!("{proxy} --listen 127.0.0.1:0"),
            "exposure",
            "ok",
            &["through the proxy, with a token"],
        ),
        (
            format!("{encrypted} --listen 0.0.0.0:0"),
            "exposure",
            "ok",
            &["with a token, over TLS"],
        ),
        (
            "--metrics-listen 0.0.0.0:9100".to_owned(),
            "metrics exposure",
            "warning",
            &["0.0.0.0", "open to that network", "127.0.0.1:9100"],
        ),
        (
            "--metrics-listen 127.0.0.1:9100".to_owned(),
            "metrics exposure",
            "ok",
            &["this machine"],
        ),
        (
            "--metrics-listen no-such-host.invalid:80".to_owned(),
            "metrics exposure",
            "wrong",
            &["no-such-host.invalid"],
        ),
    ];
    for (options, name, verdict, parts) in &table {
        check(&folder, options).tells(name, verdict, parts);
    }
    assert_eq!(
        check(&folder, "").verdict("metrics exposure"),
        "not checked"
    );
}

#[test]
fn whoever_a_proxy_lets_in_is_told_where_nobody_is_asked() {
    let folder = migrated();
    let parts = ["whoever the proxy lets in", "--auth token"];
    check(&folder, "--behind-proxy").tells("exposure", "warning", &parts);
    check(&folder, "").tells("exposure", "ok", &["only this machine"]);
}

#[test]
fn options_that_contradict_each_other_are_wrong() {
    let folder = migrated();
    check(&folder, "--rate-limit-user 5").says("rate limits", "wrong");
    check(&folder, "--rate-limit-user 5 --auth token").says("rate limits", "ok");
    check(&folder, "--jwks keys.json").says("keys of tokens", "wrong");
}

#[test]
fn keys_that_cannot_be_had_or_used_are_wrong() {
    let folder = migrated();
    folder.write("good.json", Issuer::new().key_set());
    folder.write("empty.json", "{\"keys\": []}");
    let options = |jwks: &str| {
        format!("--auth token --jwks {jwks} --jwt-issuer https://id --jwt-audience shop")
    };
    let table = [
        ("good.json", "ok"),
        ("empty.json", "wrong"),
        ("missing.json", "wrong"),
        ("http://127.0.0.1:9/keys", "wrong"),
    ];
    for (jwks, verdict) in table {
        check(&folder, &options(jwks)).says("keys of tokens", verdict);
    }
}

#[test]
fn a_certificate_without_its_key_or_near_its_end_is_told() {
    let folder = migrated();
    let (one, other) = (Certificates::create(), Certificates::create());
    let key = folder.write("server.key", std::fs::read(one.tls().key).expect("a key"));
    set_mode(&key, 0o600);
    let options = |certificate: &std::path::Path| {
        format!("--tls-cert {} --tls-key server.key", certificate.display())
    };
    // It lasts for two days.
    let short = check(&folder, &options(&one.tls().certificate));
    short.says("certificate and key", "ok");
    short.says("certificate", "warning");
    short.says("certificate names", "ok");
    short.says("key file", "ok");
    let names = short
        .checks
        .iter()
        .find(|it| it["check"] == "certificate names");
    let names = names.expect("checked")["found"].to_string();
    assert!(
        names.contains("127.0.0.1") && names.contains("localhost"),
        "{names}"
    );
    set_mode(&key, 0o644);
    check(&folder, &options(&one.tls().certificate)).says("key file", "warning");
    check(&folder, &options(&other.tls().certificate)).says("certificate and key", "wrong");
    check(&folder, "--tls-cert missing.crt --tls-key server.key")
        .says("certificate and key", "wrong");
    check(&folder, "--tls-key server.key").says("certificate and key", "wrong");
    // Made as nobody should: for a year, but for no name.
    let made = Command::new("openssl")
        .args(["req", "-x509", "-key"])
        .arg(&key)
        .args(["-days", "365", "-subj", "/CN=localhost", "-out"])
        .arg(folder.file("nameless.crt"))
        .output()
        .expect("openssl is there");
    assert!(made.status.success(), "{made:?}");
    let nameless = check(&folder, &options(&folder.file("nameless.crt")));
    nameless.says("certificate", "ok");
    nameless.says("certificate names", "wrong");
}

#[tokio::test]
async fn platforms_that_cannot_tell_a_forgery_or_be_reached_are_told() {
    let folder = migrated();
    let receiver = Receiver::start().await;
    let url = receiver.url().to_owned();
    let report = tokio::task::spawn_blocking(move || {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let mut signed = folder.shop_command(&format!("doctor --platform {url}"));
        let signed = Report::of(signed.env("JUMUN_PLATFORM_SECRET", secret));
        signed.says("platform reachable", "ok");
        assert_eq!(signed.verdict("platform secret"), "not checked");
        let unsigned = check(&folder, &format!("--platform {url}"));
        unsigned.says("platform secret", "warning");
        // Loopback, so that nobody reads it on the way.
        assert_eq!(unsigned.verdict("platform encryption"), "not checked");
        let exposed = "--listen 0.0.0.0:0 --auth token --behind-proxy --allow-private-platforms";
        let exposed = check(&folder, &format!("{exposed} --platform {url}"));
        exposed.says("platform encryption", "warning");
        exposed.says("platform addresses", "warning");
        check(&folder, "--platform http://127.0.0.1:9/events")
            .says("platform reachable", "warning");
        check(&folder, "--platform nats://127.0.0.1:9/orders")
            .says("platform reachable", "warning");
        check(&folder, "--platform file:///no/such/folder/events")
            .says("platform reachable", "warning");
        check(&folder, "--platform gopher://host/a").says("platforms", "wrong");
        folder
    });
    drop(report.await.expect("no panic"));
    assert!(receiver.received().is_empty(), "an event was sent");
}

#[test]
fn files_with_secrets_that_others_can_read_are_told() {
    let folder = migrated();
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let path = folder.write("platform.secret", secret);
    let with_secret = format!("[[platform]]\nurl = \"file:///tmp/events\"\n# \"{secret}\"\n");
    let of_file =
        "[[platform]]\nurl = \"http://127.0.0.1:9/\"\nsecret_file = \"platform.secret\"\n";
    let table = [
        (&*with_secret, 0o600, "configuration file", "ok"),
        (&*with_secret, 0o640, "configuration file", "warning"),
        (
            "listen = \"127.0.0.1:0\"\n",
            0o644,
            "configuration file",
            "ok",
        ),
        (
            "listen = \"127.0.0.1:0\"\n",
            0o666,
            "configuration file",
            "warning",
        ),
        (of_file, 0o644, "secret file", "warning"),
    ];
    set_mode(&path, 0o644);
    for (content, mode, name, verdict) in table {
        let config = folder.write("jumun.toml", content);
        set_mode(&config, mode);
        check(&folder, "--config jumun.toml").says(name, verdict);
    }
    set_mode(&path, 0o400);
    check(&folder, "--config jumun.toml").says("secret file", "ok");
    for (mode, verdict) in [(0o600, "ok"), (0o644, "warning")] {
        set_mode(&folder.file("shop.db"), mode);
        check(&folder, "").says("database file", verdict);
    }
}

#[test]
fn more_connections_than_files_can_be_open_are_told() {
    let folder = migrated();
    let of = |limit: u32| {
        let doctor = env!("CARGO_BIN_EXE_jumun");
        let script =
            format!("ulimit -n {limit} && exec {doctor} doctor --database sqlite:shop.db \"$@\"");
        let mut command = Command::new("sh");
        command.args(["-c", &script, "sh", "--max-connections=200"]);
        Report::of(command.current_dir(folder.path()))
    };
    of(256).says("open files", "warning");
    of(512).says("open files", "ok");
}
