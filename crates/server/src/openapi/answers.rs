//! What an operation can answer besides success, and the headers that many share.

mod conditions;

use std::collections::BTreeMap;

use http::StatusCode;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{ContentBuilder, Header, Ref, RefOr, Required, Response, ResponseBuilder};

use crate::problem::Code;

/// Operations with a key, and whether `--require-idempotency-key` demands one.
const KEYED: [(&str, bool); 7] = [
    ("charge", true),
    ("adjustBalance", true),
    ("adjustStock", true),
    ("createCampaign", false),
    ("issueCoupon", true),
    ("placeOrder", true),
    ("cancelOrder", true),
];

/// Operations whose success says where to read what was made.
const LOCATED: [&str; 7] = [
    "createToken",
    "charge",
    "adjustBalance",
    "adjustStock",
    "createCampaign",
    "issueCoupon",
    "placeOrder",
];

/// Operations that ask the store nothing.
const STATELESS: [&str; 9] = [
    "livez",
    "readyz",
    "metrics",
    "openapi",
    "docs",
    "problem",
    "problems",
    "stylesheet",
    "getOrderSchema",
];

/// A key, bare or as a string of RFC 9651.
const KEY_PATTERN: &str = r#"^([!#-~][!-~]{0,254}|"([!#-\[\]-~]|\\["\\]){1,255}")$"#;

/// What the rules can answer, by operation.
fn rejections(operation: &str) -> &'static [Code] {
    use Code::*;
    match operation {
        "getUser" | "getBalance" | "listEntries" | "listCoupons" | "listOrders" | "charge" => {
            &[UserNotFound]
        }
        "adjustBalance" => &[UserNotFound, InsufficientBalance],
        "getProduct" | "listStockAdjustments" => &[ProductNotFound],
        "putProduct" => &[PreconditionFailed],
        "adjustStock" => &[ProductNotFound, OutOfStock],
        "getCampaign" => &[CampaignNotFound],
        "issueCoupon" => &[CampaignNotFound, UserNotFound, InvalidCoupon, CouponSoldOut],
        "placeOrder" => &[
            UserNotFound,
            ProductNotFound,
            ProductNotForSale,
            OutOfStock,
            PurchaseLimitExceeded,
            InvalidCoupon,
            InsufficientBalance,
            PriceChanged,
        ],
        "getOrder" => &[ValidationFailed, OrderNotFound],
        "cancelOrder" => &[OrderNotFound, OrderNotCancellable],
        // These refuse whatever a query says.
        "listPlatforms" => &[ValidationFailed],
        "getPlatform" => &[ValidationFailed, PlatformNotFound],
        "listDeliveries" | "pausePlatform" | "resumePlatform" => &[PlatformNotFound],
        "getDelivery" => &[PlatformNotFound, EventNotFound],
        "replayEvents" => &[PlatformNotFound, ReplayLimitExceeded],
        "forgetPlatform" => &[ValidationFailed, PlatformNotFound, PlatformInUse],
        "getToken" | "revokeToken" => &[ValidationFailed, TokenNotFound],
        "problem" => &[NotFound],
        _ => &[],
    }
}

/// Completes one operation.
pub(super) fn complete(operation: &mut Operation, path: &str, writes: bool) {
    let name = operation.operation_id.clone().unwrap_or_default();
    let key = KEYED.iter().find(|(keyed, _)| *keyed == name);
    let mut by_status: BTreeMap<StatusCode, Vec<Code>> = BTreeMap::new();
    for code in codes(operation, &name, path, writes) {
        by_status.entry(code.status()).or_default().push(code);
    }
    if key.is_some() {
        operation
            .parameters
            .get_or_insert_default()
            .push(key_parameter().into());
    }
    conditions::complete(operation, &name);
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else {
            continue;
        };
        if !status.starts_with('2') {
            continue;
        }
        if key.is_some() {
            response
                .headers
                .insert("Idempotent-Replayed".to_owned(), replayed().into());
        }
        if status == "201" && LOCATED.contains(&name.as_str()) {
            response
                .headers
                .insert("Location".to_owned(), location().into());
        }
    }
    for (status, codes) in by_status {
        operation
            .responses
            .responses
            .insert(status.as_str().to_owned(), problem(&codes).into());
    }
}

fn codes(operation: &Operation, name: &str, path: &str, writes: bool) -> Vec<Code> {
    let key = KEYED.iter().find(|(keyed, _)| *keyed == name);
    // An order id that is malformed is of no order, a platform's name of no
    // platform: 404, not 400.
    let parameters = operation.parameters.iter().flatten();
    let mut names = parameters.filter_map(|it| match it {
        RefOr::T(parameter) => Some(parameter.name.as_str()),
        RefOr::Ref(_) => None,
    });
    let checked = names.any(|name| !["orderId", "code", "name", "tokenId"].contains(&name));
    let body = operation.request_body.is_some();
    let quote = name == "quoteOrder";
    let mut codes = Vec::new();
    let mut add = |applies: bool, code| {
        if applies {
            codes.push(code);
        }
    };
    add(checked || body || key.is_some(), Code::ValidationFailed);
    add(
        key.is_some_and(|(_, required)| *required),
        Code::IdempotencyKeyRequired,
    );
    add(crate::api::answers_json(path), Code::NotAcceptable);
    add(body, Code::BodyTooLarge);
    add(body, Code::UnsupportedMediaType);
    add(key.is_some(), Code::IdempotencyKeyReused);
    add(true, Code::Internal);
    add(!STATELESS.contains(&name), Code::Overloaded);
    add(writes && !quote, Code::OutcomeUnknown);
    codes.extend(rejections(name));
    codes.extend(super::rights::codes(name));
    codes
}

fn problem(codes: &[Code]) -> Response {
    let names: Vec<_> = codes
        .iter()
        .map(|code| format!("`{}`", code.name()))
        .collect();
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let mut response = ResponseBuilder::new()
        .description(names.join(", "))
        .content("application/problem+json", content)
        .header(
            "Content-Language",
            header("The language of `title` and `detail`: `en` or `ko`."),
        );
    let is = |status| codes.iter().any(|code| code.status() == status);
    if is(StatusCode::SERVICE_UNAVAILABLE) || is(StatusCode::TOO_MANY_REQUESTS) {
        response = response.header("Retry-After", header("Seconds to wait before another try."));
    }
    if is(StatusCode::UNAUTHORIZED) || is(StatusCode::FORBIDDEN) {
        let challenge = "How to say who you are (RFC 6750), where a token is what is missing.";
        response = response.header("WWW-Authenticate", header(challenge));
    }
    response.build()
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn header(description: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(Schema::Object(text().build())))
        .description(Some(description))
        .build()
}

fn replayed() -> Header {
    let schema = text().enum_values(Some(["true"])).build();
    HeaderBuilder::new()
        .schema(Some(Schema::Object(schema)))
        .description(Some(
            "Present when this is the first answer again, given for an earlier request.",
        ))
        .build()
}

fn location() -> Header {
    let schema = text()
        .format(Some(SchemaFormat::Custom("uri-reference".to_owned())))
        .build();
    HeaderBuilder::new()
        .schema(Some(Schema::Object(schema)))
        .description(Some("Where what was made can be read."))
        .build()
}

fn key_parameter() -> utoipa::openapi::path::Parameter {
    let schema = text()
        .pattern(Some(KEY_PATTERN))
        .examples(["01937d5e-8f00-7000-8000-0242ac120002"]);
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "The client's name for this one effect: 1 to 255 visible ASCII characters, in quotes or \
             bare. A repeat with the same key and body gets the first answer and has no further \
             effect. A UUIDv7 suits best.",
        ))
        .schema(Some(schema))
        .build()
}
