//! Names, numbers and bodies that nobody sends by mistake.

use reqwest::Method;
use serde_json::Value;

use super::{place, stock};
use crate::harness::{Dispatcher, Engine, Shop, on_each_engine, send};

const LARGEST: &str = "9007199254740991";

/// `place message` of each error.
fn errors(problem: &Value) -> Vec<String> {
    let line = |error: &Value| {
        let place = error["parameter"].as_str().or(error["pointer"].as_str());
        format!("{} {}", place.unwrap(), error["message"].as_str().unwrap())
    };
    let errors = problem["errors"].as_array().unwrap();
    errors.iter().map(line).collect()
}

on_each_engine!(a_name_that_no_platform_has_is_not_found_whatever_it_is);
async fn a_name_that_no_platform_has_is_not_found_whatever_it_is(engine: Engine) {
    let shop = Shop::open(engine).await;
    Dispatcher::of(&shop, "p").await;
    let names = [
        "P".to_owned(),
        "%70%70".to_owned(),
        "%00".to_owned(),
        "p%00".to_owned(),
        "%0A%0D".to_owned(),
        "%".to_owned(),
        "%27%3B%20DROP%20TABLE%20platforms%3B%20--".to_owned(),
        "a".repeat(10_000),
        "%EA%B0%80".repeat(1_000),
    ];
    for name in names {
        let path = format!("/platforms/{name}");
        let requests = [
            (Method::GET, String::new()),
            (Method::DELETE, String::new()),
            (Method::GET, "/deliveries?state=DEAD".to_owned()),
            (Method::GET, "/deliveries/1".to_owned()),
            (Method::POST, "/pause".to_owned()),
            (Method::POST, "/resume".to_owned()),
            (Method::POST, "/replay".to_owned()),
        ];
        for (method, below) in requests {
            let mut request = shop.request(method, &format!("{path}{below}"));
            if below == "/replay" {
                request = request
                    .header("content-type", "application/json")
                    .body("{\"sequence\": 1}");
            }
            let reply = send(request).await;
            let told = (404, "platform-not-found".to_owned());
            assert_eq!(reply.problem(), told, "{name:.40}{below}");
            assert!(reply.text.len() < 600, "{}", reply.text);
        }
    }
    shop.get("/platforms/p").await.expect(200);
    for path in ["%ff", "%ED%A0%80", "%ff/deliveries", "p/deliveries/%ff"] {
        let reply = shop.get(&format!("/platforms/{path}")).await;
        assert_eq!(reply.problem(), (404, "not-found".to_owned()), "{path}");
    }
}

on_each_engine!(a_number_in_the_path_is_that_of_an_event_or_told_to_be_none);
async fn a_number_in_the_path_is_that_of_an_event_or_told_to_be_none(engine: Engine) {
    let shop = Shop::open(engine).await;
    stock(&shop).await;
    place(&shop, 7).await;
    Dispatcher::of(&shop, "p").await;
    shop.get("/platforms/p/deliveries/1").await.expect(200);
    let invalid = [
        "0",
        "01",
        "-1",
        "+1",
        "1.0",
        "1e3",
        "x",
        "%00",
        "9007199254740992",
        "9223372036854775808",
        "18446744073709551616",
        "00000000000000000001",
    ];
    for sequence in invalid {
        let path = format!("/platforms/p/deliveries/{sequence}");
        let reply = shop.get(&path).await.expect(400).json();
        let expected = format!("sequence must be an integer from 1 to {LARGEST}");
        assert_eq!(errors(&reply), [expected], "{sequence}");
    }
    for sequence in ["2", LARGEST] {
        let reply = shop
            .get(&format!("/platforms/p/deliveries/{sequence}"))
            .await;
        assert_eq!(reply.problem(), (404, "event-not-found".to_owned()));
    }
    // The cursor before the largest sequence is one that the list could give out.
    for cursor in ["d1fffffffffffff", "d00000000000001"] {
        let path = format!("/platforms/p/deliveries?cursor={cursor}");
        shop.get(&path).await.expect(200);
    }
}

#[tokio::test]
async fn every_wrong_parameter_of_a_list_of_deliveries_is_named() {
    let shop = Shop::open(Engine::ANY).await;
    Dispatcher::of(&shop, "p").await;
    let state = "state must be one of FAILING, BLOCKED, DEAD";
    let limit = "limit must be an integer from 1 to 200";
    let cursor = "cursor must be the `nextCursor` of a page of this list; leave it out for the \
                  first page";
    let unknown = "is not a parameter of this endpoint; check its spelling";
    let table = [
        ("state=DELIVERED", vec![state.to_owned()]),
        ("state=dead", vec![state.to_owned()]),
        ("state=", vec![state.to_owned()]),
        ("limit=0", vec![limit.to_owned()]),
        ("limit=201", vec![limit.to_owned()]),
        ("cursor=p00000000000003", vec![cursor.to_owned()]),
        ("cursor=d00000000000000", vec![cursor.to_owned()]),
        ("cursor=d20000000000000", vec![cursor.to_owned()]),
        ("cursor=", vec![cursor.to_owned()]),
        ("after=1", vec![format!("after {unknown}")]),
        (
            "state=DEAD&state=DEAD",
            vec!["state is given more than once; give it once".to_owned()],
        ),
        (
            "cursor=7&limit=x&state=%00",
            vec![state.to_owned(), limit.to_owned(), cursor.to_owned()],
        ),
    ];
    for (query, expected) in table {
        let path = format!("/platforms/p/deliveries?{query}");
        let reply = shop.get(&path).await.expect(400).json();
        assert_eq!(errors(&reply), expected, "{query}");
    }
}

#[tokio::test]
async fn a_request_that_says_all_in_its_path_refuses_whatever_else_it_is_told() {
    let shop = Shop::open(Engine::ANY).await;
    stock(&shop).await;
    place(&shop, 7).await;
    let dispatcher = Dispatcher::of(&shop, "p").await;
    let requests = [
        (Method::GET, "/platforms", ""),
        (Method::GET, "/platforms/p", ""),
        (Method::GET, "/platforms/p/deliveries/1", ""),
        (Method::POST, "/platforms/p/pause", ""),
        (Method::POST, "/platforms/p/resume", "{}"),
        (
            Method::POST,
            "/platforms/p/replay",
            "{\"failedSince\": \"2026-11-20T09:00:00Z\"}",
        ),
        (Method::DELETE, "/platforms/p", ""),
    ];
    let ask = async |method: &Method, path: &str, body: &str| {
        let request = shop.request(method.clone(), path);
        let request = request.header("content-type", "application/json");
        send(request.body(body.to_owned())).await
    };
    let unknown = "is not a parameter of this endpoint; check its spelling";
    for (method, path, body) in &requests {
        let reply = ask(method, &format!("{path}?zzz=1"), body)
            .await
            .expect(400);
        assert_eq!(errors(&reply.json()), [format!("zzz {unknown}")], "{path}");
    }
    let unknown = "is not a member of this request; check its spelling";
    for path in ["/platforms/p/pause", "/platforms/p/resume"] {
        let reply = ask(&Method::POST, path, "{\"a\": 1}").await.expect(400);
        assert_eq!(errors(&reply.json()), [format!("/a {unknown}")], "{path}");
        let reply = ask(&Method::POST, path, "[]").await.expect(400);
        assert_eq!(errors(&reply.json()), [" must be an object"], "{path}");
    }
    let platform = shop.get("/platforms/p").await.json();
    assert_eq!(platform["status"], "ACTIVE", "nothing was changed");
    dispatcher.release().await;
    for (method, path, body) in &requests {
        let reply = ask(method, &format!("{path}?"), body).await;
        assert!(reply.status.is_success(), "{path}: {}", reply.text);
    }
}

#[tokio::test]
async fn every_wrong_place_of_a_replay_is_named() {
    let shop = Shop::open(Engine::ANY).await;
    Dispatcher::of(&shop, "p").await;
    let bounds = format!("must be an integer from 1 to {LARGEST}");
    let one_form = " must hold one of `sequence`, `from` with `to`, and `failedSince`";
    let beside = |member: &str, form: &str| {
        format!("/{member} must be left out where `{form}` says what to send again")
    };
    let table = [
        ("{}", vec![one_form.to_owned()]),
        ("{\"sequence\": null}", vec![one_form.to_owned()]),
        ("null", vec![" is required".to_owned()]),
        ("[1]", vec![" must be an object".to_owned()]),
        ("{\"sequence\": 0}", vec![format!("/sequence {bounds}")]),
        ("{\"sequence\": -1}", vec![format!("/sequence {bounds}")]),
        (
            "{\"sequence\": 9007199254740992}",
            vec![format!("/sequence {bounds}")],
        ),
        (
            "{\"sequence\": 18446744073709551616}",
            vec![format!("/sequence {bounds}")],
        ),
        (
            "{\"sequence\": \"00000000000000000001\"}",
            vec!["/sequence must be an integer, without decimals or exponent".to_owned()],
        ),
        ("{\"from\": 1}", vec!["/to is required".to_owned()]),
        ("{\"to\": 1}", vec!["/from is required".to_owned()]),
        (
            "{\"from\": 3, \"to\": 2}",
            vec![format!("/to must be an integer from 3 to {LARGEST}")],
        ),
        (
            "{\"from\": 0, \"to\": 0}",
            vec![format!("/from {bounds}"), format!("/to {bounds}")],
        ),
        (
            "{\"sequence\": 1, \"from\": 1, \"to\": 1}",
            vec![beside("from", "sequence"), beside("to", "sequence")],
        ),
        (
            "{\"sequence\": 1, \"failedSince\": \"2026-11-20T09:00:00Z\"}",
            vec![beside("failedSince", "sequence")],
        ),
        (
            "{\"from\": 1, \"to\": 1, \"failedSince\": \"2026-11-20T09:00:00Z\"}",
            vec![beside("failedSince", "from")],
        ),
        (
            "{\"failedSince\": \"yesterday\"}",
            vec![
                "/failedSince must be a date and time of RFC 3339 with a zone, such as \
                 2026-11-20T09:00:00Z"
                    .to_owned(),
            ],
        ),
        (
            "{\"failed_since\": \"2026-11-20T09:00:00Z\"}",
            vec!["/failed_since is not a member of this request; check its spelling".to_owned()],
        ),
        (
            "{\"sequence\": 1, \"sequence\": 2}",
            vec!["/sequence is given more than once; give it once".to_owned()],
        ),
    ];
    for (body, expected) in table {
        let reply = shop.raw("/platforms/p/replay", body).await.expect(400);
        assert_eq!(errors(&reply.json()), expected, "{body}");
    }
    let empty = shop.post_nothing("/platforms/p/replay").await.expect(400);
    assert_eq!(errors(&empty.json()), [" is required"]);
    let platform = shop.get("/platforms/p").await.json();
    assert_eq!(platform["replays"], Value::Array(Vec::new()));
}
