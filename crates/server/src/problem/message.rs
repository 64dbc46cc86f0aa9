//! What is wrong at one place of a request, in both languages.

use std::borrow::Cow;

use jumun_domain::{Rule, Violation};

use super::language::Language;

/// One wrong place of a request.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct FieldError {
    /// A JSON pointer into the body; empty for the body itself and for what is
    /// not in the body.
    pub(crate) pointer: String,
    /// The parameter of the path, the query or the header, where it is one.
    pub(crate) parameter: Option<Cow<'static, str>>,
    /// What is wrong.
    pub(crate) issue: Issue,
}

impl FieldError {
    /// Something wrong in the body.
    pub(crate) fn body(pointer: impl Into<String>, issue: Issue) -> Self {
        Self {
            pointer: pointer.into(),
            parameter: None,
            issue,
        }
    }

    /// Something wrong in the path, the query or a header.
    pub(crate) fn parameter(name: impl Into<Cow<'static, str>>, issue: Issue) -> Self {
        Self {
            pointer: String::new(),
            parameter: Some(name.into()),
            issue,
        }
    }
}

impl From<Violation> for FieldError {
    fn from(violation: Violation) -> Self {
        let issue = match violation.rule {
            Rule::WithinSafeRange => Issue::TooMuch(Sum::at(&violation.pointer)),
            rule => Issue::Rule(rule),
        };
        Self::body(violation.pointer, issue)
    }
}

/// What would grow beyond the safe range.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Sum {
    /// A user's money.
    Balance,
    /// A product's pieces.
    Stock,
    /// An order's amounts.
    Order,
}

impl Sum {
    /// The one that the member at `pointer` adds to.
    fn at(pointer: &str) -> Self {
        match pointer {
            "/amount" => Self::Balance,
            "/delta" => Self::Stock,
            _ => Self::Order,
        }
    }
}

/// What is wrong with a value.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Issue {
    /// A rule of the domain.
    Rule(Rule),
    /// A value that would bring this sum beyond the safe range.
    TooMuch(Sum),
    /// A member, body or parameter that has to be there.
    Required,
    /// A member that the endpoint does not know.
    UnknownMember,
    /// A query parameter that the endpoint does not know.
    UnknownParameter,
    /// A member or parameter given twice.
    Duplicate,
    /// Another type than this one, by its JSON Schema name.
    WrongType(&'static str),
    /// None of these texts.
    NotOneOf(Vec<String>),
    /// No date and time of RFC 3339.
    NotATime,
    /// A time that has passed.
    NotInFuture,
    /// Neither a user nor scopes, or both.
    UserOrScopes,
    /// No UUID.
    NotAUuid,
    /// A cursor that this list did not give out.
    UnknownCursor,
    /// An idempotency key that is none, or several.
    InvalidKeyHeader,
    /// The same in a query.
    InvalidKey,
    /// Entity tags that are none, or `*` among others.
    InvalidTags,
    /// Anything but `*` where only that is taken.
    NotAnyTag,
    /// A header beside this one, with which it can never hold.
    BesideHeader(&'static str),
    /// A sequence above that of the newest event, which is this.
    NoSuchEvent(u64),
    /// A replay that does not say of what.
    NoReplayForm,
    /// A member beside this one, which says the same in another form.
    BesideForm(&'static str),
    /// A number outside what an IEEE double can hold.
    NumberTooLarge,
    /// Nested deeper than the parser goes.
    TooDeep,
    /// No JSON, from this place on.
    Syntax {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// JSON that ends too early.
    EndsEarly,
    /// The body did not arrive whole.
    Interrupted,
    /// The body did not arrive in this time.
    TooSlow {
        /// The time that there was.
        seconds: u64,
    },
    /// The shape is not the documented one.
    Shape,
}

impl Issue {
    /// The message in the reader's language; it says what is accepted.
    pub(crate) fn message(&self, language: Language) -> Cow<'static, str> {
        match language {
            Language::English => self.english(),
            Language::Korean => self.korean(),
        }
    }

    fn english(&self) -> Cow<'static, str> {
        match self {
            Self::Rule(rule) => rule_in_english(*rule),
            Self::TooMuch(sum) => too_much_in_english(*sum).into(),
            Self::Required => "is required".into(),
            Self::UnknownMember => "is not a member of this request; check its spelling".into(),
            Self::UnknownParameter => {
                "is not a parameter of this endpoint; check its spelling".into()
            }
            Self::Duplicate => "is given more than once; give it once".into(),
            Self::WrongType(name) => format!("must be {}", english_type(name)).into(),
            Self::NotInFuture => "must be later than now".into(),
            Self::UserOrScopes => "must have either `userId`, or `scopes` with at least one".into(),
            Self::NotOneOf(names) => format!("must be one of {}", names.join(", ")).into(),
            Self::NotATime => {
                "must be a date and time of RFC 3339 with a zone, such as 2026-11-20T09:00:00Z"
                    .into()
            }
            Self::NotAUuid => "must be a UUID, as the server gave it out".into(),
            Self::UnknownCursor => {
                "must be the `nextCursor` of a page of this list; leave it out for the first page"
                    .into()
            }
            Self::InvalidKey => "must be 1 to 255 visible ASCII characters, quoted or bare".into(),
            Self::InvalidKeyHeader => {
                "must be one header of 1 to 255 visible ASCII characters, quoted or bare".into()
            }
            Self::InvalidTags => {
                "must be `*`, or entity tags in double quotes with commas between, as ETag gave \
                 them out"
                    .into()
            }
            Self::NotAnyTag => "must be `*` on this request; tags go into If-Match".into(),
            Self::BesideHeader(name) => {
                format!("must be left out where {name} is: both can never hold").into()
            }
            Self::NoSuchEvent(0) => "is of no event: there is none yet".into(),
            Self::NoSuchEvent(newest) => {
                format!("is of no event: the newest has the sequence {newest}").into()
            }
            Self::NoReplayForm => {
                "must hold one of `sequence`, `from` with `to`, and `failedSince`".into()
            }
            Self::BesideForm(form) => {
                format!("must be left out where `{form}` says what to send again").into()
            }
            Self::NumberTooLarge => "must be a number within ±(2^53 - 1)".into(),
            Self::TooDeep => "must not be nested so deeply".into(),
            Self::Syntax { line, column } => {
                format!("is not JSON from line {line}, column {column} on").into()
            }
            Self::EndsEarly => "ends before the JSON value does".into(),
            Self::Interrupted => "did not arrive whole; send the request again".into(),
            Self::TooSlow { seconds } => {
                format!("did not arrive within {seconds} seconds; send the request again").into()
            }
            Self::Shape => "does not have the form that the API description gives".into(),
        }
    }

    fn korean(&self) -> Cow<'static, str> {
        match self {
            Self::Rule(rule) => rule_in_korean(*rule),
            Self::TooMuch(sum) => too_much_in_korean(*sum).into(),
            Self::Required => "꼭 있어야 합니다".into(),
            Self::UnknownMember => "이 요청에 없는 멤버입니다. 철자를 확인하세요".into(),
            Self::UnknownParameter => {
                "이 엔드포인트에 없는 파라미터입니다. 철자를 확인하세요".into()
            }
            Self::Duplicate => "두 번 이상 있습니다. 한 번만 적으세요".into(),
            Self::WrongType(name) => format!("{} 합니다", korean_type(name)).into(),
            Self::NotInFuture => "지금보다 뒤여야 합니다".into(),
            Self::UserOrScopes => {
                "`userId`와 하나 이상의 `scopes` 가운데 하나만 있어야 합니다".into()
            }
            Self::NotOneOf(names) => format!("{} 가운데 하나여야 합니다", names.join(", ")).into(),
            Self::NotATime => {
                "시간대가 있는 RFC 3339 날짜와 시각이어야 합니다. 예: 2026-11-20T09:00:00Z".into()
            }
            Self::NotAUuid => "서버가 준 UUID여야 합니다".into(),
            Self::UnknownCursor => {
                "이 목록의 `nextCursor` 값이어야 합니다. 첫 페이지를 보려면 빼세요".into()
            }
            Self::InvalidKey => {
                "보이는 ASCII 문자 1~255자여야 합니다. 따옴표는 있어도 됩니다".into()
            }
            Self::InvalidKeyHeader => {
                "보이는 ASCII 문자 1~255자인 헤더 하나여야 합니다. 따옴표는 있어도 됩니다".into()
            }
            Self::InvalidTags => {
                "`*`이거나, ETag로 받은 태그를 큰따옴표로 감싸 쉼표로 이은 것이어야 합니다".into()
            }
            Self::NotAnyTag => "이 요청에서는 `*`이어야 합니다. 태그는 If-Match에 적으세요".into(),
            Self::BesideHeader(name) => {
                format!("{name}가 있으면 빼야 합니다. 둘이 함께 성립할 수 없습니다").into()
            }
            Self::NoSuchEvent(0) => "그런 이벤트가 없습니다. 아직 이벤트가 하나도 없습니다".into(),
            Self::NoSuchEvent(newest) => {
                format!("그런 이벤트가 없습니다. 가장 새 이벤트는 {newest}번입니다").into()
            }
            Self::NoReplayForm => {
                "`sequence`, `from`과 `to`, `failedSince` 가운데 하나가 있어야 합니다".into()
            }
            Self::BesideForm(form) => {
                format!("`{form}`으로 무엇을 다시 보낼지 정했으면 빼야 합니다").into()
            }
            Self::NumberTooLarge => "±(2^53 - 1) 안의 수여야 합니다".into(),
            Self::TooDeep => "너무 깊이 중첩되어 있습니다".into(),
            Self::Syntax { line, column } => {
                format!("{line}번째 줄 {column}번째 칸부터 JSON이 아닙니다").into()
            }
            Self::EndsEarly => "JSON 값이 끝나기 전에 끊겼습니다".into(),
            Self::Interrupted => "다 도착하지 않았습니다. 요청을 다시 보내세요".into(),
            Self::TooSlow { seconds } => {
                format!("{seconds}초 안에 도착하지 않았습니다. 요청을 다시 보내세요").into()
            }
            Self::Shape => "API 문서에 적힌 형식이 아닙니다".into(),
        }
    }
}

fn rule_in_english(rule: Rule) -> Cow<'static, str> {
    match rule {
        Rule::IntegerBetween { min, max } => {
            format!("must be an integer from {min} to {max}").into()
        }
        Rule::NotZero => "must not be 0".into(),
        Rule::LengthBetween { min, max } => format!("must have {min} to {max} characters").into(),
        Rule::NoControlCharacters => "must not hold control characters".into(),
        Rule::ItemsBetween { min, max } => format!("must have {min} to {max} items").into(),
        Rule::AfterValidFrom => "must be later than `validFrom`".into(),
        Rule::WithinSafeRange => too_much_in_english(Sum::Order).into(),
    }
}

fn rule_in_korean(rule: Rule) -> Cow<'static, str> {
    match rule {
        Rule::IntegerBetween { min, max } => format!("{min}~{max}의 정수여야 합니다").into(),
        Rule::NotZero => "0이 아니어야 합니다".into(),
        Rule::LengthBetween { min, max } => format!("{min}~{max}자여야 합니다").into(),
        Rule::NoControlCharacters => "제어 문자가 없어야 합니다".into(),
        Rule::ItemsBetween { min, max } => format!("항목이 {min}~{max}개여야 합니다").into(),
        Rule::AfterValidFrom => "`validFrom`보다 나중이어야 합니다".into(),
        Rule::WithinSafeRange => too_much_in_korean(Sum::Order).into(),
    }
}

fn too_much_in_english(sum: Sum) -> &'static str {
    match sum {
        Sum::Balance => {
            "is too large: the balance and the refunds that may still come must stay at most \
             9007199254740991; lower the amount"
        }
        Sum::Stock => {
            "is too large: the stock and the pieces that cancelled orders may bring back must \
             stay at most 9007199254740991; lower the delta"
        }
        Sum::Order => {
            "is too large: price × quantity, summed over the order, must stay at most \
             9007199254740991; lower the quantity"
        }
    }
}

fn too_much_in_korean(sum: Sum) -> &'static str {
    match sum {
        Sum::Balance => {
            "너무 큽니다. 잔액과 앞으로 환불될 수 있는 금액의 합은 9007199254740991까지입니다. \
             금액을 줄이세요"
        }
        Sum::Stock => {
            "너무 큽니다. 재고와 취소로 되돌아올 수 있는 수량의 합은 9007199254740991까지입니다. \
             `delta`를 줄이세요"
        }
        Sum::Order => {
            "너무 큽니다. 주문의 가격 × 수량 합계는 9007199254740991까지입니다. 수량을 줄이세요"
        }
    }
}

fn english_type(name: &str) -> &'static str {
    match name {
        "integer" => "an integer, without decimals or exponent",
        "string" => "a string",
        "boolean" => "true or false",
        "array" => "an array",
        _ => "an object",
    }
}

/// With the particle that its last syllable takes.
fn korean_type(name: &str) -> &'static str {
    match name {
        "integer" => "소수점이나 지수가 없는 정수여야",
        "string" => "문자열이어야",
        "boolean" => "true 또는 false여야",
        "array" => "배열이어야",
        _ => "객체여야",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_issue_has_a_text_in_each_language() {
        let issues = [
            Issue::Rule(Rule::IntegerBetween { min: 1, max: 9 }),
            Issue::Rule(Rule::NotZero),
            Issue::Rule(Rule::LengthBetween { min: 1, max: 9 }),
            Issue::Rule(Rule::NoControlCharacters),
            Issue::Rule(Rule::ItemsBetween { min: 1, max: 9 }),
            Issue::Rule(Rule::AfterValidFrom),
            Issue::Rule(Rule::WithinSafeRange),
            Issue::Required,
            Issue::UnknownMember,
            Issue::UnknownParameter,
            Issue::TooMuch(Sum::Balance),
            Issue::TooMuch(Sum::Stock),
            Issue::TooMuch(Sum::Order),
            Issue::InvalidKeyHeader,
            Issue::Duplicate,
            Issue::WrongType("integer"),
            Issue::NotInFuture,
            Issue::UserOrScopes,
            Issue::NotOneOf(vec!["A".to_owned(), "B".to_owned()]),
            Issue::NotATime,
            Issue::NotAUuid,
            Issue::UnknownCursor,
            Issue::InvalidKey,
            Issue::InvalidTags,
            Issue::NotAnyTag,
            Issue::BesideHeader("If-Match"),
            Issue::NoSuchEvent(0),
            Issue::NoSuchEvent(7),
            Issue::NoReplayForm,
            Issue::BesideForm("sequence"),
            Issue::NumberTooLarge,
            Issue::TooDeep,
            Issue::Syntax { line: 1, column: 2 },
            Issue::EndsEarly,
            Issue::Interrupted,
            Issue::TooSlow { seconds: 30 },
            Issue::Shape,
        ];
        for issue in issues {
            let english = issue.message(Language::English);
            let korean = issue.message(Language::Korean);
            let hangul = |text: &str| text.chars().any(|c| ('가'..='힣').contains(&c));
            assert!(
                !hangul(&english) && hangul(&korean),
                "{issue:?}: {english} / {korean}"
            );
        }
    }
}
