//! An operator's browser: it keeps the cookie, and fills forms in.

use jumun_store::Page;
use jumun_store::access::ChangeRecord;
use reqwest::{Method, RequestBuilder};

use crate::harness::{Reply, Shop, admin, send, token};

/// Who looks at the console of a shop.
pub(crate) struct Operator<'a> {
    pub(crate) shop: &'a Shop,
    /// What `Cookie` says.
    pub(crate) cookies: Vec<String>,
}

/// The first part of `Set-Cookie`.
pub(crate) fn pair(reply: &Reply) -> String {
    let cookie = reply.header("set-cookie").expect("a cookie is set");
    cookie.split(';').next().unwrap().to_owned()
}

impl<'a> Operator<'a> {
    /// Somebody without a session.
    pub(crate) fn of(shop: &'a Shop) -> Self {
        Self {
            shop,
            cookies: Vec::new(),
        }
    }

    /// Somebody who has signed in with a fresh token.
    pub(crate) async fn signed_in(shop: &'a Shop) -> Self {
        let text = token(&*shop.access, admin(), None).await.reveal();
        let mut operator = Self::of(shop);
        let reply = operator.sign_in(&text).await.expect(303);
        operator.cookies.push(pair(&reply));
        operator
    }

    pub(crate) async fn sign_in(&self, text: &str) -> Reply {
        self.post("/console/sign-in", &[("token", text)]).await
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.shop.anonymous(method, path);
        match self.cookies.is_empty() {
            true => request,
            false => request.header("cookie", self.cookies.join("; ")),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        send(self.request(Method::GET, path)).await
    }

    /// Sends a form as browsers do.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        send(self.form(path, fields)).await
    }

    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        self.request(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(body.finish())
    }

    /// The value of a hidden field of the form on this page.
    pub(crate) async fn hidden(&self, path: &str, name: &str) -> String {
        let page = self.get(path).await.expect(200);
        value(&page.text, name)
    }

    /// Fills in the form of a page, with its key, and sends it to `action` twice:
    /// as if the button was clicked twice. Both answers lead to the same place.
    pub(crate) async fn submit_twice(
        &self,
        page: &str,
        action: &str,
        fields: &[(&str, &str)],
    ) -> String {
        let key = self.hidden(page, "key").await;
        let mut all = vec![("key", key.as_str())];
        all.extend_from_slice(fields);
        let first = self.post(action, &all).await.expect(303);
        let second = self.post(action, &all).await.expect(303);
        let [first, second] = [&first, &second].map(|it| it.header("location").unwrap());
        let place = |location: &str| location.split('?').next().unwrap().to_owned();
        assert_eq!(place(first), place(second));
        first.to_owned()
    }

    /// The newest changes, newest first.
    pub(crate) async fn changes(&self) -> Vec<ChangeRecord> {
        let page = Page {
            after: None,
            limit: 100,
        };
        self.shop.access.changes(page).await.unwrap().items
    }
}

/// The value of the input of this name.
pub(crate) fn value(html: &str, name: &str) -> String {
    let input = html
        .split("<input ")
        .find(|it| it.contains(&format!("name=\"{name}\"")))
        .unwrap_or_else(|| panic!("there is no input {name} in {html}"));
    let value = input.split("value=\"").nth(1).expect("it has a value");
    value.split('"').next().unwrap().to_owned()
}
