use jumun_server::{Code, Language};

use crate::harness::{Reply, Shop, send};

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
    let shop = Shop::open().await;
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
        }
    }
    assert_eq!(
        shop.get("/problems/no-such").await.problem(),
        (404, "not-found".to_owned())
    );
    assert_eq!(
        shop.get("/problems/%ff").await.problem(),
        (404, "not-found".to_owned())
    );
}

#[tokio::test]
async fn the_links_of_the_problem_pages_lead_somewhere() {
    let shop = Shop::open().await;
    for code in Code::ALL {
        let page = shop.get(&format!("/problems/{}", code.name())).await;
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
            assert_eq!(
                shop.get(&path).await.status,
                200,
                "{} links to {link}",
                code.name()
            );
        }
    }
}

#[tokio::test]
async fn the_reference_shows_every_operation() {
    let shop = Shop::open().await;
    let page = shop.get("/docs").await;
    check_page(&page);
    let description = shop.get("/openapi.json").await.expect(200).json();
    assert_eq!(description["openapi"], "3.1.0");
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let heading = format!("<code><b>{}</b> {path}</code>", method.to_uppercase());
            assert!(page.text.contains(&heading), "{heading} is not shown");
            let id = operation["operationId"].as_str().unwrap();
            assert!(page.text.contains(&format!("id=\"{id}\"")));
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
