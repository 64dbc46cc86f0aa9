//! What the doors say to who may not come in.

use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue};
use jumun_store::access::Scope;

use super::code::Code;
use super::language::Language;
use crate::jwt::JwtRefusal;

/// The challenge of RFC 6750, section 3, to who sent no token.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"jumun\"");

/// The challenge to who sent one that opens nothing.
const INVALID: HeaderValue =
    HeaderValue::from_static("Bearer realm=\"jumun\", error=\"invalid_token\"");

/// The challenge to who sent one that opens other doors.
const INSUFFICIENT: HeaderValue =
    HeaderValue::from_static("Bearer realm=\"jumun\", error=\"insufficient_scope\"");

/// Why a caller is turned away.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Denied {
    /// There is no `Authorization` header.
    NoToken,
    /// There is one of another scheme, or more than one.
    NotBearer,
    /// The text is neither a token of ours nor, where those are taken, a JWT.
    NotAToken,
    /// No token of ours, or one that was revoked or has expired: which of them
    /// is nobody's business.
    Worthless,
    /// A JWT that is not believed.
    Jwt(JwtRefusal),
    /// The token is good, and lacks this scope.
    Lacks(Scope),
    /// The user's token is good, and another user is named.
    OtherUser,
    /// The name by which the server was called is none of its own.
    ForeignHost(String),
    /// A browser sends it for the page of another site.
    CrossSite,
    /// More than the caller's share; another try makes sense in so many seconds.
    TooMany(u64),
}

impl Denied {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::NoToken | Self::NotBearer | Self::NotAToken | Self::Worthless | Self::Jwt(_) => {
                Code::Unauthenticated
            }
            Self::Lacks(_) | Self::OtherUser | Self::CrossSite => Code::Forbidden,
            Self::ForeignHost(_) => Code::MisdirectedRequest,
            Self::TooMany(_) => Code::TooManyRequests,
        }
    }

    /// The headers that go with the answer.
    pub(super) fn add_headers(&self, headers: &mut HeaderMap) {
        match self {
            Self::NoToken | Self::NotBearer => {
                headers.insert(WWW_AUTHENTICATE, CHALLENGE);
            }
            Self::NotAToken | Self::Worthless | Self::Jwt(_) => {
                headers.insert(WWW_AUTHENTICATE, INVALID);
            }
            Self::Lacks(_) => {
                headers.insert(WWW_AUTHENTICATE, INSUFFICIENT);
            }
            Self::TooMany(seconds) => {
                headers.insert(RETRY_AFTER, HeaderValue::from(*seconds));
            }
            Self::OtherUser | Self::ForeignHost(_) | Self::CrossSite => {}
        }
    }

    pub(super) fn text(&self, language: Language) -> String {
        match language {
            Language::English => self.english(),
            Language::Korean => self.korean(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::NoToken => "This server asks for a token. Send `Authorization: Bearer` and the \
                 token; whoever runs the server makes one with `jumun token create`."
                .to_owned(),
            Self::NotBearer => "The Authorization header is not `Bearer` and one token. Send it \
                 once, in this form."
                .to_owned(),
            Self::NotAToken => {
                "The bearer token is not one that this server takes. Send it whole, \
                 as it was given out."
                    .to_owned()
            }
            Self::Worthless => "The token is unknown, revoked or expired. Ask whoever runs the \
                 server for another."
                .to_owned(),
            Self::Jwt(refusal) => format!("This was refused: {refusal}."),
            Self::Lacks(Scope::OrdersActAs) => {
                "This needs a token with the scope `orders:act-as`. \
                 A user's own token does not do it."
                    .to_owned()
            }
            Self::Lacks(scope) => format!("This needs a token with the scope `{scope}`."),
            Self::OtherUser => "A user's token acts for that user alone, and the request names \
                 another. Use that user's token, or one with the scope `orders:act-as`."
                .to_owned(),
            Self::ForeignHost(host) => format!(
                "This server is not `{host}`. Call it by its IP address or as localhost, or start \
                 it with --allowed-host and this name."
            ),
            Self::CrossSite => "A page of another site may not change anything here. Send the \
                 request from the server's own pages, or from a program."
                .to_owned(),
            Self::TooMany(seconds) => format!(
                "This is more than one caller's share. Nothing was changed; try again in {seconds} \
                 s."
            ),
        }
    }

    fn korean(&self) -> String {
        match self {
            Self::NoToken => "토큰이 필요한 서버입니다. `Authorization: Bearer`에 토큰을 담아 \
                 보내세요. 토큰은 서버 운영자가 `jumun token create`로 만듭니다."
                .to_owned(),
            Self::NotBearer => "Authorization 헤더가 `Bearer`와 토큰 하나의 형식이 아닙니다. 이 \
                 형식으로 한 번만 보내세요."
                .to_owned(),
            Self::NotAToken => {
                "이 서버가 받는 토큰이 아닙니다. 받은 그대로 전부 보내세요.".to_owned()
            }
            Self::Worthless => {
                "없거나, 폐기되었거나, 만료된 토큰입니다. 서버 운영자에게 새 토큰을 \
                 요청하세요."
                    .to_owned()
            }
            Self::Jwt(JwtRefusal::Expired) => {
                "토큰이 만료되었습니다. 다시 로그인하세요.".to_owned()
            }
            Self::Jwt(JwtRefusal::NotYetValid) => "아직 유효하지 않은 토큰입니다. 잠시 뒤에 다시 \
                 보내고, 발급 서버와 이 서버의 시계를 맞추세요."
                .to_owned(),
            Self::Jwt(JwtRefusal::NoUser) => "토큰이 이 상점의 사용자를 가리키지 않습니다. 발급 \
                 서버가 사용자 번호를 정해진 클레임에 넣어야 합니다."
                .to_owned(),
            Self::Jwt(refusal) => format!("믿을 수 없는 토큰입니다: {refusal}."),
            Self::Lacks(Scope::OrdersActAs) => "`orders:act-as` 스코프가 있는 토큰이 필요합니다. \
                 사용자의 토큰으로는 할 수 없습니다."
                .to_owned(),
            Self::Lacks(scope) => format!("`{scope}` 스코프가 있는 토큰이 필요합니다."),
            Self::OtherUser => "사용자의 토큰은 그 사용자만 대신하는데, 요청이 다른 사용자를 \
                 가리킵니다. 그 사용자의 토큰이나 `orders:act-as` 스코프가 있는 토큰을 쓰세요."
                .to_owned(),
            Self::ForeignHost(host) => format!(
                "이 서버는 `{host}`이(가) 아닙니다. IP 주소나 localhost로 부르거나, 서버를 \
                 --allowed-host와 이 이름으로 시작하세요."
            ),
            Self::CrossSite => "다른 사이트의 페이지에서는 아무것도 바꿀 수 없습니다. 이 서버의 \
                 페이지나 프로그램에서 보내세요."
                .to_owned(),
            Self::TooMany(seconds) => format!(
                "한 호출자에게 허용된 양보다 많습니다. 바뀐 것은 없으며, {seconds}초 뒤에 다시 \
                 보내세요."
            ),
        }
    }
}
