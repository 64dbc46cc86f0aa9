//! The codes of the public contract, each with its status, title and page.

use http::StatusCode;

use super::language::Language;

macro_rules! codes {
    ($($variant:ident = $name:literal, $status:ident;)*) => {
        /// The stable name of a problem. A client decides by it; it never changes.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Code {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Code {
            /// Every code, by name.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name on the wire.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The HTTP status it is answered with.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }

            /// Its page in Markdown; the first line is `# ` and the title.
            pub(crate) const fn page(self, language: Language) -> &'static str {
                match (self, language) {
                    $(
                        (Self::$variant, Language::English) => include_str!(concat!(
                            env!("CARGO_MANIFEST_DIR"), "/../../docs/problems/", $name, ".md"
                        )),
                        (Self::$variant, Language::Korean) => include_str!(concat!(
                            env!("CARGO_MANIFEST_DIR"), "/../../docs/problems/ko/", $name, ".md"
                        )),
                    )*
                }
            }
        }
    };
}

codes! {
    BodyTooLarge = "body-too-large", PAYLOAD_TOO_LARGE;
    CampaignNotFound = "campaign-not-found", NOT_FOUND;
    CouponSoldOut = "coupon-sold-out", CONFLICT;
    EventNotFound = "event-not-found", NOT_FOUND;
    Forbidden = "forbidden", FORBIDDEN;
    IdempotencyKeyRequired = "idempotency-key-required", BAD_REQUEST;
    IdempotencyKeyReused = "idempotency-key-reused", UNPROCESSABLE_ENTITY;
    InsufficientBalance = "insufficient-balance", BAD_REQUEST;
    Internal = "internal", INTERNAL_SERVER_ERROR;
    InvalidCoupon = "invalid-coupon", BAD_REQUEST;
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED;
    MisdirectedRequest = "misdirected-request", MISDIRECTED_REQUEST;
    NotAcceptable = "not-acceptable", NOT_ACCEPTABLE;
    NotFound = "not-found", NOT_FOUND;
    OrderNotCancellable = "order-not-cancellable", CONFLICT;
    OrderNotFound = "order-not-found", NOT_FOUND;
    OutOfStock = "out-of-stock", BAD_REQUEST;
    OutcomeUnknown = "outcome-unknown", SERVICE_UNAVAILABLE;
    Overloaded = "overloaded", SERVICE_UNAVAILABLE;
    PlatformInUse = "platform-in-use", CONFLICT;
    PlatformNotFound = "platform-not-found", NOT_FOUND;
    PreconditionFailed = "precondition-failed", PRECONDITION_FAILED;
    PriceChanged = "price-changed", CONFLICT;
    ProductNotForSale = "product-not-for-sale", BAD_REQUEST;
    ProductNotFound = "product-not-found", NOT_FOUND;
    PurchaseLimitExceeded = "purchase-limit-exceeded", BAD_REQUEST;
    ReplayLimitExceeded = "replay-limit-exceeded", CONFLICT;
    TokenNotFound = "token-not-found", NOT_FOUND;
    TooManyRequests = "too-many-requests", TOO_MANY_REQUESTS;
    Unauthenticated = "unauthenticated", UNAUTHORIZED;
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE;
    UserNotFound = "user-not-found", NOT_FOUND;
    ValidationFailed = "validation-failed", BAD_REQUEST;
}

impl Code {
    /// The code of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// A short name for people: the first line of the code's page.
    pub fn title(self, language: Language) -> &'static str {
        let first = self.page(language).lines().next().unwrap_or_default();
        first.strip_prefix("# ").unwrap_or(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_titled_page_in_both_languages_that_names_its_status() {
        for code in Code::ALL {
            for language in [Language::English, Language::Korean] {
                let page = code.page(language);
                let named = format!("{} · `{}`", code.status().as_u16(), code.name());
                assert!(
                    page.starts_with("# "),
                    "docs/problems: {code:?} needs a `# Title` line"
                );
                assert!(
                    page.contains(&named),
                    "docs/problems: {code:?} needs a line `{named}`"
                );
            }
            assert_ne!(code.title(Language::English), code.title(Language::Korean));
            assert_eq!(Code::from_name(code.name()), Some(*code));
        }
    }
}
