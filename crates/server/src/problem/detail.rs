//! What a problem is about, and a sentence or two for what needs neither errors
//! nor rejections.

use jumun_store::delivery::MAX_OPEN_REPLAYS;

use super::code::Code;
use super::denied::Denied;
use super::language::Language;

/// What a problem is about, as far as no rejection says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Detail {
    /// See `errors`.
    Invalid,
    /// See `rejections`.
    Rejected,
    /// See `rejections`; what was asked is an adjustment by hand.
    AdjustmentRejected,
    /// The caller may not.
    Denied(Denied),
    /// A path id that cannot be an order's.
    MalformedOrderId(String),
    /// No data platform of this name.
    NoSuchPlatform(String),
    /// Somebody delivers to the data platform of this name.
    PlatformInUse(String),
    /// As many replays as a data platform can have are not finished.
    TooManyReplays,
    /// No token of this id.
    NoSuchToken(String),
    /// No event of this sequence.
    NoSuchEvent(u64),
    /// The server demands a key.
    KeyRequired,
    /// No such path.
    NoSuchPath(String),
    /// No such method on this path.
    NoSuchMethod(String),
    /// The client takes no JSON.
    NotAcceptable,
    /// Larger than this many bytes.
    BodyTooLarge(usize),
    /// Not JSON by its content type, which is named if there is one.
    NotJson(Option<String>),
    /// More than one content type.
    SeveralTypes,
    /// JSON in another charset than UTF-8.
    ForeignCharset(String),
    /// Compressed, or encoded otherwise.
    Encoded(String),
    /// The engine's queue is full.
    QueueFull,
    /// The engine surely did nothing.
    DatabaseUnavailable,
    /// The engine may have done it.
    OutcomeUnknown,
    /// Our own fault.
    Internal,
}

impl Detail {
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Invalid => Code::ValidationFailed,
            // Never without a rejection; see `Problem::code`.
            Self::Rejected | Self::AdjustmentRejected | Self::Internal => Code::Internal,
            Self::Denied(denied) => denied.code(),
            Self::MalformedOrderId(_) => Code::OrderNotFound,
            Self::NoSuchPlatform(_) => Code::PlatformNotFound,
            Self::PlatformInUse(_) => Code::PlatformInUse,
            Self::TooManyReplays => Code::ReplayLimitExceeded,
            Self::NoSuchToken(_) => Code::TokenNotFound,
            Self::NoSuchEvent(_) => Code::EventNotFound,
            Self::KeyRequired => Code::IdempotencyKeyRequired,
            Self::NoSuchPath(_) => Code::NotFound,
            Self::NoSuchMethod(_) => Code::MethodNotAllowed,
            Self::NotAcceptable => Code::NotAcceptable,
            Self::BodyTooLarge(_) => Code::BodyTooLarge,
            Self::NotJson(_) | Self::SeveralTypes | Self::ForeignCharset(_) | Self::Encoded(_) => {
                Code::UnsupportedMediaType
            }
            Self::QueueFull | Self::DatabaseUnavailable => Code::Overloaded,
            Self::OutcomeUnknown => Code::OutcomeUnknown,
        }
    }

    /// The sentence, for what needs neither errors nor rejections.
    pub(crate) fn text(&self, language: Language) -> String {
        match language {
            Language::English => self.english(),
            Language::Korean => self.korean(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Denied(denied) => denied.text(Language::English),
            Self::Invalid => "The request is not valid. Correct it and send it again.".to_owned(),
            Self::MalformedOrderId(id) => {
                format!("There is no order `{id}`: an order id is a UUID. Check the id.")
            }
            Self::NoSuchPlatform(name) => format!(
                "There is no data platform `{name}`. GET /platforms lists what there is; a name in \
                 a path is percent-encoded."
            ),
            Self::PlatformInUse(name) => format!(
                "Somebody delivers to the data platform `{name}`. Take it out of the settings of \
                 every server, restart them, and try again when `leasedUntil` is gone."
            ),
            Self::TooManyReplays => format!(
                "{MAX_OPEN_REPLAYS} replays of this data platform are not finished. Wait until one \
                 is, or ask for one larger range."
            ),
            Self::NoSuchToken(id) => {
                format!("There is no token `{id}`. GET /tokens lists what there is.")
            }
            Self::NoSuchEvent(sequence) => format!(
                "There is no event {sequence}. GET /platforms/{{name}} shows the `newest` sequence."
            ),
            Self::KeyRequired => "This request moves money, stock or coupons and has no \
                 Idempotency-Key. Add the header with a fresh UUIDv7."
                .to_owned(),
            Self::NoSuchPath(path) => {
                format!("There is nothing at `{path}`. See /docs for what there is.")
            }
            Self::NoSuchMethod(method) => {
                format!("This path does not take {method}. The Allow header lists what it takes.")
            }
            Self::NotAcceptable => "The answer is application/json or application/problem+json, \
                 and Accept takes neither. Add application/json or leave Accept out."
                .to_owned(),
            Self::BodyTooLarge(limit) => {
                format!("The body is larger than {limit} bytes. Send less in one request.")
            }
            Self::NotJson(Some(given)) => format!(
                "The body's Content-Type is `{given}`. Send JSON with Content-Type: application/json."
            ),
            Self::NotJson(None) => "The body has no Content-Type. Send JSON with Content-Type: \
                 application/json."
                .to_owned(),
            Self::SeveralTypes => "The request has more than one Content-Type. Send one: \
                 application/json."
                .to_owned(),
            Self::ForeignCharset(given) => format!(
                "The body's charset is `{given}`. JSON is UTF-8: send it so, and leave the charset out."
            ),
            Self::Encoded(given) => format!(
                "The body's Content-Encoding is `{given}`. Send the body as it is, without \
                 Content-Encoding."
            ),
            Self::QueueFull => "Too many requests are waiting. Nothing was changed, and it is \
                 safe to try again in a second."
                .to_owned(),
            Self::DatabaseUnavailable => "The database cannot serve this request now. Nothing was \
                 changed, and it is safe to try again."
                .to_owned(),
            Self::OutcomeUnknown => "It is not known whether the change was made. With an \
                 Idempotency-Key it is safe to send the same request again; without one, look \
                 first whether it was made."
                .to_owned(),
            Self::Rejected | Self::AdjustmentRejected | Self::Internal => {
                "The server failed on this request. If it was to \
                 change something, send it again with the same Idempotency-Key, or look first \
                 whether it was done. Report the traceId to the operator."
                    .to_owned()
            }
        }
    }

    fn korean(&self) -> String {
        match self {
            Self::Denied(denied) => denied.text(Language::Korean),
            Self::Invalid => "요청이 올바르지 않습니다. 고쳐서 다시 보내세요.".to_owned(),
            Self::MalformedOrderId(id) => {
                format!("주문 `{id}`: 없는 주문입니다. 주문 id는 UUID입니다. id를 확인하세요.")
            }
            Self::NoSuchPlatform(name) => format!(
                "데이터 플랫폼 `{name}`: 없는 플랫폼입니다. GET /platforms에 목록이 있습니다. 경로의 \
                 이름은 퍼센트 인코딩해야 합니다."
            ),
            Self::PlatformInUse(name) => format!(
                "데이터 플랫폼 `{name}`: 지금 이벤트를 보내고 있습니다. 모든 서버의 설정에서 빼고 다시 \
                 시작한 뒤, `leasedUntil`이 없어지면 다시 보내세요."
            ),
            Self::TooManyReplays => format!(
                "이 데이터 플랫폼에는 끝나지 않은 재전송이 {MAX_OPEN_REPLAYS}개 있습니다. 하나가 끝나기를 \
                 기다리거나, 더 넓은 범위 하나로 요청하세요."
            ),
            Self::NoSuchToken(id) => {
                format!("토큰 `{id}`: 없는 토큰입니다. GET /tokens에 목록이 있습니다.")
            }
            Self::NoSuchEvent(sequence) => format!(
                "{sequence}번 이벤트가 없습니다. 가장 새 이벤트의 번호는 GET /platforms/{{name}}의 \
                 `newest`입니다."
            ),
            Self::KeyRequired => {
                "돈이나 재고, 쿠폰을 움직이는 요청인데 Idempotency-Key가 없습니다. \
                 새 UUIDv7을 담아 헤더를 추가하세요."
                    .to_owned()
            }
            Self::NoSuchPath(path) => {
                format!("`{path}`에는 아무것도 없습니다. 무엇이 있는지는 /docs를 보세요.")
            }
            Self::NoSuchMethod(method) => format!(
                "이 경로는 {method} 메서드를 받지 않습니다. 받는 메서드는 Allow 헤더에 있습니다."
            ),
            Self::NotAcceptable => "응답은 application/json 또는 application/problem+json인데 \
                 Accept가 둘 다 받지 않습니다. application/json을 넣거나 Accept를 빼세요."
                .to_owned(),
            Self::BodyTooLarge(limit) => {
                format!("본문이 {limit}바이트보다 큽니다. 한 번에 보내는 양을 줄이세요.")
            }
            Self::NotJson(Some(given)) => format!(
                "본문의 Content-Type이 `{given}`입니다. Content-Type: application/json으로 JSON을 보내세요."
            ),
            Self::NotJson(None) => "본문에 Content-Type이 없습니다. Content-Type: \
                 application/json으로 JSON을 보내세요."
                .to_owned(),
            Self::SeveralTypes => "Content-Type이 두 개 이상입니다. application/json 하나만 \
                 보내세요."
                .to_owned(),
            Self::ForeignCharset(given) => format!(
                "본문의 charset이 `{given}`입니다. JSON은 UTF-8입니다. UTF-8로 보내고 charset을 빼세요."
            ),
            Self::Encoded(given) => format!(
                "본문의 Content-Encoding이 `{given}`입니다. Content-Encoding 없이 본문을 그대로 보내세요."
            ),
            Self::QueueFull => {
                "기다리는 요청이 너무 많습니다. 바뀐 것은 없으며, 1초 뒤에 다시 보내도 \
                 안전합니다."
                    .to_owned()
            }
            Self::DatabaseUnavailable => {
                "지금 데이터베이스가 이 요청을 처리할 수 없습니다. 바뀐 것은 \
                 없으며, 다시 보내도 안전합니다."
                    .to_owned()
            }
            Self::OutcomeUnknown => {
                "변경이 이루어졌는지 알 수 없습니다. Idempotency-Key가 있으면 같은 \
                 요청을 다시 보내도 안전합니다. 없으면 먼저 이루어졌는지 확인하세요."
                    .to_owned()
            }
            Self::Rejected | Self::AdjustmentRejected | Self::Internal => {
                "서버가 이 요청을 처리하다 실패했습니다. 무언가를 바꾸는 \
                 요청이었다면 같은 Idempotency-Key로 다시 보내거나, 먼저 이루어졌는지 확인하세요. \
                 운영자에게 traceId를 알려 주세요."
                    .to_owned()
            }
        }
    }
}
