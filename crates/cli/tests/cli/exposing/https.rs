use std::io::Write as _;
use std::process::{Command, Stdio};

use jumun_test_cluster::Certificates;

use crate::support::{Folder, Server};

#[test]
fn it_says_https_and_answers_a_client_that_checks_the_certificate() {
    let folder = Folder::new();
    let made = Certificates::create();
    let [certificate, key] = [made.tls().certificate, made.tls().key];
    let options = [
        "--listen=127.0.0.1:0".to_owned(),
        format!("--tls-cert={}", certificate.display()),
        format!("--tls-key={}", key.display()),
    ];
    let server = Server::start_with(&folder, &options.each_ref().map(String::as_str));
    let address = server.base().strip_prefix("https://").expect("https");
    // Not the library that the server is written with.
    let mut client = Command::new("openssl")
        .args([
            "s_client",
            "-quiet",
            "-verify_return_error",
            "-connect",
            address,
        ])
        .args(["-verify_ip", "127.0.0.1", "-CAfile"])
        .arg(made.authority())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("openssl is there");
    let request = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let stdin = client.stdin.as_mut().expect("a pipe");
    stdin.write_all(request).expect("sent");
    let output = client.wait_with_output().expect("an end");
    let answer = String::from_utf8_lossy(&output.stdout);
    assert!(
        answer.starts_with("HTTP/1.1 200 "),
        "{answer}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    server.stop();
}
