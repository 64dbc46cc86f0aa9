use std::collections::BTreeMap;

use jumun_test_cluster::Certificates;
use serde_json::Value;

use super::{command, count, good, load};
use crate::support::{Folder, Server, finish};

const WORKLOADS: [&str; 6] = ["uniform", "zipf", "hot", "soldout", "coupon", "mixed"];

/// Counts of outcomes by status and code.
fn outcomes(figures: &Value) -> BTreeMap<String, u64> {
    let all = figures["outcomes"].as_array().expect("outcomes").iter();
    all.map(|it| {
        let code = it["code"].as_str().unwrap_or_default();
        (format!("{} {code}", it["status"]), count(it, "/count"))
    })
    .collect()
}

#[test]
fn every_workload_loads_in_both_loops_and_leaves_the_books_right() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    for workload in WORKLOADS {
        for rate in [None, Some("--rate=200")] {
            let what = format!("{workload} {rate:?}");
            let mut options = vec!["--json", "--workload", workload];
            options.extend(rate);
            let figures = good(&load(&folder, server.base(), &options), &what);
            assert_eq!(figures["workload"], workload);
            assert!(count(&figures, "/orders") > 0, "{what}: {figures}");
            let read_back = count(&figures, "/check/ordersReadBack");
            assert_eq!(read_back, count(&figures, "/check/acknowledged"), "{what}");
            assert!(read_back >= count(&figures, "/orders"), "{what}");
            assert_eq!(count(&figures, "/check/stocksCompared"), 20, "{what}");
            assert_eq!(count(&figures, "/check/balancesCompared"), 50, "{what}");
            let found = outcomes(&figures);
            let expected: &[&str] = match workload {
                "soldout" => &["201 ", "400 out-of-stock"],
                "mixed" => &["200 ", "201 "],
                _ => &["201 "],
            };
            let found: Vec<&str> = found.keys().map(String::as_str).collect();
            assert_eq!(found, expected, "{what}");
        }
    }
    server.stop();
    folder.audit();
}

#[test]
fn most_of_the_sold_out_workload_comes_too_late() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    // Of 20 products 18 have five pieces each, which are gone in the warm-up.
    let options = ["--json", "--workload=soldout", "--warm-up=1s"];
    let figures = good(&load(&folder, server.base(), &options), "soldout");
    let found = outcomes(&figures);
    let refused = found["400 out-of-stock"];
    let share = refused as f64 / count(&figures, "/latency/count") as f64;
    assert!((0.8..0.97).contains(&share), "{share}: {found:?}");
}

#[test]
fn a_load_without_keys_or_with_random_ones_is_one_too() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    for keys in ["random", "none"] {
        let options = ["--json", "--keys", keys, "--threads=2"];
        let figures = good(&load(&folder, server.base(), &options), keys);
        assert_eq!(figures["keys"], keys);
        assert_eq!(figures["threads"], 2);
    }
}

#[test]
fn json_and_figure_tell_the_same_as_the_table() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let finished = load(&folder, server.base(), &["--json", "--plot=load.svg"]);
    let figures = good(&finished, "plot");
    let points = figures["series"]["points"].as_array().expect("points");
    assert_eq!(points.len(), 10, "a second of tenths");
    let sum: u64 = points.iter().map(|it| count(it, "/orders")).sum();
    assert_eq!(sum, count(&figures, "/orders"));
    let latency = &figures["latency"];
    let rising = ["p50Us", "p90Us", "p99Us", "p999Us", "maxUs"];
    let values = rising.map(|it| latency[it].as_u64().expect("a latency"));
    assert!(values.is_sorted(), "{latency}");
    assert!(values[0] > 0, "{latency}");

    let svg = std::fs::read_to_string(folder.file("load.svg")).expect("a figure");
    assert!(
        svg.starts_with("<svg ") && svg.ends_with("</svg>\n"),
        "{svg}"
    );
    assert!(svg.contains("uniform, 8 connections"), "{svg}");
    for tag in ["svg", "title", "desc", "style", "text"] {
        let opened = svg.matches(&format!("<{tag}")).count();
        let closed = svg.matches(&format!("</{tag}>")).count();
        assert_eq!(opened, closed, "{tag}");
    }

    let finished = load(&folder, server.base(), &[]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    for part in ["orders/s", "p99.9", "201", "all is as acknowledged"] {
        assert!(
            finished.stdout.contains(part),
            "{part}: {}",
            finished.stdout
        );
    }
    // No line of progress where nobody looks on.
    assert_eq!(finished.stderr.lines().count(), 1, "{}", finished.stderr);
    assert!(
        finished.stderr.contains("they stay there"),
        "{}",
        finished.stderr
    );
}

#[test]
fn a_server_is_loaded_over_tls_if_its_certificate_is_trusted() {
    let folder = Folder::new();
    let made = Certificates::create();
    let [certificate, key] = [made.tls().certificate, made.tls().key];
    let options = [
        "--listen=127.0.0.1:0".to_owned(),
        format!("--tls-cert={}", certificate.display()),
        format!("--tls-key={}", key.display()),
    ];
    let server = Server::start_with(&folder, &options.each_ref().map(String::as_str));
    assert!(server.base().starts_with("https://"), "{}", server.base());
    let mut trusting = command(&folder, server.base(), &["--json"]);
    good(
        &finish(trusting.env("SSL_CERT_FILE", made.authority())),
        "TLS",
    );
    let parts = ["the server cannot be reached: ", "certificate"];
    load(&folder, server.base(), &[]).fails("untrusted", 1, &parts);
}

#[test]
fn a_server_that_asks_for_tokens_is_loaded_with_one_that_may() {
    let folder = Folder::new();
    let scopes = "--scope orders:act-as --scope catalog:write --scope balance:charge";
    let token = folder.shop_succeeds(&format!("token create {scopes}"));
    let weak = folder.shop_succeeds("token create --scope events:read");
    let options = ["--listen=127.0.0.1:0", "--auth=token"];
    let server = Server::start_with(&folder, &options);
    let with = |token: &str, options: &[&str]| {
        let mut all = vec!["--token", token.trim()];
        all.extend(options);
        load(&folder, server.base(), &all)
    };
    for workload in ["--workload=mixed", "--workload=coupon"] {
        good(&with(&token, &["--json", workload]), workload);
    }
    let parts = [
        "refuses to create a product: 403 forbidden",
        "catalog:write",
    ];
    with(&weak, &[]).fails("weak token", 1, &parts);
    let parts = ["401 unauthenticated", "help: a server that asks for tokens"];
    load(&folder, server.base(), &[]).fails("no token", 1, &parts);
}
