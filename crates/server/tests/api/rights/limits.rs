//! Shares of callers.

use std::num::NonZeroU32;

use jumun_server::{AuthMode, Config, Rates};
use reqwest::Method;

use crate::harness::{Engine, Shop, admin, of_user, send, token};

fn rates() -> Rates {
    let one = NonZeroU32::new(1);
    Rates {
        user: one,
        token: one,
        address: one,
        spare_loopback: false,
    }
}

/// Sends more at once than a burst, and gives the statuses in turn.
async fn flood(shop: &Shop, path: &str, bearer: Option<&str>) -> Vec<(u16, Option<String>)> {
    let mut seen = Vec::new();
    for _ in 0..8 {
        let request = shop.anonymous(Method::GET, path);
        let request = match bearer {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let reply = send(request).await;
        let after = reply.header("retry-after").map(str::to_owned);
        seen.push((reply.status.as_u16(), after));
    }
    seen
}

#[tokio::test]
async fn each_caller_has_a_share_and_is_told_when_to_come_again() {
    let shop = Shop::open_guarded_with(Engine::ANY, rates()).await;
    let first = token(&*shop.access, of_user(1), None).await.reveal();
    let same_user = token(&*shop.access, of_user(1), None).await.reveal();
    let other = token(&*shop.access, of_user(2), None).await.reveal();
    let program = token(&*shop.access, admin(), None).await.reveal();
    for (bearer, good) in [
        (Some(&*first), 404),
        (Some(&*other), 404),
        (Some(&*program), 404),
        (Some("jumun_wrong"), 401),
    ] {
        let seen = flood(&shop, "/products/1", bearer).await;
        assert_eq!(seen[0], (good, None), "{seen:?}");
        let refused: Vec<_> = seen.iter().filter(|it| it.0 == 429).collect();
        assert!(refused.len() >= 2, "{seen:?}");
        assert!(
            refused.iter().all(|it| it.1.as_deref() == Some("1")),
            "{seen:?}"
        );
    }
    // Another token of the user has no share of its own.
    let seen = flood(&shop, "/products/1", Some(&same_user)).await;
    assert_eq!(seen.iter().filter(|it| it.0 == 429).count(), 8, "{seen:?}");
}

#[tokio::test]
async fn who_only_looks_at_pages_is_counted_by_address() {
    let shop = Shop::open_guarded_with(Engine::ANY, rates()).await;
    let seen = flood(&shop, "/docs", None).await;
    assert_eq!(seen[0].0, 200);
    assert!(seen.iter().any(|it| it.0 == 429), "{seen:?}");
    let seen = flood(&shop, "/no/such/path", None).await;
    assert!(seen.iter().all(|it| it.0 == 429), "{seen:?}");
    // Who asks how the server is, is told: a balancer must not take it for dead.
    for path in ["/livez", "/readyz"] {
        let seen = flood(&shop, path, None).await;
        assert!(seen.iter().all(|it| it.0 == 200), "{path}: {seen:?}");
    }
    // Nor does a good token pay for what others try at the same address.
    for user in 1..=9 {
        let fresh = token(&*shop.access, of_user(user), None).await.reveal();
        let request = shop.anonymous(Method::GET, "/products");
        send(request.bearer_auth(fresh)).await.expect(200);
    }
}

#[tokio::test]
async fn behind_a_proxy_of_this_machine_its_address_is_not_spared() {
    let config = Config {
        auth: AuthMode::Token,
        behind_proxy: true,
        rates: Rates {
            spare_loopback: true,
            ..rates()
        },
        ..Config::default()
    };
    let shop = Shop::open_with(Engine::ANY, config).await;
    let seen = flood(&shop, "/products", Some("jumun_wrong")).await;
    assert!(seen.iter().any(|it| it.0 == 429), "{seen:?}");
    // Each client that the proxy names has a share of its own.
    for client in ["198.51.100.1", "198.51.100.2"] {
        let request = shop.anonymous(Method::GET, "/products");
        let reply = send(request.header("x-forwarded-for", client)).await;
        assert_eq!(reply.status, 401, "{client}");
    }
}

#[tokio::test]
async fn a_server_as_it_comes_spares_its_own_machine() {
    let shop = Shop::open_guarded_with(Engine::ANY, Rates::WITH_TOKENS).await;
    for _ in 0..60 {
        let seen = flood(&shop, "/products", None).await;
        assert!(seen.iter().all(|it| it.0 == 401), "{seen:?}");
    }
}
