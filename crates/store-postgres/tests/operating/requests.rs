//! One request of every kind, every read, and what is kept of deliveries.

use jumun_domain::{
    AdjustBalance, AdjustStock, Answer, CampaignId, CancelOrder, Charge, Command, CouponId,
    CreateCampaign, IdempotencyKey, IssueCoupon, OrderId, PlaceOrder, ProductId, PutProduct,
    RawDiscount, RegisterUser, Timestamp, UserId,
};
use jumun_store::{Page, Readiness, Reads, Store as _};
use jumun_store_postgres::Target;

use crate::shop::{Shop, Tried, found, read};
use crate::{access, deliveries};

/// In date whatever the clock says: 1970 to about 2255.
const LONG_AGO: Timestamp = Timestamp::from_micros(0);
/// See [`LONG_AGO`].
const FAR_AHEAD: Timestamp = Timestamp::from_micros(9_000_000_000_000_000);

/// What the requests made.
struct Made {
    user: UserId,
    product: ProductId,
    campaign: CampaignId,
    order: OrderId,
    order_key: IdempotencyKey,
}

/// Opens the shop and asks for everything, with users and products of this
/// round. What fails first is told in words.
pub(crate) async fn all(target: &Target, round: i64) -> Tried<()> {
    let shop = Shop::open(target).await?;
    let asked = ask(&shop, round).await;
    shop.0.close().await;
    asked
}

async fn ask(shop: &Shop, round: i64) -> Tried<()> {
    let made = change(shop, round).await?;
    look_up(shop, &made).await?;
    deliveries::all(shop, round).await?;
    access::all(shop, round).await
}

/// Every command: new rows, changed rows, and answers that are remembered.
async fn change(shop: &Shop, round: i64) -> Tried<Made> {
    let user = UserId::new(round).expect("a user's id");
    let product = ProductId::new(round).expect("a product's id");
    let key = |name: &str| format!("{name}-{round}");
    for name in ["김주문", "이주문"] {
        let register = RegisterUser::new(user, Some(name)).expect("a user");
        shop.done(Command::RegisterUser(register)).await?;
    }
    let charge = Charge::new(user, 100_000, Some("card")).expect("a charge");
    shop.twice(Command::Charge(charge), &key("charge")).await?;
    let adjust = AdjustBalance::new(user, -1, "a correction").expect("an adjustment");
    shop.twice(Command::AdjustBalance(adjust), &key("adjust"))
        .await?;
    for price in [900, 1_000] {
        let put = PutProduct::new(product, "동백 비누", price, Some(10), true, Some(5));
        shop.done(Command::PutProduct(put.expect("a product")))
            .await?;
    }
    let adjust = AdjustStock::new(product, 5, Some("a delivery")).expect("an adjustment");
    shop.twice(Command::AdjustStock(adjust), &key("stock"))
        .await?;
    let campaign = campaign(shop, &key("campaign")).await?;
    let coupon = coupon(shop, campaign, user, &key("coupon")).await?;

    let order_key = key("order");
    let order = place(shop, user, product, Some(coupon), &order_key).await?;
    let cancelled = place(shop, user, product, None, &key("cancelled")).await?;
    let cancel = CancelOrder::new(cancelled, Some("changed my mind"), true).expect("a cancel");
    shop.twice(Command::CancelOrder(cancel), &key("cancel"))
        .await?;
    Ok(Made {
        user,
        product,
        campaign,
        order,
        order_key: IdempotencyKey::parse(&order_key).expect("a key"),
    })
}

async fn campaign(shop: &Shop, key: &str) -> Tried<CampaignId> {
    let discount = RawDiscount::Fixed { amount: 100 };
    let create = CreateCampaign::new("봄", discount, None, LONG_AGO, FAR_AHEAD, 10);
    let create = Command::CreateCampaign(create.expect("a campaign"));
    match shop.twice(create, key).await? {
        Answer::CampaignCreated(campaign) => Ok(campaign.id),
        other => Err(format!("no campaign: {other:?}")),
    }
}

async fn coupon(
    shop: &Shop,
    campaign_id: CampaignId,
    user_id: UserId,
    key: &str,
) -> Tried<CouponId> {
    let issue = Command::IssueCoupon(IssueCoupon {
        campaign_id,
        user_id,
    });
    shop.twice(issue.clone(), key).await?;
    // A holder asks again.
    match shop.done(issue).await? {
        Answer::Coupon { coupon, .. } => Ok(coupon.id),
        other => Err(format!("no coupon: {other:?}")),
    }
}

async fn place(
    shop: &Shop,
    user: UserId,
    product: ProductId,
    coupon: Option<CouponId>,
    key: &str,
) -> Tried<OrderId> {
    let order = order(user, product, coupon);
    match shop.twice(Command::PlaceOrder(order), key).await? {
        Answer::OrderPlaced(order) => Ok(order.id),
        other => Err(format!("no order: {other:?}")),
    }
}

fn order(user: UserId, product: ProductId, coupon: Option<CouponId>) -> PlaceOrder {
    let lines = [(product.get(), 1)].into_iter();
    PlaceOrder::new(user, lines, coupon, None).expect("an order")
}

/// Every read.
async fn look_up(shop: &Shop, made: &Made) -> Tried<()> {
    let store = &shop.0;
    let (user, product) = (made.user, made.product);
    found("a user", store.user(user).await)?;
    found("entries", store.entries(user, first()).await)?;
    found("coupons", store.coupons(user, first()).await)?;
    found("orders", store.orders(user, first()).await)?;
    found("an order", store.order(made.order).await)?;
    let by_key = store.order_by_key(user, made.order_key.clone());
    found("an order by its key", by_key.await)?;
    found("a product", store.product(product).await)?;
    let adjustments = store.stock_adjustments(product, first());
    found("stock adjustments", adjustments.await)?;
    found("a campaign", store.campaign(made.campaign).await)?;
    read("all orders", store.all_orders(first()).await)?;
    read("products", store.products(first()).await)?;
    read("campaigns", store.campaigns(first()).await)?;
    read("best sellers", store.best_sellers(LONG_AGO.hour(), 5).await)?;
    read("a quote", store.quote(order(user, product, None)).await)?;
    let events = read("events", Reads::events(store, 0, usize::MAX >> 1).await)?;
    if !events.iter().any(|it| it.event.order.id == made.order) {
        return Err(format!("the order's event is not there: {events:?}"));
    }
    match store.readiness().await {
        Readiness::Ready => Ok(()),
        Readiness::NotReady(why) => Err(why),
    }
}

fn first<K>() -> Page<K> {
    Page {
        after: None,
        limit: 50,
    }
}
