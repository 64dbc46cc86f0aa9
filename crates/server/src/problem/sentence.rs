//! One concrete sentence or two for a person: what is wrong, with figures, and
//! what to do.

use jumun_domain::{CouponFault, Rejection};

use super::detail::Detail;
use super::language::Language;
use super::message::FieldError;

/// The sentence for the first error, and how many more there are: `total`, of
/// which `errors` are listed.
pub(super) fn of_errors(errors: &[FieldError], total: usize, language: Language) -> String {
    let Some(first) = errors.first() else {
        return Detail::Invalid.text(language);
    };
    let place = match (first.parameter.as_deref(), first.pointer.as_str(), language) {
        (Some(name), _, _) => format!("`{name}`"),
        (None, "", Language::English) => "The body".to_owned(),
        (None, "", Language::Korean) => "본문".to_owned(),
        (None, pointer, _) => format!("`{pointer}`"),
    };
    let message = first.issue.message(language);
    let listed = errors.len();
    let more = listed - 1;
    match language {
        Language::English if total > listed => {
            format!("{place} {message}. `errors` lists the first {listed} of {total} wrong places.")
        }
        Language::Korean if total > listed => format!(
            "{place}: {message}. 잘못된 곳은 {total}군데이고 `errors`에는 처음 {listed}군데가 있습니다."
        ),
        Language::English if more == 0 => format!("{place} {message}."),
        Language::English => format!("{place} {message}. `errors` lists {more} more."),
        Language::Korean if more == 0 => format!("{place}: {message}."),
        Language::Korean => format!("{place}: {message}. `errors`에 {more}개가 더 있습니다."),
    }
}

/// The sentence for the first rejection, and how many more there are.
pub(super) fn of_rejections(
    rejections: &[Rejection],
    detail: &Detail,
    language: Language,
) -> String {
    let Some(first) = rejections.first() else {
        return Detail::Internal.text(language);
    };
    if *detail == Detail::AdjustmentRejected
        && let Some(sentence) = of_adjustment(first, language)
    {
        return sentence;
    }
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

/// An adjustment takes: who asks for it mends the amount, and charges nothing.
fn of_adjustment(rejection: &Rejection, language: Language) -> Option<String> {
    Some(match (rejection, language) {
        (Rejection::InsufficientBalance { required, balance }, Language::English) => format!(
            "The balance is {balance}, and the adjustment takes {required}. Lower the amount taken."
        ),
        (Rejection::InsufficientBalance { required, balance }, Language::Korean) => {
            format!("잔액은 {balance}인데 {required}만큼 빼려 했습니다. 빼는 금액을 줄이세요.")
        }
        (
            Rejection::OutOfStock {
                product_id,
                available,
                ..
            },
            Language::English,
        ) => format!(
            "Product {product_id}: {available} on hand. The delta may take at most {available}."
        ),
        (
            Rejection::OutOfStock {
                product_id,
                available,
                ..
            },
            Language::Korean,
        ) => format!(
            "{product_id}번 상품: 재고는 {available}개입니다. `delta`로는 {available}개까지만 뺄 수 있습니다."
        ),
        _ => return None,
    })
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
        Rejection::PreconditionFailed { product_id } => format!(
            "Product {product_id} is not as If-Match or If-None-Match expects it. Read it again, \
             and decide again whether and how to change it."
        ),
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
            "cannot be used yet: the subtotal is below its campaign's minimum. See `minimumSubtotal` \
             at GET /campaigns/{campaignId}, and add items or leave the coupon out."
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
        Rejection::PreconditionFailed { product_id } => format!(
            "{product_id}번 상품: If-Match나 If-None-Match에 적힌 상태가 아닙니다. 상품을 다시 읽고, 바꿀지와 \
             어떻게 바꿀지를 다시 정하세요."
        ),
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
            "소계가 캠페인의 최소 금액보다 적습니다. GET /campaigns/{campaignId}의 \
             `minimumSubtotal`을 보고 상품을 더하거나 쿠폰을 빼세요."
        }
    }
}
