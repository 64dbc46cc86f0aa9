use jumun_test_cluster::Certificates;

use crate::support::Folder;

#[test]
fn what_others_could_reach_needs_tokens_and_tls_and_the_flags_are_named() {
    let folder = Folder::new();
    let made = Certificates::create();
    let tls = format!(
        "--tls-cert {} --tls-key {}",
        made.tls().certificate.display(),
        made.tls().key.display()
    );
    let tokens = "add --auth token, with tokens made by `jumun token create`";
    let certificate = "--tls-cert FILE --tls-key FILE";
    let proxy = "--behind-proxy";
    let table: &[(&str, &[&str])] = &[
        ("", &["no authentication", tokens, certificate, proxy]),
        (&tls, &["no authentication", tokens]),
        ("--behind-proxy", &["no authentication", tokens]),
        ("--auth token", &["plain HTTP", certificate, proxy]),
    ];
    for (options, parts) in table {
        for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
            let line = format!("serve --listen {address} {options}");
            folder.fail(
                &line,
                1,
                &[&["not a loopback address", "help: "], *parts].concat(),
            );
        }
    }
    assert!(!folder.file("jumun.db").exists(), "nothing was begun");
}

#[test]
fn a_demo_is_for_this_machine_only() {
    let folder = Folder::new();
    let parts = ["not a loopback address", "this machine only", "help: "];
    folder.fail("demo --listen 0.0.0.0:0", 1, &parts);
}

#[test]
fn a_certificate_and_its_key_are_given_together_and_belong_together() {
    let folder = Folder::new();
    let made = [Certificates::create(), Certificates::create()].map(|it| {
        let tls = it.tls();
        (it, tls.certificate, tls.key)
    });
    let name = |path: &std::path::Path| path.display().to_string();
    let [certificate, key] = [name(&made[0].1), name(&made[0].2)];
    let other_key = name(&made[1].2);
    let usage = [
        (format!("--tls-cert {certificate}"), "add --tls-key FILE"),
        (format!("--tls-key {key}"), "add --tls-cert FILE"),
    ];
    for (options, part) in usage {
        folder.fail(&format!("serve {options}"), 2, &["without", part]);
    }
    let unusable = [
        (&*certificate, &*other_key, "is not that of the certificate"),
        (&*key, &*key, "holds no certificate"),
        (&*certificate, &*certificate, "holds no private key"),
        ("missing.crt", &*key, "cannot read missing.crt"),
    ];
    for (certificate, key, part) in unusable {
        let line = format!("serve --listen 127.0.0.1:0 --tls-cert {certificate} --tls-key {key}");
        folder.fail(&line, 1, &[part, "help: "]);
    }
    assert!(!folder.file("jumun.db").exists(), "nothing was begun");
}
