//! A user and a balance.

use jumun_domain::User;
use jumun_store::Shop;
use serde::Serialize;
use utoipa::ToSchema;

use super::{CurrencyCode, Text, Time};

/// A shopper and the money they hold with the shop.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserView {
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 7)]
    user_id: i64,
    /// `null` where none was given.
    #[schema(required = true, value_type = Option<String>, example = "Kim Haneul")]
    name: Option<Text>,
    /// What the user can spend, in the minor unit of `currency`.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 50000)]
    balance: i64,
    currency: CurrencyCode,
    created_at: Time,
}

impl UserView {
    pub(crate) fn of(user: &User, shop: &Shop) -> Self {
        Self {
            user_id: user.id.get(),
            name: user.name.clone().map(Text),
            balance: user.balance.get(),
            currency: CurrencyCode(shop.currency),
            created_at: Time(user.created_at),
        }
    }
}

/// What a user can spend.
#[derive(Serialize, ToSchema)]
#[schema(as = Balance)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BalanceView {
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 7)]
    user_id: i64,
    /// In the minor unit of `currency`.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 50000)]
    balance: i64,
    currency: CurrencyCode,
}

impl BalanceView {
    pub(crate) fn of(user: &User, shop: &Shop) -> Self {
        Self {
            user_id: user.id.get(),
            balance: user.balance.get(),
            currency: CurrencyCode(shop.currency),
        }
    }
}
