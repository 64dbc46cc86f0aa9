//! Who tries, and on what.

use jumun_domain::{Actor, Timestamp};
use jumun_store::access::{Scope, TokenId, TokenText};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::harness::{ALWAYS, Dispatcher, Engine, Reply, Shop, of_user, scopes, send, token};

/// Whose things are asked for.
pub(super) const OWNER: i64 = 1;
/// Somebody else.
pub(super) const OTHER: i64 = 2;

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Caller {
    /// Without a token.
    Nobody,
    /// With a text that is no token.
    Gibberish,
    /// With a token of the right form that was never made.
    Unknown,
    /// With the id of a good token and another secret.
    WrongSecret,
    /// With an operator's token that was revoked.
    Revoked,
    /// With an operator's token that has expired.
    Expired,
    /// The user in question.
    Owner,
    /// Another user.
    Other,
    /// A holder of this scope alone.
    Holder(Scope),
}

impl Caller {
    /// Everybody.
    pub(super) fn all() -> Vec<Self> {
        use Caller::*;
        let strangers = [Nobody, Gibberish, Unknown, WrongSecret, Revoked, Expired];
        let known = [Owner, Other];
        let holders = Scope::ALL.iter().map(|scope| Holder(*scope));
        strangers.into_iter().chain(known).chain(holders).collect()
    }

    /// Whether nobody knows who it is.
    pub(super) fn is_stranger(self) -> bool {
        !matches!(self, Self::Owner | Self::Other | Self::Holder(_))
    }
}

/// A shop that asks for tokens, with something of everything.
pub(super) struct Stage {
    pub(super) shop: Shop,
    pub(super) campaign_id: i64,
    pub(super) order_id: String,
    /// A token that may be looked at and revoked.
    pub(super) spare: TokenId,
    tokens: Vec<(Caller, String)>,
}

impl Stage {
    pub(super) async fn open(engine: Engine) -> Self {
        let shop = Shop::open_guarded(engine).await;
        for user in [OWNER, OTHER] {
            shop.user(user, 1_000_000).await;
        }
        shop.product(1, 10, 1_000_000).await;
        let campaign_id = shop.campaign(1_000, ALWAYS, None).await;
        let order = json!({"userId": OWNER, "items": [{"productId": 1, "quantity": 1}]});
        let order = shop
            .keyed("first", "/orders", order)
            .await
            .expect(201)
            .json();
        Dispatcher::of(&shop, "p").await;
        let spare = token(&*shop.access, of_user(9), None).await.id();
        let mut stage = Self {
            shop,
            campaign_id,
            order_id: order["orderId"].as_str().unwrap().to_owned(),
            spare,
            tokens: Vec::new(),
        };
        for caller in Caller::all() {
            if let Some(text) = stage.make(caller).await {
                stage.tokens.push((caller, text));
            }
        }
        stage
    }

    async fn make(&self, caller: Caller) -> Option<String> {
        let access = &*self.shop.access;
        let admin = scopes(&[Scope::Admin]);
        Some(match caller {
            Caller::Nobody => return None,
            Caller::Gibberish => "gibberish".to_owned(),
            Caller::Unknown => TokenText::draw(Timestamp::from_micros(0)).unwrap().reveal(),
            Caller::WrongSecret => {
                let good = token(access, admin, None).await;
                let bad = TokenText::draw(Timestamp::from_micros(0)).unwrap().reveal();
                let secret = bad.splitn(3, '_').nth(2).unwrap().to_owned();
                format!("jumun_{}_{secret}", good.id())
            }
            Caller::Revoked => {
                let text = token(access, admin, None).await;
                let by = Actor::command_line("tester");
                access.revoke_token(text.id(), &by).await.unwrap().unwrap();
                text.reveal()
            }
            Caller::Expired => {
                let over = Some(Timestamp::from_micros(1));
                token(access, admin, over).await.reveal()
            }
            Caller::Owner => token(access, of_user(OWNER), None).await.reveal(),
            Caller::Other => token(access, of_user(OTHER), None).await.reveal(),
            Caller::Holder(scope) => token(access, scopes(&[scope]), None).await.reveal(),
        })
    }

    /// A request of this caller.
    pub(super) fn request(&self, caller: Caller, method: &str, path: &str) -> RequestBuilder {
        let method: Method = method.to_uppercase().parse().unwrap();
        let request = self.shop.anonymous(method, path);
        match self.tokens.iter().find(|(who, _)| *who == caller) {
            Some((_, text)) => request.bearer_auth(text),
            None => request,
        }
    }

    pub(super) async fn send(
        &self,
        caller: Caller,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Reply {
        let request = self.request(caller, method, path);
        send(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    /// The path with what there is of each thing.
    pub(super) fn fill(&self, path: &str) -> String {
        path.replace("{userId}", &OWNER.to_string())
            .replace("{productId}", "1")
            .replace("{campaignId}", &self.campaign_id.to_string())
            .replace("{orderId}", &self.order_id)
            .replace("{name}", "p")
            .replace("{sequence}", "1")
            .replace("{tokenId}", &self.spare.to_string())
            .replace("{code}", "out-of-stock")
    }
}
