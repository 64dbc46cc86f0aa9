//! The form of a new token.
//!
//! A token has no idempotency key. Its form carries the id that the token shall
//! have instead: a second click finds that id taken.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use jumun_domain::limits::MAX_SAFE_INTEGER;
use jumun_domain::{Rule, Timestamp, UserId};
use jumun_store::access::{Grant, MAX_LABEL_CHARS, NewToken, Scope, Scopes, TokenId, TokenText};

use super::answer::{page, page_with, see_other};
use super::fields::Fields;
use super::form::Form;
use super::frame::Frame;
use super::number::{integer, optional_integer};
use super::overview::now;
use super::visit::Visit;
use crate::problem::{Detail, FieldError, Issue, Problem};

const NAMES: [&str; 4] = ["label", "userId", "days", "tokenId"];

/// The most days that a token can be asked to last: ten years.
const MAX_DAYS: i64 = 3_650;

const MICROS_PER_DAY: i64 = 86_400_000_000;

#[derive(Template)]
#[template(path = "console/new_token.html")]
struct FormPage<'a> {
    page: &'a Frame,
    fields: Fields,
    /// Every scope, and whether it is ticked.
    scopes: Vec<(&'static str, bool)>,
}

#[derive(Template)]
#[template(path = "console/token_shown.html")]
struct ShownPage<'a> {
    page: &'a Frame,
    token: &'a NewToken,
    text: String,
}

/// `GET /console/tokens/new`
pub(super) async fn blank(visit: Visit) -> Result<Response, Problem> {
    let drawn = draw(now())?;
    page(&FormPage {
        page: &visit.page,
        fields: Fields::blank()
            .with("days", "365")
            .with("tokenId", drawn.id()),
        scopes: ticked(&Form::default()),
    })
}

/// `POST /console/tokens/new`: shows the token, this one time.
pub(super) async fn create(visit: Visit, form: Form) -> Result<Response, Problem> {
    match created(&visit, &form).await {
        Ok(Some((token, text))) => page(&ShownPage {
            page: &visit.page,
            token: &token,
            text,
        }),
        Ok(None) => Ok(see_other("/console/tokens?done=before")),
        Err(problem) => {
            let fields = Fields::again(&form, &NAMES, &problem, &visit.page);
            let status = fields.status();
            let shown = FormPage {
                page: &visit.page,
                fields,
                scopes: ticked(&form),
            };
            page_with(status, &shown)
        }
    }
}

/// The token and its text; `None` where the form had its effect before.
async fn created(visit: &Visit, form: &Form) -> Result<Option<(NewToken, String)>, Problem> {
    let now = now();
    let mut errors = Vec::new();
    let grant = grant(form).map_err(|error| errors.push(error)).ok();
    let label = label(form).map_err(|error| errors.push(error)).ok();
    let expires_at = expiry(form, now).map_err(|error| errors.push(error)).ok();
    let (Some(grant), Some(label), Some(expires_at)) = (grant, label, expires_at) else {
        return Err(Problem::invalid(errors));
    };
    let invalid = || Problem::invalid(vec![FieldError::body("/tokenId", Issue::InvalidKey)]);
    let id = TokenId::parse(form.get("tokenId")).ok_or_else(invalid)?;
    let text = named(id, &draw(now)?).ok_or_else(invalid)?;
    let token = NewToken {
        id,
        hash: text.hash(),
        grant,
        label,
        created_at: now,
        expires_at,
    };
    let by = &visit.by;
    let is_new = by.app().access().create_token(&token, &by.actor()).await?;
    Ok(is_new.then(|| (token, text.reveal())))
}

/// Either a user or scopes.
fn grant(form: &Form) -> Result<Grant, FieldError> {
    let scopes: Scopes = form
        .all("scope")
        .filter_map(|it| it.parse::<Scope>().ok())
        .collect();
    match (form.text("userId"), scopes.is_empty()) {
        (Some(text), true) => {
            let user = UserId::new(integer("userId", text)?);
            user.map(Grant::User)
                .ok_or_else(|| out_of_range("/userId", MAX_SAFE_INTEGER))
        }
        (None, false) => Ok(Grant::Scopes(scopes)),
        _ => Err(FieldError::body("/userId", Issue::UserOrScopes)),
    }
}

fn label(form: &Form) -> Result<Option<Arc<str>>, FieldError> {
    let Some(text) = form.text("label") else {
        return Ok(None);
    };
    let rule = match text.chars().count() {
        1..=MAX_LABEL_CHARS if text.chars().any(char::is_control) => Rule::NoControlCharacters,
        1..=MAX_LABEL_CHARS => return Ok(Some(Arc::from(text))),
        _ => Rule::LengthBetween {
            min: 1,
            max: MAX_LABEL_CHARS,
        },
    };
    Err(FieldError::body("/label", Issue::Rule(rule)))
}

/// When it ends; never where no days are given.
fn expiry(form: &Form, now: Timestamp) -> Result<Option<Timestamp>, FieldError> {
    match optional_integer("days", form.get("days"))? {
        None => Ok(None),
        Some(days @ 1..=MAX_DAYS) => {
            let end = now.as_micros() + days * MICROS_PER_DAY;
            Ok(Some(Timestamp::from_micros(end)))
        }
        Some(_) => Err(out_of_range("/days", MAX_DAYS)),
    }
}

fn out_of_range(pointer: &str, max: i64) -> FieldError {
    FieldError::body(pointer, Issue::Rule(Rule::IntegerBetween { min: 1, max }))
}

fn ticked(form: &Form) -> Vec<(&'static str, bool)> {
    let is_ticked = |name: &str| form.all("scope").any(|it| it == name);
    Scope::ALL
        .iter()
        .map(|scope| (scope.name(), is_ticked(scope.name())))
        .collect()
}

fn draw(now: Timestamp) -> Result<TokenText, Problem> {
    TokenText::draw(now).map_err(|error| {
        tracing::error!(%error, "the operating system gives no random bytes");
        Problem::new(Detail::Internal)
    })
}

/// The secret that was drawn, under another id.
fn named(id: TokenId, drawn: &TokenText) -> Option<TokenText> {
    let text = drawn
        .reveal()
        .replacen(&drawn.id().to_string(), &id.to_string(), 1);
    TokenText::parse(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_takes_the_id_of_its_form_and_keeps_its_secret() {
        let id = TokenId::parse("0123456789abcdef").unwrap();
        let drawn = draw(now()).unwrap();
        let token = named(id, &drawn).unwrap();
        assert_eq!((token.id(), token.hash()), (id, drawn.hash()));
    }
}
