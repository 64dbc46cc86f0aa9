//! The rights in words, for the API description.

use jumun_store::access::Scope;

/// Who may call an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Right {
    /// Whoever asks, as often as they like.
    Probe,
    /// Whoever asks.
    Anyone,
    /// Whoever has a token.
    AnyToken,
    /// The user in question, or a holder of `orders:act-as`.
    User,
    /// A holder of the scope.
    Holder(Scope),
}

impl Right {
    /// The scope that acts for every user.
    pub(crate) const ACT_AS: Scope = Scope::OrdersActAs;
}

/// The right of an operation, by its id; the extractor of the handler enforces
/// it. `None` for an operation that nobody has thought of: a test fails then.
pub(crate) fn right_of(operation: &str) -> Option<Right> {
    use Right::{AnyToken, Anyone, Holder, Probe, User};
    Some(match operation {
        "livez" | "readyz" => Probe,
        "openapi" | "docs" | "problems" | "problem" | "stylesheet" | "getOrderSchema" => Anyone,
        "getProduct" | "listProducts" | "listPopularProducts" | "getCampaign" | "listCampaigns" => {
            AnyToken
        }
        "getUser" | "getBalance" | "listEntries" | "listCoupons" | "listOrders" | "getOrder"
        | "findOrder" | "placeOrder" | "quoteOrder" | "issueCoupon" => User,
        "putUser" | "cancelOrder" => Holder(Scope::OrdersActAs),
        "putProduct" | "adjustStock" | "listStockAdjustments" | "createCampaign" => {
            Holder(Scope::CatalogWrite)
        }
        "charge" => Holder(Scope::BalanceCharge),
        "listEvents" | "listPlatforms" | "getPlatform" | "listDeliveries" | "getDelivery" => {
            Holder(Scope::EventsRead)
        }
        "metrics" => Holder(Scope::MetricsRead),
        "adjustBalance" | "replayEvents" | "pausePlatform" | "resumePlatform"
        | "forgetPlatform" | "listChanges" | "listTokens" | "createToken" | "revokeToken"
        | "getToken" => Holder(Scope::Admin),
        _ => return None,
    })
}
