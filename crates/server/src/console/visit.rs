//! An operator at a page.

use axum::extract::FromRequestParts;
use http::request::Parts;
use jumun_store::Page;
use jumun_store::access::TokenId;

use super::form::Form;
use super::frame::Frame;
use crate::access::{ConsoleUser, Gate, Granted};
use crate::extract::Cursor;
use crate::problem::Problem;

/// Rows of a list on one page: a few screens.
pub(super) const PAGE_ROWS: usize = 50;

/// Who was let in, and the page that they look at.
pub(super) struct Visit {
    pub(super) by: Granted,
    pub(super) session: Option<TokenId>,
    pub(super) page: Frame,
    pub(super) query: Form,
}

impl FromRequestParts<Gate> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Problem> {
        let ConsoleUser { granted, session } = ConsoleUser::from_request_parts(parts, gate).await?;
        let currency = granted.app().shop().currency;
        let page = Frame::of(parts).inside(currency, session.is_some());
        Ok(Self {
            by: granted,
            session,
            page,
            query: Form::parse(parts.uri.query().unwrap_or_default().as_bytes()),
        })
    }
}

impl Visit {
    /// The part of a list that was asked for; the first where that is not known.
    pub(super) fn rows<K: Cursor>(&self) -> Page<K> {
        Page {
            after: K::decode(self.query.get("after")),
            limit: PAGE_ROWS,
        }
    }
}

/// The link to the rows after these.
pub(super) fn next<T, K: Cursor>(
    page: &jumun_store::PageOf<T>,
    key: impl Fn(&T) -> K,
) -> Option<String> {
    let last = page.items.last().filter(|_| page.more);
    last.map(|item| format!("?after={}", key(item).encode()))
}
