//! Products and best sellers.

use jumun_domain::{Product, Units};
use jumun_store::BestSeller;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Text, Time};

/// Something for sale.
#[derive(Serialize, ToSchema)]
#[schema(as = Product)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductView {
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 3)]
    product_id: i64,
    #[schema(value_type = String, example = "Ceramic mug")]
    name: Text,
    /// The price of one piece, in the minor unit of the deployment's currency.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 12900)]
    price: i64,
    /// Pieces on hand.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 100)]
    stock: i64,
    /// Whether it can be ordered.
    active: bool,
    /// How many pieces one user may buy over all paid orders; `null` for any number.
    #[schema(
        required = true,
        minimum = 1,
        maximum = 9007199254740991i64,
        example = 5
    )]
    max_per_user: Option<i64>,
    created_at: Time,
}

impl ProductView {
    pub(crate) fn of(product: &Product) -> Self {
        Self {
            product_id: product.id.get(),
            name: Text(product.name.clone()),
            price: product.price.get(),
            stock: product.stock.get(),
            active: product.active,
            max_per_user: product.max_per_user.map(Units::get),
            created_at: Time(product.created_at),
        }
    }
}

/// What was sold of a product over the days asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = BestSeller)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BestSellerView {
    #[schema(minimum = 1, maximum = 9007199254740991i64, example = 3)]
    product_id: i64,
    #[schema(value_type = String, example = "Ceramic mug")]
    name: Text,
    /// Pieces in paid orders that were not cancelled.
    #[schema(maximum = 9007199254740991i64, example = 42)]
    quantity: i64,
    /// Money before discounts.
    #[schema(maximum = 9007199254740991i64, example = 541800)]
    amount: i64,
}

impl BestSellerView {
    pub(crate) fn of(seller: &BestSeller) -> Self {
        Self {
            product_id: seller.product_id.get(),
            name: Text(seller.name.clone()),
            quantity: seller.quantity.get(),
            amount: seller.amount.get(),
        }
    }
}

/// The best sellers, most pieces first.
#[derive(Serialize, ToSchema)]
#[schema(as = BestSellers)]
pub(crate) struct BestSellerList {
    pub(crate) items: Vec<BestSellerView>,
}
