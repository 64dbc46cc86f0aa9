//! Signing in and out, and the language.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use http::header::SET_COOKIE;
use http::request::Parts;
use http::{HeaderValue, StatusCode, Uri};
use jumun_domain::Timestamp;
use jumun_store::access::{Grant, NewToken, TokenText};

use super::answer::{page, page_with, see_other};
use super::fields::Fields;
use super::form::Form;
use super::frame::{Frame, LANGUAGE_COOKIE, own_address};
use super::overview::now;
use super::visit::Visit;
use crate::access::{Anyone, ConsoleVisitor, Gate, Granted, cookie_name, is_secure};
use crate::config::AuthMode;
use crate::problem::{Code, Denied, Detail, Language, Problem, quoted};

/// How long a session lasts: a working day.
const SESSION_SECONDS: i64 = 8 * 60 * 60;

/// How long a choice of language is remembered: a year.
const LANGUAGE_SECONDS: i64 = 365 * 24 * 60 * 60;

/// What the token of a session is called in the list of tokens.
const SESSION_LABEL: &str = "console";

/// How often an id is drawn before we give up: two tokens of one millisecond
/// have the same one time in a million.
const DRAWS: usize = 4;

const MICROS_PER_SECOND: i64 = 1_000_000;

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct SignInPage<'a> {
    page: &'a Frame,
    fields: Fields,
}

/// What is to be known of a request besides who sends it.
pub(super) struct Line {
    is_secure: bool,
    is_open: bool,
}

impl axum::extract::FromRequestParts<Gate> for Line {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Self::Rejection> {
        Ok(Self {
            is_secure: is_secure(parts, gate.config()),
            is_open: gate.config().auth == AuthMode::None,
        })
    }
}

/// `GET /console/sign-in`
pub(super) async fn show(
    _: Anyone,
    line: Line,
    frame: Frame,
    uri: Uri,
) -> Result<Response, Problem> {
    if line.is_open {
        return Ok(see_other("/console"));
    }
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let fields = Fields::blank().with("to", own_address(query.get("to")).unwrap_or("/console"));
    page(&SignInPage {
        page: &frame,
        fields,
    })
}

/// `POST /console/sign-in`
pub(super) async fn sign_in(
    visitor: ConsoleVisitor,
    line: Line,
    frame: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let to = own_address(form.get("to")).unwrap_or("/console");
    if line.is_open {
        return Ok(see_other(to));
    }
    let begun = match visitor.with_token(form.get("token").trim()).await {
        Ok(by) => begin(&by, form.get("token").trim()).await,
        Err(problem) => Err(problem),
    };
    match begun {
        Ok(token) => {
            let mut response = see_other(to);
            let cookie = session_cookie(&token.reveal(), SESSION_SECONDS, line.is_secure);
            response.headers_mut().append(SET_COOKIE, cookie);
            Ok(response)
        }
        Err(problem) => {
            // What was typed is a secret, and not written into a page.
            let mut fields = Fields::again(&form, &["to"], &problem, &frame);
            if problem.code() == Code::Forbidden {
                let alert = frame.say(
                    "This token is good, but does not have the scope `admin`, which the console needs.",
                    "올바른 토큰이지만 콘솔에 필요한 `admin` 스코프가 없습니다.",
                );
                fields.alert = Some(alert.to_owned());
            }
            let status = match fields.status() {
                // Browsers would ask for a password.
                StatusCode::UNAUTHORIZED => StatusCode::FORBIDDEN,
                status => status,
            };
            page_with(
                status,
                &SignInPage {
                    page: &frame,
                    fields,
                },
            )
        }
    }
}

/// `POST /console/sign-out`
pub(super) async fn sign_out(visit: Visit, line: Line) -> Result<Response, Problem> {
    let Some(session) = visit.session else {
        return Ok(see_other("/console"));
    };
    let by = &visit.by;
    by.app().access().revoke_token(session, &by.actor()).await?;
    let mut response = see_other("/console/sign-in?done=signed-out");
    let cookie = session_cookie("", 0, line.is_secure);
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}

/// `/console/language`: remembers the reader's choice, and leads back.
pub(super) async fn language(_: Anyone, line: Line, uri: Uri) -> Response {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let mut response = see_other(own_address(query.get("back")).unwrap_or("/console"));
    if let Some(language) = Language::from_tag(query.get("to")) {
        let cookie = cookie_of(
            LANGUAGE_COOKIE,
            language.tag(),
            LANGUAGE_SECONDS,
            line.is_secure,
        );
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// What is at no path of the console, for who may see it.
pub(super) async fn no_such_page(visit: Visit, uri: Uri) -> Problem {
    drop(visit);
    Problem::new(Detail::NoSuchPath(quoted(uri.path())))
}

/// Begins a session: a token of its own, which does not outlive the one that
/// it was begun with.
async fn begin(by: &Granted, with: &str) -> Result<TokenText, Problem> {
    let access = by.app().access();
    let now = now();
    let until = now.as_micros() + SESSION_SECONDS * MICROS_PER_SECOND;
    let until = Timestamp::from_micros(until);
    // What was let in with a scope is a token of ours.
    let with = TokenText::parse(with).map_err(|_| Problem::denied(Denied::NotAToken))?;
    let begun_with = with.id();
    let first = access.token(begun_with).await?;
    let bound = first.and_then(|it| it.made.expires_at);
    for _ in 0..DRAWS {
        let text = TokenText::draw(now).map_err(|error| {
            tracing::error!(%error, "the operating system gives no random bytes");
            Problem::new(Detail::Internal)
        })?;
        let token = NewToken {
            id: text.id(),
            hash: text.hash(),
            grant: Grant::Session(begun_with),
            label: Some(Arc::from(SESSION_LABEL)),
            created_at: now,
            expires_at: Some(bound.map_or(until, |bound| bound.min(until))),
        };
        if access.create_token(&token, &by.actor()).await? {
            return Ok(text);
        }
    }
    tracing::error!("every id that was drawn for a session is taken; report this");
    Err(Problem::new(Detail::Internal))
}

fn session_cookie(value: &str, seconds: i64, is_secure: bool) -> HeaderValue {
    cookie_of(cookie_name(is_secure), value, seconds, is_secure)
}

/// A cookie that only the console's own pages send, and no script reads.
fn cookie_of(name: &str, value: &str, seconds: i64, is_secure: bool) -> HeaderValue {
    let secure = if is_secure { "; Secure" } else { "" };
    let text = format!(
        "{name}={value}; Path=/console; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    );
    // Names, tokens and tags are visible ASCII.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}
