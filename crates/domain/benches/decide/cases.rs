//! One request of each kind, with the rows that an engine gathers for it.

use std::fmt;

use jumun_domain::{
    AdjustBalance, AdjustStock, Answer, Campaign, CampaignId, CancelOrder, Charge, Command, Coupon,
    CouponId, CreateCampaign, Decision, Discount, IdSequence, IssueCoupon, PlaceOrder, PutProduct,
    RawDiscount, RegisterUser, Request, Stamp, Timestamp, Units, UserId, WorkingSet, decide,
};

use crate::shop::{NOW, PRICE, holding, key, money, order, product, product_id, user, user_id};

/// Who asks for everything.
const SHOPPER: i64 = 7;
/// The key of every order.
const KEY: &str = "0192f4c8-6e8a-7000-8000-000000000001";
/// What a coupon takes off.
const DISCOUNT: i64 = 5_000;
/// How long before and after the decision the campaign runs.
const HALF_A_TERM_MICROS: i64 = 1_000_000;

/// What is decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Case {
    /// An order of so many lines.
    PlaceOrder(i64),
    /// An order of three lines that uses a coupon.
    PlaceOrderWithCoupon,
    /// An order of three lines, of which one is sold out.
    PlaceOrderRefused,
    /// An order of three lines that was placed before under the same key.
    PlaceOrderReplayed,
    /// A cancel of an order of three lines, with its stock put back.
    CancelOrder,
    /// Money for a user.
    Charge,
    /// A correction of a balance.
    AdjustBalance,
    /// A new user.
    RegisterUser,
    /// A new product.
    PutProduct,
    /// More stock.
    AdjustStock,
    /// A new campaign.
    CreateCampaign,
    /// A coupon for a user.
    IssueCoupon,
}

impl Case {
    /// Every case, in the order of the table.
    pub(crate) const ALL: [Self; 14] = [
        Self::PlaceOrder(1),
        Self::PlaceOrder(3),
        Self::PlaceOrder(20),
        Self::PlaceOrderWithCoupon,
        Self::PlaceOrderRefused,
        Self::PlaceOrderReplayed,
        Self::CancelOrder,
        Self::Charge,
        Self::AdjustBalance,
        Self::RegisterUser,
        Self::PutProduct,
        Self::AdjustStock,
        Self::CreateCampaign,
        Self::IssueCoupon,
    ];

    /// Whether this is the decision that the case is about.
    pub(crate) fn expects(self, decision: &Decision) -> bool {
        match self {
            Self::PlaceOrderRefused => matches!(decision, Decision::Rejected(_)),
            Self::PlaceOrderReplayed => matches!(decision, Decision::Replayed(_)),
            _ => matches!(decision, Decision::Done(_)),
        }
    }

    /// The rows, and the request.
    pub(crate) fn prepare(self) -> (WorkingSet, Request) {
        match self {
            Self::PlaceOrder(lines) => ready(lines),
            Self::PlaceOrderWithCoupon => with_coupon(),
            Self::PlaceOrderRefused => {
                let (mut set, request) = ready(3);
                let last = product_id(3);
                set.products.load(last, Some(product(last, 0)));
                (set, request)
            }
            Self::PlaceOrderReplayed => {
                let (mut set, request) = ready(3);
                place(&mut set, &request);
                (set, request)
            }
            Self::CancelOrder => placed_and_cancelled(),
            Self::Charge => with_user(Charge::new(shopper(), PRICE, None).map(Command::Charge)),
            Self::AdjustBalance => with_user(
                AdjustBalance::new(shopper(), PRICE, "A correction").map(Command::AdjustBalance),
            ),
            Self::RegisterUser => {
                let mut set = WorkingSet::default();
                set.users.load(shopper(), None);
                let user = RegisterUser::new(shopper(), Some("A shopper"));
                (set, request(user.map(Command::RegisterUser)))
            }
            Self::PutProduct => {
                let mut set = WorkingSet::default();
                set.products.load(product_id(1), None);
                let product =
                    PutProduct::new(product_id(1), "Product", PRICE, Some(10), true, None);
                (set, request(product.map(Command::PutProduct)))
            }
            Self::AdjustStock => {
                let (set, _) = ready(1);
                let more = AdjustStock::new(product_id(1), 10, Some("A delivery"));
                (set, request(more.map(Command::AdjustStock)))
            }
            Self::CreateCampaign => create_campaign(),
            Self::IssueCoupon => issue_coupon(),
        }
    }
}

/// Its name in the table.
impl fmt::Display for Case {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PlaceOrder(1) => formatter.write_str("PlaceOrder, 1 line"),
            Self::PlaceOrder(lines) => write!(formatter, "PlaceOrder, {lines} lines"),
            other => write!(formatter, "{other:?}"),
        }
    }
}

fn shopper() -> UserId {
    user_id(SHOPPER)
}

/// An order of so many lines that can be placed.
fn ready(lines: i64) -> (WorkingSet, Request) {
    let request = order(shopper(), (1..=lines).map(|id| (id, 1)).collect(), KEY);
    (holding(std::slice::from_ref(&request)), request)
}

fn with_user<E: fmt::Debug>(command: Result<Command, E>) -> (WorkingSet, Request) {
    let mut set = WorkingSet::default();
    set.users.load(shopper(), Some(user(shopper())));
    (set, request(command))
}

fn request<E: fmt::Debug>(command: Result<Command, E>) -> Request {
    let command = command.expect("the bench asks for something valid");
    Request::new(command, None)
}

fn place(set: &mut WorkingSet, request: &Request) -> Decision {
    let mut ids = IdSequence::new(None, 2);
    let mut stamp = Stamp {
        now: NOW,
        ids: &mut ids,
    };
    decide(set, request, &mut stamp).expect("the set holds every row")
}

fn placed_and_cancelled() -> (WorkingSet, Request) {
    let (mut placing, order) = ready(3);
    let Decision::Done(Answer::OrderPlaced(placed)) = place(&mut placing, &order) else {
        panic!("the order to cancel was not placed");
    };
    // A later batch loads what this one has written.
    let mut set = holding(std::slice::from_ref(&order));
    for id in 1..=3 {
        let row = placing
            .products
            .get(&product_id(id))
            .expect("it was loaded");
        set.products.load(product_id(id), row.cloned());
    }
    let row = placing.users.get(&shopper()).expect("it was loaded");
    set.users.load(shopper(), row.cloned());
    let cancel = CancelOrder::new(placed.id, Some("Changed my mind"), true);
    set.orders.load(placed.id, Some(placed));
    (set, request(cancel.map(Command::CancelOrder)))
}

fn with_coupon() -> (WorkingSet, Request) {
    let (mut set, _) = ready(3);
    let campaign = campaign();
    let coupon = Coupon {
        id: CouponId(IdSequence::new(None, 3).next(NOW)),
        campaign_id: campaign.id,
        user_id: shopper(),
        sequence: campaign.issued,
        used: None,
        created_at: NOW,
    };
    let items = (1..=3).map(|id| (id, 1)).collect::<Vec<_>>();
    let order = PlaceOrder::new(shopper(), items.into_iter(), Some(coupon.id), None);
    let order = order.expect("the bench asks for something valid");
    set.campaigns.load(campaign.id, Some(campaign));
    set.coupons.load(coupon.id, Some(coupon));
    (
        set,
        Request::new(Command::PlaceOrder(order), Some(key(KEY))),
    )
}

fn issue_coupon() -> (WorkingSet, Request) {
    let campaign = campaign();
    let campaign_id = campaign.id;
    let issue = IssueCoupon {
        campaign_id,
        user_id: shopper(),
    };
    let (mut set, request) = with_user::<fmt::Error>(Ok(Command::IssueCoupon(issue)));
    set.holders.load((campaign_id, shopper()), None);
    set.campaigns.load(campaign_id, Some(campaign));
    (set, request)
}

fn create_campaign() -> (WorkingSet, Request) {
    let set = WorkingSet {
        next_campaign: Some(CampaignId::FIRST),
        ..WorkingSet::default()
    };
    let Campaign {
        valid_from,
        valid_until,
        ..
    } = campaign();
    let discount = RawDiscount::Fixed { amount: DISCOUNT };
    let campaign = CreateCampaign::new("Spring", discount, None, valid_from, valid_until, 1_000);
    (set, request(campaign.map(Command::CreateCampaign)))
}

/// A campaign that runs now.
fn campaign() -> Campaign {
    let at = |micros| Timestamp::from_micros(NOW.as_micros() + micros);
    let units = |count| Units::new(count).expect("counts of the bench are small");
    Campaign {
        id: CampaignId::FIRST,
        name: "Spring".into(),
        discount: Discount::Fixed {
            amount: money(DISCOUNT),
        },
        minimum_subtotal: None,
        valid_from: at(-HALF_A_TERM_MICROS),
        valid_until: at(HALF_A_TERM_MICROS),
        quantity: units(1_000),
        issued: units(1),
        created_at: at(-HALF_A_TERM_MICROS),
    }
}
