//! Tokens: listed and revoked.

use askama::Template;
use axum::response::Response;
use jumun_domain::Timestamp;
use jumun_store::access::{Grant, Token, TokenId};

use super::answer::{page, see_other};
use super::fields::Fields;
use super::form::Form;
use super::frame::Frame;
use super::overview::now;
use super::visit::{Visit, next};
use crate::extract::TokenPath;
use crate::problem::{Detail, Problem};

#[derive(Template)]
#[template(path = "console/tokens.html")]
struct TokensPage<'a> {
    page: &'a Frame,
    tokens: Vec<Token>,
    /// The token of this very session.
    session: Option<TokenId>,
    next: Option<String>,
    now: Timestamp,
}

#[derive(Template)]
#[template(path = "console/revoke.html")]
struct RevokePage<'a> {
    page: &'a Frame,
    token: Token,
    fields: Fields,
}

/// `/console/tokens`
pub(super) async fn list(visit: Visit) -> Result<Response, Problem> {
    let rows = visit.by.app().access().tokens(visit.rows()).await?;
    page(&TokensPage {
        page: &visit.page,
        session: visit.session,
        next: next(&rows, |it| it.made.id),
        tokens: rows.items,
        now: now(),
    })
}

/// `GET /console/tokens/{tokenId}/revoke`
pub(super) async fn confirm(visit: Visit, TokenPath(id): TokenPath) -> Result<Response, Problem> {
    let token = visit.by.app().access().token(id).await?;
    page(&RevokePage {
        page: &visit.page,
        token: token.ok_or_else(|| no_such(id))?,
        fields: Fields::blank(),
    })
}

/// `POST /console/tokens/{tokenId}/revoke`. A second time changes nothing.
pub(super) async fn revoke(
    visit: Visit,
    TokenPath(id): TokenPath,
    _: Form,
) -> Result<Response, Problem> {
    let by = &visit.by;
    let revoked = by.app().access().revoke_token(id, &by.actor()).await?;
    revoked.ok_or_else(|| no_such(id))?;
    Ok(see_other("/console/tokens?done=revoked"))
}

fn no_such(id: TokenId) -> Problem {
    Problem::new(Detail::NoSuchToken(id.to_string()))
}
