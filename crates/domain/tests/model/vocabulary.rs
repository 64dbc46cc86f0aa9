//! What the scripts, the model and the comparison speak: plain numbers, none
//! of the domain's types.

/// One request of a script and when it is decided.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// By how much the clock moves before it, in microseconds; it may step back.
    pub(crate) advance: i64,
    /// One of a few idempotency keys.
    pub(crate) key: Option<u8>,
    /// Who asks, where somebody is named.
    pub(crate) by: Option<&'static str>,
    pub(crate) action: Action,
}

/// What is asked for. Orders, coupons and earlier steps are chosen by number
/// ([`Pick`]) until the script is played, by ordinal afterwards.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Action {
    Register {
        user: i64,
        name: Option<&'static str>,
    },
    Charge {
        user: i64,
        amount: i64,
        reference: Option<&'static str>,
    },
    AdjustBalance {
        user: i64,
        amount: i64,
        reason: &'static str,
    },
    PutProduct {
        product: i64,
        terms: ProductTerms,
        condition: Condition,
    },
    AdjustStock {
        product: i64,
        delta: i64,
        reason: Option<&'static str>,
    },
    CreateCampaign(CampaignTerms),
    IssueCoupon {
        campaign: i64,
        user: i64,
    },
    PlaceOrder(OrderTerms),
    CancelOrder {
        order: Pick,
        restock: bool,
        reason: Option<&'static str>,
    },
    /// An earlier step again, with its key.
    Repeat(Pick),
}

/// A choice among things that exist when the script is played.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Pick {
    /// The n-th, counted around.
    Any(usize),
    /// The n-th of the user's own, or of the product's own, newest first.
    Own(usize),
    /// Made definite.
    Ordinal(usize),
    /// None that exists.
    Unknown,
}

/// What an edit of a product expects of it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Condition {
    Nothing,
    Absent,
    Present,
    /// That it is what one of these puts of any product made of it.
    AsPutBy(Vec<Pick>),
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct ProductTerms {
    pub(crate) name: &'static str,
    pub(crate) price: i64,
    pub(crate) stock: Option<i64>,
    pub(crate) active: bool,
    pub(crate) limit: Option<i64>,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct CampaignTerms {
    pub(crate) discount: Off,
    pub(crate) minimum: Option<i64>,
    /// Relative to the clock until the script is played, absolute afterwards.
    pub(crate) from: i64,
    pub(crate) until: i64,
    pub(crate) quantity: i64,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Off {
    Fixed(i64),
    Percent(i64, Option<i64>),
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct OrderTerms {
    pub(crate) user: i64,
    pub(crate) items: Vec<(i64, i64)>,
    pub(crate) coupon: Option<Pick>,
    pub(crate) expected: Option<Expected>,
}

/// The total that a shopper was shown.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Expected {
    /// What a quote tells just before.
    Quoted,
    Exactly(i64),
}

/// What became of a step.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Outcome {
    Done(Reply),
    Replayed(Reply),
    /// Each with its code and all of its figures, in order.
    Rejected(Vec<String>),
}

/// Everything an answer shows; orders and coupons by ordinal.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Reply {
    User {
        id: i128,
        name: Option<String>,
        balance: i128,
        since: i128,
        created: bool,
    },
    Entry(Entry),
    Product(Product),
    Stock {
        product: i128,
        delta: i128,
        stock: i128,
        reason: Option<String>,
        at: i128,
    },
    Campaign(Campaign),
    Coupon {
        coupon: Coupon,
        campaign: Campaign,
        created: bool,
    },
    Order(Order),
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Entry {
    pub(crate) user: i128,
    pub(crate) kind: &'static str,
    pub(crate) amount: i128,
    pub(crate) balance: i128,
    pub(crate) order: Option<usize>,
    pub(crate) note: Option<String>,
    pub(crate) at: i128,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Product {
    pub(crate) id: i128,
    pub(crate) name: String,
    pub(crate) price: i128,
    pub(crate) stock: i128,
    pub(crate) active: bool,
    pub(crate) limit: Option<i128>,
    pub(crate) since: i128,
    pub(crate) created: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Campaign {
    pub(crate) id: i128,
    pub(crate) discount: Off,
    pub(crate) minimum: Option<i128>,
    pub(crate) from: i128,
    pub(crate) until: i128,
    pub(crate) quantity: i128,
    pub(crate) issued: i128,
    pub(crate) since: i128,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Coupon {
    pub(crate) ordinal: usize,
    pub(crate) user: i128,
    pub(crate) sequence: i128,
    /// The order that used it, and when.
    pub(crate) used: Option<(usize, i128)>,
    pub(crate) since: i128,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Order {
    pub(crate) ordinal: usize,
    pub(crate) user: i128,
    pub(crate) lines: Vec<Line>,
    pub(crate) coupon: Option<usize>,
    pub(crate) subtotal: i128,
    pub(crate) discount: i128,
    pub(crate) total: i128,
    pub(crate) balance: i128,
    pub(crate) at: i128,
    /// When, why and whether restocked.
    pub(crate) cancelled: Option<(i128, Option<String>, bool)>,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Line {
    pub(crate) product: i128,
    pub(crate) name: String,
    pub(crate) quantity: i128,
    pub(crate) price: i128,
    pub(crate) amount: i128,
    pub(crate) discount: i128,
}

/// One line of the history of changes.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Change {
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) before: Option<Subject>,
    pub(crate) after: Subject,
    pub(crate) reason: Option<String>,
    pub(crate) at: i128,
}

/// What a change is of, as it was then.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Subject {
    User {
        id: i128,
        name: Option<String>,
        balance: i128,
    },
    Product(Product),
    Campaign(Campaign),
    Order(Order),
}

/// What an order would cost; what cannot be known is `None`.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Quote {
    pub(crate) subtotal: Option<i128>,
    pub(crate) discount: Option<i128>,
    pub(crate) total: Option<i128>,
    pub(crate) balance: Option<i128>,
    pub(crate) rejections: Vec<String>,
}
