//! What a request changes or waits for, as far as it says so itself.

use jumun_domain::{CampaignId, Command, CouponId, OrderId, ProductId, Request, UserId};

/// A row that at most one batch in flight works on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Claim {
    User(UserId),
    Product(ProductId),
    Campaign(CampaignId),
    Coupon(CouponId),
    Order(OrderId),
    /// The number of the next campaign.
    NextCampaign,
}

/// The rows that a request names. Those it finds by others (the user of an
/// order to cancel) are guarded by the locks of the database alone.
pub(crate) fn claims(request: &Request) -> Vec<Claim> {
    match &request.command {
        Command::RegisterUser(it) => vec![Claim::User(it.user_id)],
        Command::Charge(it) => vec![Claim::User(it.user_id)],
        Command::AdjustBalance(it) => vec![Claim::User(it.user_id)],
        Command::PutProduct(it) => vec![Claim::Product(it.product_id)],
        Command::AdjustStock(it) => vec![Claim::Product(it.product_id)],
        Command::CreateCampaign(_) => vec![Claim::NextCampaign],
        Command::IssueCoupon(it) => {
            vec![Claim::User(it.user_id), Claim::Campaign(it.campaign_id)]
        }
        Command::PlaceOrder(it) => {
            let user = std::iter::once(Claim::User(it.user_id));
            let products = it.lines.iter().map(|line| Claim::Product(line.product_id));
            let coupon = it.coupon_id.map(Claim::Coupon);
            user.chain(products).chain(coupon).collect()
        }
        Command::CancelOrder(it) => vec![Claim::Order(it.order_id)],
    }
}
