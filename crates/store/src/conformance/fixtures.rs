//! Commands by their plain numbers, and ready-made users, products and campaigns.

use std::sync::Arc;

use jumun_domain::{
    AdjustBalance, AdjustStock, Campaign, CampaignId, CancelOrder, Charge, Command, Coupon,
    CouponId, CreateCampaign, Decision, IdempotencyKey, IssueCoupon, Money, Order, OrderId,
    PlaceOrder, ProductId, PutProduct, RawDiscount, RegisterUser, Request, Timestamp, Units,
    UserId,
};

use super::expect;
use super::trial::Trial;

/// Far enough from any clock to be in date for ever: 1970 to about 2255.
pub(super) const LONG_AGO: Timestamp = Timestamp::from_micros(0);
/// See [`LONG_AGO`].
pub(super) const FAR_AHEAD: Timestamp = Timestamp::from_micros(9_000_000_000_000_000);

pub(super) fn money(amount: i64) -> Money {
    Money::new(amount).unwrap()
}

pub(super) fn units(count: i64) -> Units {
    Units::new(count).unwrap()
}

pub(super) fn key(text: impl AsRef<str>) -> IdempotencyKey {
    IdempotencyKey::parse(text.as_ref()).unwrap()
}

/// A request that no key protects.
pub(super) fn plain(command: Command) -> Request {
    Request::new(command, None)
}

/// A request under a key.
pub(super) fn keyed(command: Command, text: impl AsRef<str>) -> Request {
    Request::new(command, Some(key(text)))
}

pub(super) fn register(user: UserId, name: Option<&str>) -> Command {
    Command::RegisterUser(RegisterUser::new(user, name).unwrap())
}

pub(super) fn charge(user: UserId, amount: i64) -> Command {
    Command::Charge(Charge::new(user, amount, None).unwrap())
}

pub(super) fn adjust_balance(user: UserId, amount: i64) -> Command {
    Command::AdjustBalance(AdjustBalance::new(user, amount, "a correction").unwrap())
}

pub(super) fn put_product(product: ProductId, price: i64, stock: i64) -> Command {
    let name = format!("product {product}");
    Command::PutProduct(PutProduct::new(product, &name, price, Some(stock), true, None).unwrap())
}

/// The same with a limit for each user; `None` lifts it.
pub(super) fn put_limited(
    product: ProductId,
    price: i64,
    stock: i64,
    max_per_user: Option<i64>,
) -> Command {
    let name = format!("product {product}");
    Command::PutProduct(
        PutProduct::new(product, &name, price, Some(stock), true, max_per_user).unwrap(),
    )
}

pub(super) fn adjust_stock(product: ProductId, delta: i64) -> Command {
    Command::AdjustStock(AdjustStock::new(product, delta, Some("a delivery")).unwrap())
}

/// A campaign that is in date, of `amount` off.
pub(super) fn create_campaign(amount: i64, quantity: i64) -> Command {
    campaign_of(RawDiscount::Fixed { amount }, None, quantity)
}

/// A campaign that is in date.
pub(super) fn campaign_of(
    discount: RawDiscount,
    minimum_subtotal: Option<i64>,
    quantity: i64,
) -> Command {
    Command::CreateCampaign(
        CreateCampaign::new(
            "spring",
            discount,
            minimum_subtotal,
            LONG_AGO,
            FAR_AHEAD,
            quantity,
        )
        .unwrap(),
    )
}

pub(super) fn issue(campaign: CampaignId, user: UserId) -> Command {
    Command::IssueCoupon(IssueCoupon {
        campaign_id: campaign,
        user_id: user,
    })
}

/// The bare order: for quotes, and for [`Command::PlaceOrder`].
pub(super) fn order_of(
    user: UserId,
    items: &[(ProductId, i64)],
    coupon: Option<CouponId>,
) -> PlaceOrder {
    let items: Vec<_> = items
        .iter()
        .map(|(id, quantity)| (id.get(), *quantity))
        .collect();
    PlaceOrder::new(user, items.into_iter(), coupon, None).unwrap()
}

pub(super) fn place(user: UserId, items: &[(ProductId, i64)]) -> Command {
    Command::PlaceOrder(order_of(user, items, None))
}

pub(super) fn place_with(user: UserId, items: &[(ProductId, i64)], coupon: CouponId) -> Command {
    Command::PlaceOrder(order_of(user, items, Some(coupon)))
}

/// A cancel that puts the pieces back on the shelf.
pub(super) fn cancel(order: OrderId) -> Command {
    Command::CancelOrder(CancelOrder::new(order, Some("changed my mind"), true).unwrap())
}

pub(super) fn cancel_without_restock(order: OrderId) -> Command {
    Command::CancelOrder(CancelOrder::new(order, None, false).unwrap())
}

impl Trial {
    pub(super) fn fresh_user_id(&self) -> UserId {
        UserId::new(self.fresh_id()).unwrap()
    }

    pub(super) fn fresh_product_id(&self) -> ProductId {
        ProductId::new(self.fresh_id()).unwrap()
    }

    /// A user with `balance` to spend.
    pub(super) async fn user(&self, balance: i64) -> UserId {
        self.users(1, balance).await[0]
    }

    /// That many users with `balance` each, registered and charged at once.
    pub(super) async fn users(&self, count: usize, balance: i64) -> Vec<UserId> {
        let users: Vec<_> = (0..count).map(|_| self.fresh_user_id()).collect();
        self.all_done(users.iter().map(|&id| plain(register(id, None))).collect())
            .await;
        if balance > 0 {
            self.all_done(users.iter().map(|&id| plain(charge(id, balance))).collect())
                .await;
        }
        users
    }

    /// A product with `stock` pieces on hand.
    pub(super) async fn product(&self, price: i64, stock: i64) -> ProductId {
        let id = self.fresh_product_id();
        self.done(put_product(id, price, stock)).await;
        id
    }

    /// A campaign that is in date, of `amount` off.
    pub(super) async fn campaign(&self, amount: i64, quantity: i64) -> Campaign {
        expect::campaign(self.done(create_campaign(amount, quantity)).await)
    }

    /// A coupon that the user did not hold before.
    pub(super) async fn coupon(&self, campaign: CampaignId, user: UserId) -> Coupon {
        expect::coupon(self.done(issue(campaign, user)).await)
    }

    /// An order that nothing stands in the way of.
    pub(super) async fn order(&self, user: UserId, items: &[(ProductId, i64)]) -> Arc<Order> {
        expect::order(self.done(place(user, items)).await)
    }

    /// The time as the engine tells it: cases read no clock of their own.
    pub(super) async fn now(&self) -> Timestamp {
        let id = self.fresh_user_id();
        expect::user(self.done(register(id, None)).await).created_at
    }

    /// Decides all at once and takes for granted that all are done.
    pub(super) async fn all_done(&self, requests: Vec<Request>) {
        for decision in self.at_once(requests).await {
            assert!(
                matches!(decision, Decision::Done(_)),
                "should be done: {decision:?}"
            );
        }
    }
}
