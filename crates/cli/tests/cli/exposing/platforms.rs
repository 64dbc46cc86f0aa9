use crate::support::Folder;

/// An address that no machine has (RFC 5737), and that others could reach if one
/// had it: the server gets as far as its settings are good, and serves nobody.
const ELSEWHERE: &str = "serve --listen 192.0.2.1:0 --auth token --behind-proxy";

#[test]
fn a_server_that_others_reach_sends_to_public_addresses_unless_told_otherwise() {
    let begun = "cannot listen on 192.0.2.1";
    let table = [
        ("http://127.0.0.1:9/events", "", "which is not public"),
        ("http://169.254.169.254/latest", "", "which is not public"),
        ("http://[::1]:9/events", "", "which is not public"),
        ("https://203.0.114.1/events", "", begun),
        (
            "http://127.0.0.1:9/events",
            "--allow-private-platforms",
            begun,
        ),
    ];
    for (url, options, part) in table {
        let folder = Folder::new();
        let line = format!("{ELSEWHERE} --platform {url} {options}");
        let finished = crate::support::finish(&mut folder.shop_command(line.trim_end()));
        let told = &finished.stderr;
        assert!(told.contains(part), "{url} {options}: {told}");
        assert_ne!(finished.code, Some(0), "{url} {options}");
    }
}
