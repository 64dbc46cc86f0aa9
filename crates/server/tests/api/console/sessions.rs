use jumun_domain::Timestamp;
use jumun_server::{AuthMode, Config};
use jumun_store::Page;
use jumun_store::access::{Scope, Token, TokenText};
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::Operator;
use super::operator::pair;
use crate::harness::{Engine, Shop, admin, of_user, on_each_engine, scopes, send, token};
use crate::listening::{Over, Server};

/// What nobody sees without a session, and what nobody does.
const PATHS: [(&str, &str); 18] = [
    ("GET", "/console"),
    ("GET", "/console/orders"),
    (
        "GET",
        "/console/orders/01937d5e-8f00-7000-8000-0242ac120002",
    ),
    (
        "POST",
        "/console/orders/01937d5e-8f00-7000-8000-0242ac120002/cancel",
    ),
    ("GET", "/console/users"),
    ("GET", "/console/users/1"),
    ("GET", "/console/users/1/ledger"),
    ("POST", "/console/users/1/balance"),
    ("GET", "/console/products"),
    ("POST", "/console/products/new"),
    ("POST", "/console/products/1/edit"),
    ("POST", "/console/products/1/stock"),
    ("POST", "/console/campaigns/new"),
    ("POST", "/console/platforms/p/pause"),
    ("GET", "/console/changes"),
    ("POST", "/console/tokens/new"),
    ("POST", "/console/sign-out"),
    ("GET", "/console/no-such-page"),
];

async fn newest_token(shop: &Shop) -> Token {
    let page = Page {
        after: None,
        limit: 1,
    };
    let mut tokens = shop.access.tokens(page).await.unwrap().items;
    tokens.remove(0)
}

/// The text of the token in a cookie.
fn text(cookie: &str) -> TokenText {
    TokenText::parse(cookie.split_once('=').unwrap().1).unwrap()
}

async fn leads_to_sign_in(operator: &Operator<'_>) {
    for (method, path) in PATHS {
        let reply = match method {
            "GET" => operator.get(path).await,
            _ => operator.post(path, &[("key", "k"), ("name", "x")]).await,
        };
        let location = reply.header("location").unwrap_or_default();
        assert_eq!(reply.status, 303, "{method} {path}: {}", reply.text);
        assert!(
            location.starts_with("/console/sign-in?to="),
            "{path}: {location}"
        );
        assert_eq!(reply.text, "", "{path} tells nothing");
    }
}

#[tokio::test]
async fn without_a_session_every_path_leads_to_the_sign_in_and_shows_nothing() {
    let shop = Shop::open_guarded(Engine::ANY).await;
    let mut operator = Operator::of(&shop);
    leads_to_sign_in(&operator).await;
    for cookie in ["", "x", "jumun_0000000000000001_x", "\"'<script>"] {
        operator.cookies = vec![format!("jumun_console={cookie}")];
        leads_to_sign_in(&operator).await;
    }
    // A token in the header opens the API, and not the console.
    let reply = send(shop.request(Method::GET, "/console")).await;
    assert_eq!(reply.status, 303);
    operator.get("/console/sign-in").await.expect(200);
    operator.get("/assets/console.css").await.expect(200);
}

on_each_engine!(a_session_is_a_token_of_its_own_that_ends_with_the_sign_out);
async fn a_session_is_a_token_of_its_own_that_ends_with_the_sign_out(engine: Engine) {
    let shop = Shop::open_guarded(engine).await;
    let given = token(&*shop.access, admin(), None).await;
    let mut operator = Operator::of(&shop);
    let reply = operator.sign_in(&given.reveal()).await.expect(303);
    assert_eq!(reply.header("location"), Some("/console"));
    let cookie = reply.header("set-cookie").unwrap().to_owned();
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(
        attributes,
        "Path=/console; Max-Age=28800; HttpOnly; SameSite=Strict"
    );
    assert!(pair.starts_with("jumun_console=jumun_"));
    let session = text(pair);
    assert_ne!(session.id(), given.id());

    let kept = newest_token(&shop).await;
    assert_eq!(kept.made.id, session.id());
    assert_eq!(kept.made.label.as_deref(), Some("console"));
    assert_eq!(kept.created_by.as_str(), format!("token:{}", given.id()));
    let lasts = kept.made.expires_at.unwrap().as_micros() - kept.made.created_at.as_micros();
    assert_eq!(lasts, 8 * 3_600 * 1_000_000);

    operator.cookies.push(pair.to_owned());
    let page = operator.get("/console").await.expect(200);
    assert!(page.text.contains("action=\"/console/sign-out\""));
    // The cookie is nothing to the API.
    for path in ["/products", "/tokens", "/changes", "/platforms"] {
        assert_eq!(operator.get(path).await.problem().1, "unauthenticated");
    }

    let reply = operator.post("/console/sign-out", &[]).await.expect(303);
    let gone = reply.header("set-cookie").unwrap();
    assert!(
        gone.starts_with("jumun_console=; Path=/console; Max-Age=0;"),
        "{gone}"
    );
    leads_to_sign_in(&operator).await;
    let changes = operator.changes().await;
    assert_eq!(&*changes[0].action, "token.revoke");
    assert_eq!(changes[0].actor.as_str(), format!("token:{}", session.id()));
    assert_eq!(&*changes[1].action, "token.create");
}

#[tokio::test]
async fn only_a_good_token_with_the_scope_admin_begins_a_session() {
    let shop = Shop::open_guarded(Engine::ANY).await;
    let access = &*shop.access;
    let past = Timestamp::from_micros(1);
    let others: Vec<Scope> = Scope::ALL
        .iter()
        .copied()
        .filter(|it| *it != Scope::Admin)
        .collect();
    let revoked = token(access, admin(), None).await;
    let by = jumun_domain::Actor::local();
    access.revoke_token(revoked.id(), &by).await.unwrap();
    let table = [
        (
            token(access, scopes(&others), None).await.reveal(),
            "`admin`",
        ),
        (token(access, of_user(7), None).await.reveal(), "`admin`"),
        (
            token(access, admin(), Some(past)).await.reveal(),
            "unknown, revoked or expired",
        ),
        (revoked.reveal(), "unknown, revoked or expired"),
        ("not-a-token".to_owned(), "not one that this server takes"),
        (String::new(), "not one that this server takes"),
    ];
    let before = newest_token(&shop).await.made.id;
    for (given, told) in table {
        let reply = Operator::of(&shop).sign_in(&given).await.expect(403);
        assert_eq!(reply.header("set-cookie"), None);
        let html = reply.text.replace("&#39;", "'").replace("&#96;", "`");
        assert!(html.contains(told), "{told}: {html}");
        assert!(
            given.is_empty() || !html.contains(&given),
            "a secret is in the page"
        );
    }
    assert_eq!(newest_token(&shop).await.made.id, before);
}

#[tokio::test]
async fn a_session_does_not_outlive_its_token_and_an_expired_one_is_none() {
    let shop = Shop::open_guarded(Engine::ANY).await;
    let access = &*shop.access;
    let soon = newest_token(&shop).await.made.created_at.as_micros() + 3_600_000_000;
    let given = token(access, admin(), Some(Timestamp::from_micros(soon))).await;
    Operator::of(&shop)
        .sign_in(&given.reveal())
        .await
        .expect(303);
    let kept = newest_token(&shop).await.made;
    assert_eq!(kept.label.as_deref(), Some("console"));
    assert_eq!(kept.expires_at, Some(Timestamp::from_micros(soon)));

    let expired = token(access, admin(), Some(Timestamp::from_micros(1))).await;
    let mut operator = Operator::of(&shop);
    operator.cookies = vec![format!("jumun_console={}", expired.reveal())];
    leads_to_sign_in(&operator).await;
}

#[tokio::test]
async fn over_tls_at_the_proxy_the_cookie_is_for_tls_alone() {
    for (behind_proxy, proto, is_secure) in [
        (true, Some("https"), true),
        (true, Some("http"), false),
        (true, None, false),
        (false, Some("https"), false),
    ] {
        let config = Config {
            auth: AuthMode::Token,
            behind_proxy,
            ..Config::default()
        };
        let shop = Shop::open_with(Engine::ANY, config).await;
        let given = token(&*shop.access, admin(), None).await.reveal();
        let operator = Operator::of(&shop);
        let said = |request: reqwest::RequestBuilder| match proto {
            Some(proto) => request.header("x-forwarded-proto", proto),
            None => request,
        };
        let request = operator.form("/console/sign-in", &[("token", &given)]);
        let reply = send(said(request)).await.expect(303);
        let cookie = reply.header("set-cookie").unwrap();
        assert_eq!(cookie.starts_with("__Secure-jumun_console="), is_secure);
        assert_eq!(cookie.ends_with("; Secure"), is_secure, "{cookie}");
        let request = said(shop.anonymous(Method::GET, "/console"));
        send(request.header("cookie", pair(&reply)))
            .await
            .expect(200);
        // Under the name of the other kind it is not looked at.
        let value = pair(&reply).split_once('=').unwrap().1.to_owned();
        let other = match is_secure {
            true => format!("jumun_console={value}"),
            false => format!("__Secure-jumun_console={value}"),
        };
        let request = said(shop.anonymous(Method::GET, "/console"));
        send(request.header("cookie", other)).await.expect(303);
    }
}

#[tokio::test]
async fn who_signs_in_comes_to_the_page_they_wanted_and_to_no_other_site() {
    let shop = Shop::open_guarded(Engine::ANY).await;
    let given = token(&*shop.access, admin(), None).await.reveal();
    let operator = Operator::of(&shop);
    for (to, expected) in [
        ("/console/orders?find=7", "/console/orders?find=7"),
        ("https://evil.example/", "/console"),
        ("//evil.example/console", "/console"),
        ("/docs", "/console"),
        ("/console\r\nSet-Cookie: a=b", "/console"),
    ] {
        let fields = [("token", given.as_str()), ("to", to)];
        let reply = operator.post("/console/sign-in", &fields).await.expect(303);
        assert_eq!(reply.header("location"), Some(expected), "{to:?}");
    }
    let reply = operator.get("/console/products?after=p1").await.expect(303);
    let sign_in = reply.header("location").unwrap();
    let page = operator.get(sign_in).await.expect(200);
    assert!(page.text.contains("value=\"/console/products?after=p1\""));
}

#[tokio::test]
async fn an_open_server_asks_nobody_to_sign_in() {
    let shop = Shop::open(Engine::ANY).await;
    let operator = Operator::of(&shop);
    let page = operator.get("/console").await.expect(200);
    assert!(!page.text.contains("sign-out"));
    let reply = operator.get("/console/sign-in").await.expect(303);
    assert_eq!(reply.header("location"), Some("/console"));
    let reply = operator.sign_in("x").await.expect(303);
    assert_eq!(reply.header("set-cookie"), None);
    operator.post("/console/sign-out", &[]).await.expect(303);
    // By a name that is not its own it is not reached, as by a rebound name.
    let request = shop.anonymous(Method::GET, "/console");
    let request = request.header("host", "evil.example");
    let by_browser = request.header("accept-encoding", "gzip, deflate");
    send(by_browser).await.expect(421);
}

#[tokio::test]
async fn a_session_ends_when_the_token_that_it_was_begun_with_is_revoked() {
    let shop = Shop::open_guarded(Engine::ANY).await;
    let given = token(&*shop.access, admin(), None).await;
    let mut operator = Operator::of(&shop);
    let reply = operator.sign_in(&given.reveal()).await.expect(303);
    operator.cookies.push(pair(&reply));
    operator.get("/console").await.expect(200);
    let by = jumun_domain::Actor::local();
    shop.access.revoke_token(given.id(), &by).await.unwrap();
    leads_to_sign_in(&operator).await;
}

#[tokio::test]
async fn over_tls_cookies_are_for_tls_alone() {
    for (over, is_secure) in [(Over::Tls, true), (Over::Tcp, false)] {
        let server = Server::open(over, Config::default()).await;
        let mut wire = server.connect().await;
        let request = "GET /console/language?to=ko HTTP/1.1\r\nHost: localhost\r\n\
                       Connection: close\r\n\r\n";
        wire.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // A client of TLS calls it an error that the server is gone without a word.
        let _ = wire.read_to_end(&mut answer).await;
        let answer = String::from_utf8(answer).unwrap();
        let cookie = answer.lines().find(|it| it.starts_with("set-cookie: "));
        let cookie = cookie.unwrap_or_else(|| panic!("no cookie: {answer}"));
        assert!(
            cookie.contains("jumun_language=ko; Path=/console"),
            "{cookie}"
        );
        assert_eq!(cookie.ends_with("; Secure"), is_secure, "{cookie}");
    }
}

on_each_engine!(a_session_ends_with_the_token_that_it_was_begun_with);
async fn a_session_ends_with_the_token_that_it_was_begun_with(engine: Engine) {
    let shop = Shop::open_guarded(engine).await;
    let begun_with = token(&*shop.access, admin(), None).await;
    let mut operator = Operator::of(&shop);
    let reply = operator.sign_in(&begun_with.reveal()).await.expect(303);
    operator.cookies.push(pair(&reply));
    operator.get("/console").await.expect(200);
    let by = jumun_domain::Actor::command_line("tester");
    let revoked = shop.access.revoke_token(begun_with.id(), &by).await;
    assert!(revoked.unwrap().is_some());
    leads_to_sign_in(&operator).await;
}

on_each_engine!(a_session_opens_the_console_alone_and_begins_no_other);
async fn a_session_opens_the_console_alone_and_begins_no_other(engine: Engine) {
    let shop = Shop::open_guarded(engine).await;
    let operator = Operator::signed_in(&shop).await;
    let session = operator.cookies[0].split_once('=').unwrap().1.to_owned();
    for (method, path) in [(Method::GET, "/products"), (Method::POST, "/tokens")] {
        let request = shop.anonymous(method, path).bearer_auth(&session);
        let refused = send(request).await.problem();
        assert_eq!(refused, (401, "unauthenticated".to_owned()), "{path}");
    }
    let again = Operator::of(&shop).sign_in(&session).await;
    assert_eq!(again.header("set-cookie"), None, "{}", again.text);
    // A token is no session either, whatever cookie it is put into.
    let mut other = Operator::of(&shop);
    let text = token(&*shop.access, admin(), None).await.reveal();
    other.cookies = vec![format!("jumun_console={text}")];
    leads_to_sign_in(&other).await;
}

on_each_engine!(a_token_that_another_made_outlives_it);
async fn a_token_that_another_made_outlives_it(engine: Engine) {
    let shop = Shop::open_guarded(engine).await;
    let first = token(&*shop.access, admin(), None).await;
    let made = shop
        .anonymous(Method::POST, "/tokens")
        .bearer_auth(first.reveal());
    let made = made.json(&serde_json::json!({"scopes": ["admin"]}));
    let made = send(made).await.expect(201).json();
    let by = jumun_domain::Actor::command_line("tester");
    shop.access.revoke_token(first.id(), &by).await.unwrap();
    let operator = Operator::of(&shop);
    let reply = operator.sign_in(made["token"].as_str().unwrap()).await;
    assert!(reply.expect(303).header("set-cookie").is_some());
}
