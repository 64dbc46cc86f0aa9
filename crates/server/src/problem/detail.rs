//! One concrete sentence or two for a person: what is wrong, with figures, and
//! what to do.

use jumun_domain::{CouponFault, Rejection};

use super::code::Code;
use super::language::Language;
use super::message::FieldError;

/// What a problem is about, as far as no rejection says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Detail {
    /// See `errors`.
    Invalid,
    /// See `rejections`.
    Rejected,
    /// A path id that cannot be an order's.
    MalformedOrderId(String),
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
            Self::Rejected | Self::Internal => Code::Internal,
            Self::MalformedOrderId(_) => Code::OrderNotFound,
            Self::KeyRequired => Code::IdempotencyKeyRequired,
            Self::NoSuchPath(_) => Code::NotFound,
            Self::NoSuchMethod(_) => Code::MethodNotAllowed,
            Self::NotAcceptable => Code::NotAcceptable,
            Self::BodyTooLarge(_) => Code::BodyTooLarge,
            Self::NotJson(_) => Code::UnsupportedMediaType,
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
            Self::Invalid => "The request is not valid. Correct it and send it again.".to_owned(),
            Self::MalformedOrderId(id) => {
                format!("There is no order `{id}`: an order id is a UUID. Check the id.")
            }
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
            Self::Rejected | Self::Internal => "The server failed on this request. If it was to \
                 change something, send it again with the same Idempotency-Key, or look first \
                 whether it was done. Report the traceId to the operator."
                .to_owned(),
        }
    }

    fn korean(&self) -> String {
        match self {
            Self::Invalid => "요청이 올바르지 않습니다. 고쳐서 다시 보내세요.".to_owned(),
            Self::MalformedOrderId(id) => {
                format!("주문 `{id}`: 없는 주문입니다. 주문 id는 UUID입니다. id를 확인하세요.")
            }
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
            Self::Rejected | Self::Internal => {
                "서버가 이 요청을 처리하다 실패했습니다. 무언가를 바꾸는 \
                 요청이었다면 같은 Idempotency-Key로 다시 보내거나, 먼저 이루어졌는지 확인하세요. \
                 운영자에게 traceId를 알려 주세요."
                    .to_owned()
            }
        }
    }
}

/// The sentence for the first error, and how many more there are.
pub(crate) fn of_errors(errors: &[FieldError], language: Language) -> String {
    let Some(first) = errors.first() else {
        return Detail::Invalid.text(language);
    };
    let place = match (first.parameter, first.pointer.as_str(), language) {
        (Some(name), _, _) => format!("`{name}`"),
        (None, "", Language::English) => "The body".to_owned(),
        (None, "", Language::Korean) => "본문".to_owned(),
        (None, pointer, _) => format!("`{pointer}`"),
    };
    let message = first.issue.message(language);
    let more = errors.len() - 1;
    match language {
        Language::English if more == 0 => format!("{place} {message}."),
        Language::English => format!("{place} {message}. `errors` lists {more} more."),
        Language::Korean if more == 0 => format!("{place}: {message}."),
        Language::Korean => format!("{place}: {message}. `errors`에 {more}개가 더 있습니다."),
    }
}

/// The sentence for the first rejection, and how many more there are.
pub(crate) fn of_rejections(rejections: &[Rejection], language: Language) -> String {
    let Some(first) = rejections.first() else {
        return Detail::Internal.text(language);
    };
    let sentence = match language {
        Language::English => english(first),
        Language::Korean => korean(first),
    };
    let more = rejections.len() - 1;
    match (more, language) {
        (0, _) => sentence,
        (1, Language::English) => format!("{sentence} `rejections` lists 1 more reason."),
        (_, Language::English) => format!("{sentence} `rejections` lists {more} more reasons."),
        (_, Language::Korean) => {
            format!("{sentence} 다른 이유 {more}가지는 `rejections`에 있습니다.")
        }
    }
}

fn english(rejection: &Rejection) -> String {
    match rejection {
        Rejection::ValidationFailed(_) => Detail::Invalid.text(Language::English),
        Rejection::IdempotencyKeyReused => "This Idempotency-Key was used before, for another \
             request. Use a fresh key for a new request."
            .to_owned(),
        Rejection::UserNotFound { user_id } => {
            format!("There is no user {user_id}. Register the user with PUT /users/{user_id}.")
        }
        Rejection::ProductNotFound { product_id } => {
            format!("There is no product {product_id}. Check the id or leave the product out.")
        }
        Rejection::ProductNotForSale { product_id } => {
            format!("Product {product_id} is not for sale now. Leave it out.")
        }
        Rejection::OutOfStock {
            product_id,
            requested,
            available,
        } => format!(
            "Product {product_id}: {available} left in stock, {requested} asked for. Lower the \
             quantity or wait for stock."
        ),
        Rejection::PurchaseLimitExceeded {
            product_id,
            limit,
            bought,
            requested,
        } => format!(
            "Product {product_id}: at most {limit} for each user, {bought} bought before, \
             {requested} asked for. Lower the quantity."
        ),
        Rejection::InvalidCoupon { coupon_id, reason } => {
            let subject = match coupon_id {
                Some(id) => format!("Coupon {id}"),
                None => "This campaign's coupon".to_owned(),
            };
            format!("{subject} {}", english_fault(*reason))
        }
        Rejection::InsufficientBalance { required, balance } => {
            format!("The balance is {balance} and {required} is needed. Charge the balance first.")
        }
        Rejection::PriceChanged {
            expected_total,
            total,
        } => format!(
            "The total is {total} now, not {expected_total}. Show it to the shopper and send the \
             order again with the new total."
        ),
        Rejection::OrderNotFound { order_id } => {
            format!("There is no order {order_id}. Check the id.")
        }
        Rejection::OrderNotCancellable { order_id } => {
            format!("Order {order_id} was cancelled before. Nothing is left to do.")
        }
        Rejection::CampaignNotFound { campaign_id } => {
            format!("There is no campaign {campaign_id}. GET /campaigns lists what there is.")
        }
        Rejection::CouponSoldOut { campaign_id } => {
            format!("All coupons of campaign {campaign_id} have been given out.")
        }
    }
}

fn english_fault(fault: CouponFault) -> &'static str {
    match fault {
        CouponFault::NotFound => "does not exist. Check the id or leave the coupon out.",
        CouponFault::NotOwner => "belongs to another user. Leave it out.",
        CouponFault::AlreadyUsed => "was used before. Leave it out.",
        CouponFault::NotYetValid => "is not valid yet. Wait for its `validFrom`.",
        CouponFault::Expired => "is no longer valid: its `validUntil` has passed.",
        CouponFault::MinimumNotMet => {
            "needs a larger subtotal: its campaign's `minimumSubtotal`. Add items or leave it out."
        }
    }
}

fn korean(rejection: &Rejection) -> String {
    match rejection {
        Rejection::ValidationFailed(_) => Detail::Invalid.text(Language::Korean),
        Rejection::IdempotencyKeyReused => "이 Idempotency-Key는 다른 요청에 이미 쓰였습니다. 새 \
             요청에는 새 키를 쓰세요."
            .to_owned(),
        Rejection::UserNotFound { user_id } => {
            format!("{user_id}번 사용자가 없습니다. PUT /users/{user_id}로 등록하세요.")
        }
        Rejection::ProductNotFound { product_id } => {
            format!("{product_id}번 상품이 없습니다. id를 확인하거나 그 상품을 빼세요.")
        }
        Rejection::ProductNotForSale { product_id } => {
            format!("{product_id}번 상품은 지금 판매하지 않습니다. 그 상품을 빼세요.")
        }
        Rejection::OutOfStock {
            product_id,
            requested,
            available,
        } => format!(
            "{product_id}번 상품: 재고는 {available}개인데 {requested}개를 요청했습니다. 수량을 줄이거나 \
             재고가 들어오기를 기다리세요."
        ),
        Rejection::PurchaseLimitExceeded {
            product_id,
            limit,
            bought,
            requested,
        } => format!(
            "{product_id}번 상품: 한 사람이 {limit}개까지 살 수 있는데 이미 {bought}개를 샀고 \
             {requested}개를 요청했습니다. 수량을 줄이세요."
        ),
        Rejection::InvalidCoupon { coupon_id, reason } => {
            let subject = match coupon_id {
                Some(id) => format!("쿠폰 {id}: "),
                None => "이 캠페인의 쿠폰: ".to_owned(),
            };
            format!("{subject}{}", korean_fault(*reason))
        }
        Rejection::InsufficientBalance { required, balance } => {
            format!("필요한 금액은 {required}, 잔액은 {balance}입니다. 먼저 잔액을 충전하세요.")
        }
        Rejection::PriceChanged {
            expected_total,
            total,
        } => format!(
            "지금 합계는 {total}입니다. 요청에 적힌 합계는 {expected_total}입니다. 구매자에게 보여 주고 새 합계로 \
             주문을 다시 보내세요."
        ),
        Rejection::OrderNotFound { order_id } => {
            format!("주문 {order_id}: 없는 주문입니다. id를 확인하세요.")
        }
        Rejection::OrderNotCancellable { order_id } => {
            format!("주문 {order_id}: 이미 취소된 주문입니다. 더 할 일이 없습니다.")
        }
        Rejection::CampaignNotFound { campaign_id } => {
            format!("{campaign_id}번 캠페인이 없습니다. GET /campaigns에 목록이 있습니다.")
        }
        Rejection::CouponSoldOut { campaign_id } => {
            format!("{campaign_id}번 캠페인의 쿠폰이 모두 소진되었습니다.")
        }
    }
}

fn korean_fault(fault: CouponFault) -> &'static str {
    match fault {
        CouponFault::NotFound => "없는 쿠폰입니다. id를 확인하거나 쿠폰을 빼세요.",
        CouponFault::NotOwner => "다른 사용자의 쿠폰입니다. 쿠폰을 빼세요.",
        CouponFault::AlreadyUsed => "이미 사용한 쿠폰입니다. 쿠폰을 빼세요.",
        CouponFault::NotYetValid => "아직 쓸 수 없습니다. `validFrom`까지 기다리세요.",
        CouponFault::Expired => "쿠폰이 만료되었습니다. `validUntil`이 지났습니다.",
        CouponFault::MinimumNotMet => {
            "소계가 캠페인의 `minimumSubtotal`보다 작습니다. 상품을 더하거나 쿠폰을 빼세요."
        }
    }
}
