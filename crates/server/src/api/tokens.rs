//! `/tokens`

use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;
use jumun_domain::limits::MAX_SAFE_INTEGER;
use jumun_domain::{Rule, Timestamp, UserId};
use jumun_store::access::{Grant, MAX_LABEL_CHARS, NewToken, Scope, Scopes, TokenId, TokenText};
use serde::Deserialize;
use utoipa::ToSchema;

use super::now;
use super::reply::{json, located, ok};
use crate::access::{Granted, WithAdmin};
use crate::extract::{Json, NoQuery, PageQuery, Query, TokenPath, timestamp};
use crate::problem::{Detail, FieldError, Issue, Problem};
use crate::view::{CreatedTokenView, List, ScopeName, TokenView};

/// How often an id is drawn before we give up: two tokens of one millisecond
/// have the same one time in a million.
const DRAWS: usize = 4;

/// A token as the caller wants it: either for a user, or with scopes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "userId": 7, "label": "checkout service", "expiresAt": "2027-11-20T00:00:00Z",
}))]
pub(crate) struct CreateToken {
    /// The user whom it shall act for.
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 7)]
    user_id: Option<i64>,
    /// What it may do: `orders:act-as`, `catalog:write`, `balance:charge`,
    /// `events:read`, `metrics:read`, `admin`.
    #[schema(min_items = 1, max_items = 6, example = json!(["orders:act-as"]),
        value_type = Option<Vec<ScopeName>>)]
    scopes: Option<Vec<String>>,
    /// What it is for.
    #[schema(min_length = 1, max_length = 100, example = "checkout service")]
    label: Option<String>,
    /// From when it shall be worth nothing. Left out, never.
    #[schema(format = DateTime, example = "2027-11-20T00:00:00Z")]
    expires_at: Option<String>,
}

/// Make a token
///
/// The answer has the token itself, which is told this one time.
#[utoipa::path(
    post, path = "/tokens", operation_id = "createToken", tag = "Access",
    request_body = CreateToken,
    responses((status = 201, description = "The token was made.", body = CreatedTokenView)),
)]
pub(super) async fn create_token(
    WithAdmin(by): WithAdmin,
    _: NoQuery,
    Json(body): Json<CreateToken>,
) -> Result<Response, Problem> {
    let now = now();
    let wish = body.read(now)?;
    let actor = by.actor();
    for _ in 0..DRAWS {
        let text = TokenText::draw(now).map_err(|error| {
            tracing::error!(%error, "the operating system gives no random bytes");
            Problem::new(Detail::Internal)
        })?;
        let made = NewToken {
            id: text.id(),
            hash: text.hash(),
            grant: wish.grant,
            label: wish.label.clone(),
            created_at: now,
            expires_at: wish.expires_at,
        };
        if by.app().access().create_token(&made, &actor).await? {
            let view = CreatedTokenView::of(&made, actor.to_string(), text.reveal());
            let response = json(StatusCode::CREATED, &view);
            return Ok(located(response, format!("/tokens/{}", made.id)));
        }
    }
    tracing::error!("every id that was drawn for a token is taken; report this");
    Err(Problem::new(Detail::Internal))
}

/// What is wanted of a token.
struct Wish {
    grant: Grant,
    label: Option<Arc<str>>,
    expires_at: Option<Timestamp>,
}

impl CreateToken {
    fn read(self, now: Timestamp) -> Result<Wish, Problem> {
        let mut errors = Vec::new();
        let grant = self.grant(&mut errors);
        let label: Option<Arc<str>> = self.label.as_deref().map(Arc::from);
        let wrong_label = self.label.as_deref().and_then(label_rule);
        errors.extend(wrong_label.map(|it| FieldError::body("/label", Issue::Rule(it))));
        let mut expires_at = None;
        match self
            .expires_at
            .as_deref()
            .map(|it| timestamp("/expiresAt", it))
        {
            Some(Err(error)) => errors.push(error),
            Some(Ok(end)) if end <= now => {
                errors.push(FieldError::body("/expiresAt", Issue::NotInFuture));
            }
            Some(Ok(end)) => expires_at = Some(end),
            None => {}
        }
        match grant {
            Some(grant) if errors.is_empty() => Ok(Wish {
                grant,
                label,
                expires_at,
            }),
            _ => Err(Problem::invalid(errors)),
        }
    }

    fn grant(&self, errors: &mut Vec<FieldError>) -> Option<Grant> {
        match (self.user_id, &self.scopes) {
            (Some(id), None) => {
                let user = UserId::new(id);
                if user.is_none() {
                    let rule = Rule::IntegerBetween {
                        min: 1,
                        max: MAX_SAFE_INTEGER,
                    };
                    errors.push(FieldError::body("/userId", Issue::Rule(rule)));
                }
                user.map(Grant::User)
            }
            (None, Some(names)) if !names.is_empty() => {
                let mut scopes = Vec::with_capacity(Scope::ALL.len());
                for (index, name) in names.iter().enumerate() {
                    match name.parse::<Scope>() {
                        Ok(scope) => scopes.push(scope),
                        Err(_) => {
                            let all = Scope::ALL.iter().map(|it| it.name().to_owned());
                            let issue = Issue::NotOneOf(all.collect());
                            errors.push(FieldError::body(format!("/scopes/{index}"), issue));
                        }
                    }
                }
                Some(Grant::Scopes(scopes.into_iter().collect::<Scopes>()))
            }
            _ => {
                errors.push(FieldError::body("", Issue::UserOrScopes));
                None
            }
        }
    }
}

/// The rule that a label breaks.
fn label_rule(text: &str) -> Option<Rule> {
    if !(1..=MAX_LABEL_CHARS).contains(&text.chars().count()) {
        return Some(Rule::LengthBetween {
            min: 1,
            max: MAX_LABEL_CHARS,
        });
    }
    let has_control = text.chars().any(char::is_control);
    has_control.then_some(Rule::NoControlCharacters)
}

/// List tokens
///
/// Newest first, revoked and expired ones too. Never their secrets.
#[utoipa::path(
    get, path = "/tokens", operation_id = "listTokens", tag = "Access",
    params(PageQuery),
    responses((status = 200, description = "A page of the tokens.", body = List<TokenView>)),
)]
pub(super) async fn list_tokens(
    WithAdmin(by): WithAdmin,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let page = by.app().access().tokens(query.page()?).await?;
    Ok(ok(&List::of(&page, |token| token.made.id, TokenView::of)))
}

/// Get a token
#[utoipa::path(
    get, path = "/tokens/{tokenId}", operation_id = "getToken", tag = "Access",
    params(("tokenId" = String, Path, description = "The token's public id.", pattern = "^[0-9a-f]{16}$", example = "01937d5e8f012345")),
    responses((status = 200, description = "The token, without its secret.", body = TokenView)),
)]
pub(super) async fn get_token(
    WithAdmin(by): WithAdmin,
    TokenPath(id): TokenPath,
    _: NoQuery,
) -> Result<Response, Problem> {
    let token = by.app().access().token(id).await?;
    let token = token.ok_or_else(|| no_such_token(id))?;
    Ok(ok(&TokenView::of(&token)))
}

/// Revoke a token
///
/// It is worth nothing from now on, on every instance, and stays in the list.
/// A token that was revoked before stays as it is.
#[utoipa::path(
    delete, path = "/tokens/{tokenId}", operation_id = "revokeToken", tag = "Access",
    params(("tokenId" = String, Path, description = "The token's public id.", pattern = "^[0-9a-f]{16}$", example = "01937d5e8f012345")),
    responses((status = 200, description = "The token, revoked.", body = TokenView)),
)]
pub(super) async fn revoke_token(
    WithAdmin(by): WithAdmin,
    TokenPath(id): TokenPath,
    _: NoQuery,
) -> Result<Response, Problem> {
    let revoked = revoke(&by, id).await?;
    Ok(ok(&TokenView::of(&revoked)))
}

async fn revoke(by: &Granted, id: TokenId) -> Result<jumun_store::access::Token, Problem> {
    let revoked = by.app().access().revoke_token(id, &by.actor()).await?;
    revoked.ok_or_else(|| no_such_token(id))
}

fn no_such_token(id: TokenId) -> Problem {
    Problem::new(Detail::NoSuchToken(id.to_string()))
}
