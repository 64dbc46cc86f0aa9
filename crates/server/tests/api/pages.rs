use jumun_server::{Code, Language};

use crate::harness::{Engine, Reply, Shop, send};

/// What every page must have, and what none may.
fn check_page(page: &Reply) {
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let policy = page.header("content-security-policy").unwrap();
    for rule in [
        "default-src 'none'",
        "style-src 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    for forbidden in [
        "<script", "<style", "style=", "onclick", "http://", "https://",
    ] {
        assert!(!page.text.contains(forbidden), "a page holds {forbidden}");
    }
    assert!(page.text.contains("name=\"viewport\""));
    assert!(page.text.contains("href=\"/assets/jumun.css\""));
}

#[tokio::test]
async fn every_problem_has_a_page_in_both_languages() {
    let shop = Shop::open(Engine::ANY).await;
    for code in Code::ALL {
        for language in Language::ALL {
            let path = format!("/problems/{}", code.name());
            let request = shop.request(reqwest::Method::GET, &path);
            let page = send(request.header("accept-language", language.tag())).await;
            check_page(&page);
            assert_eq!(page.header("content-language"), Some(language.tag()));
            assert!(
                page.text
                    .contains(&format!("<h1>{}</h1>", code.title(language)))
            );
            let chosen = shop.get(&format!("{path}?lang={}", language.tag())).await;
            check_page(&chosen);
            assert_eq!(chosen.header("content-language"), Some(language.tag()));
            let list = shop
                .get(&format!("/problems?lang={}", language.tag()))
                .await;
            check_page(&list);
            let link = format!("href=\"{path}?lang={}\"", language.tag());
            assert!(list.text.contains(&link), "{link} is not listed");
        }
    }
    assert_eq!(
        shop.get("/problems/no-such").await.problem(),
        (404, "not-found".to_owned())
    );
    assert_eq!(
        shop.get("/problems?lang=fr").await.problem(),
        (400, "validation-failed".to_owned())
    );
    assert_eq!(
        shop.get("/problems/%ff").await.problem(),
        (404, "not-found".to_owned())
    );
}

#[tokio::test]
async fn the_links_of_the_problem_pages_lead_somewhere() {
    let shop = Shop::open(Engine::ANY).await;
    let pages = Code::ALL.iter().flat_map(|code| {
        let path = format!("/problems/{}", code.name());
        [path.clone(), format!("{path}?lang=ko")]
    });
    for start in pages.chain(["/problems".to_owned()]) {
        let page = shop.get(&start).await.expect(200);
        for link in page
            .text
            .split("href=\"")
            .skip(1)
            .map(|it| it.split('"').next().unwrap())
        {
            let path = if link.starts_with('/') {
                link.to_owned()
            } else {
                format!("/problems/{link}")
            };
            assert_eq!(shop.get(&path).await.status, 200, "{start} links to {link}");
        }
    }
}

#[tokio::test]
async fn the_reference_shows_every_operation() {
    let shop = Shop::open(Engine::ANY).await;
    let page = shop.get("/docs").await;
    check_page(&page);
    let description = shop.get("/openapi.json").await.expect(200).json();
    assert_eq!(description["openapi"], "3.1.0");
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let heading = format!(
                "<code><b class=\"{method}\">{}</b> {path}</code>",
                method.to_uppercase()
            );
            assert!(page.text.contains(&heading), "{heading} is not shown");
            let id = operation["operationId"].as_str().unwrap();
            assert!(page.text.contains(&format!("id=\"{id}\"")));
            let entry = format!("<a href=\"#{id}\"><code>{path}</code></a>");
            assert!(page.text.contains(&entry), "{entry} is not listed");
        }
    }
    for anchor in page
        .text
        .split("href=\"#")
        .skip(1)
        .map(|it| it.split('"').next().unwrap())
    {
        assert!(
            page.text.contains(&format!("id=\"{anchor}\"")),
            "#{anchor} leads nowhere"
        );
    }
    shop.get("/assets/jumun.css").await.expect(200);
}

#[tokio::test]
async fn the_bare_address_leads_to_the_reference() {
    let shop = Shop::open(Engine::ANY).await;
    let root = shop.get("/").await.expect(307);
    assert_eq!(root.header("location"), Some("/docs"));
}

#[tokio::test]
async fn the_reference_puts_making_before_finding_and_tells_ranges_in_words() {
    let page = Shop::open(Engine::ANY).await.get("/docs").await.text;
    let place = page.find("<h3 id=\"placeOrder\">").unwrap();
    let find = page.find("<h3 id=\"findOrder\">").unwrap();
    assert!(place < find);
    assert!(page.contains("integer, 1 to 9007199254740991"));
    assert!(!page.contains('≥') && !page.contains('≤'));
}

/// A `curl` command of the reference, taken apart as a shell would.
fn request(shop: &Shop, command: &str) -> reqwest::RequestBuilder {
    let plain = command
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
        .replace(" \\\n ", "");
    let (words, body) = match plain.split_once(" -d '") {
        Some((words, body)) => (words, Some(body.trim_end_matches('\''))),
        None => (plain.as_str(), None),
    };
    let method = words
        .split_once("-X ")
        .map_or("GET", |(_, rest)| rest.split_whitespace().next().unwrap());
    let target = words
        .split_whitespace()
        .map(|word| word.trim_matches('\''))
        .find_map(|word| word.strip_prefix(shop.address.as_str()));
    let request = shop.request(method.parse().unwrap(), target.expect(command));
    match body {
        Some(body) => {
            assert!(words.contains("-H 'Content-Type: application/json'"));
            request
                .header("content-type", "application/json")
                .body(body.to_owned())
        }
        None => request,
    }
}

#[tokio::test]
async fn every_command_of_the_reference_can_be_pasted() {
    let shop = Shop::open(Engine::ANY).await;
    let page = shop.get("/docs").await.text;
    let commands: Vec<_> = page
        .split("<pre><code>curl ")
        .skip(1)
        .map(|it| it.split("</code>").next().unwrap())
        .collect();
    let description = shop.get("/openapi.json").await.json();
    let items = description["paths"].as_object().unwrap().values();
    let operations: usize = items.map(|item| item.as_object().unwrap().len()).sum();
    assert_eq!(commands.len(), operations);
    // What makes things comes first, as a newcomer would paste it.
    let first = [
        "/users/7 ",
        "/users/7/balance/charges",
        "/products/3 ",
        "/campaigns ",
    ];
    let rank = |it: &&str| {
        let made = first
            .iter()
            .position(|path| it.contains("-X") && it.contains(path));
        made.unwrap_or(first.len())
    };
    let mut ordered = commands;
    ordered.sort_by_key(rank);
    for command in ordered {
        let reply = send(request(&shop, command)).await;
        // What no command makes: an order of this id, a platform.
        let unknown = ["order-not-found", "platform-not-found", "token-not-found"];
        let of_none = reply.status == 404 && unknown.iter().any(|it| reply.text.contains(it));
        let done = reply.status.is_success() || reply.status == 307 || of_none;
        assert!(done, "{command}: {}", reply.text);
    }
}
