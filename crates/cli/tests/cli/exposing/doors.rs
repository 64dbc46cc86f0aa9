use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use rustix::process::Signal;

use crate::support::{Client, Folder, Server};

/// The first line of an answer to a request with this `Host`.
fn asked_as(server: &Server, host: &str) -> String {
    let address = server.base().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("the server listens");
    // As a browser asks.
    let request = format!(
        "GET /livez HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_name_is_answered_to_once_it_is_allowed() {
    let folder = Folder::new();
    let none = ["--listen", "127.0.0.1:0"];
    let flags = [
        &none[..],
        &["--allowed-host", "a.example", "--allowed-host=b.example"],
    ]
    .concat();
    let variable = [("JUMUN_ALLOWED_HOST", "a.example,b.example")];
    /// Options, variables, and whether the two names are answered to.
    type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], bool);
    let table: [Case<'_>; 3] = [
        (&none, &[], false),
        (&flags, &[], true),
        (&none, &variable, true),
    ];
    for (options, variables, is_allowed) in table {
        let server = Server::start_in(&folder, options, variables);
        for (host, is_answered) in [
            ("localhost", true),
            ("a.example", is_allowed),
            ("b.example:8080", is_allowed),
            ("c.example", false),
        ] {
            let line = asked_as(&server, host);
            let expected = if is_answered { "200" } else { "421" };
            assert!(line.contains(expected), "{options:?}, {host}: {line}");
        }
        server.stop();
    }
}

#[tokio::test]
async fn monitoring_has_a_listener_of_its_own_that_only_the_log_tells_of() {
    let folder = Folder::new();
    let options = [
        "--listen=127.0.0.1:0",
        "--metrics-listen=127.0.0.1:0",
        "--behind-proxy",
    ];
    let server = Server::start_with(&folder, &options);
    let log = fs::read_to_string(folder.file("serve.log")).expect("a log");
    let line = log.lines().find(|line| line.contains("/readyz to anyone"));
    let line = line.unwrap_or_else(|| panic!("no line in {log}"));
    let address = line
        .split(|character: char| !(character.is_ascii_digit() || ".:".contains(character)))
        .find(|word| word.starts_with("127.0.0.1:"))
        .unwrap_or_else(|| panic!("no address in {line}"));
    let client = Client::new(&format!("http://{address}"));
    for (path, status) in [
        ("/livez", 200),
        ("/readyz", 200),
        ("/metrics", 200),
        ("/orders", 404),
    ] {
        assert_eq!(client.get(path).await.status, status, "{path}");
    }
    server.signal(Signal::TERM);
    let (status, rest) = server.wait();
    assert_eq!((status.code(), &*rest), (Some(0), ""));
    assert!(TcpStream::connect(address).is_err(), "it is closed");
}

#[test]
fn a_server_that_asks_nobody_says_who_may_use_it() {
    let folder = Folder::new();
    let (machine, proxy) = ("every process of this machine", "whoever the proxy lets in");
    let table: [(&[&str], Option<&str>); 3] = [
        (&[], Some(machine)),
        (&["--behind-proxy"], Some(proxy)),
        (&["--behind-proxy", "--auth=token"], None),
    ];
    for (options, said) in table {
        // What the servers before have said is no longer of interest.
        folder.write("serve.log", "");
        let options = [&["--listen=127.0.0.1:0"], options].concat();
        let server = Server::start_with(&folder, &options);
        let log = fs::read_to_string(folder.file("serve.log")).expect("a log");
        for part in [machine, proxy] {
            assert_eq!(log.contains(part), said == Some(part), "{options:?}: {log}");
        }
        let asks = said == Some(proxy);
        assert_eq!(
            log.contains("--auth token asks"),
            asks,
            "{options:?}: {log}"
        );
        server.stop();
    }
}
