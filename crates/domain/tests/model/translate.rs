//! From the script's words to the domain's and back.

use jumun_domain::{
    AdjustBalance, AdjustStock, Answer, CampaignId, CancelOrder, Charge, Command, CouponId,
    CreateCampaign, Decision, Discount, EntityTag, EntryKind, IssueCoupon, OrderId, PlaceOrder,
    Precondition, ProductId, PutProduct, RawDiscount, RegisterUser, Rejection, Timestamp, UserId,
    Violation,
};
use uuid::Uuid;

use crate::vocabulary::{
    Action, Campaign, Change, Condition, Coupon, Entry, Expected, Line, Off, Order, OrderTerms,
    Outcome, Pick, Product, Quote, Reply, Subject,
};

/// The ids of orders and coupons in the order in which they were made, and the
/// tag that each put of a product was answered with.
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) orders: Vec<OrderId>,
    pub(crate) coupons: Vec<CouponId>,
    tags: Vec<EntityTag>,
}

fn user(id: i64) -> UserId {
    UserId::new(id).expect("scripts name valid users")
}

fn product(id: i64) -> ProductId {
    ProductId::new(id).expect("scripts name valid products")
}

impl Names {
    pub(crate) fn command(&self, action: &Action) -> Result<Command, Vec<Violation>> {
        Ok(match action {
            Action::Register { user: id, name } => {
                Command::RegisterUser(RegisterUser::new(user(*id), *name)?)
            }
            Action::Charge {
                user: id,
                amount,
                reference,
            } => Command::Charge(Charge::new(user(*id), *amount, *reference)?),
            Action::AdjustBalance {
                user: id,
                amount,
                reason,
            } => Command::AdjustBalance(AdjustBalance::new(user(*id), *amount, reason)?),
            Action::PutProduct {
                product: id,
                terms,
                condition,
            } => {
                let put = PutProduct::new(
                    product(*id),
                    terms.name,
                    terms.price,
                    terms.stock,
                    terms.active,
                    terms.limit,
                )?;
                Command::PutProduct(put.expecting(self.precondition(condition)))
            }
            Action::AdjustStock {
                product: id,
                delta,
                reason,
            } => Command::AdjustStock(AdjustStock::new(product(*id), *delta, *reason)?),
            Action::CreateCampaign(terms) => {
                let discount = match terms.discount {
                    Off::Fixed(amount) => RawDiscount::Fixed { amount },
                    Off::Percent(percent, max_amount) => RawDiscount::Percent {
                        percent,
                        max_amount,
                    },
                };
                Command::CreateCampaign(CreateCampaign::new(
                    "campaign",
                    discount,
                    terms.minimum,
                    Timestamp::from_micros(terms.from),
                    Timestamp::from_micros(terms.until),
                    terms.quantity,
                )?)
            }
            Action::IssueCoupon { campaign, user: id } => Command::IssueCoupon(IssueCoupon {
                campaign_id: CampaignId::new(*campaign).expect("scripts name valid campaigns"),
                user_id: user(*id),
            }),
            Action::PlaceOrder(terms) => Command::PlaceOrder(self.place_order(terms)?),
            Action::CancelOrder {
                order,
                restock,
                reason,
            } => {
                let order_id = match order {
                    Pick::Ordinal(ordinal) => self.orders[*ordinal],
                    _ => OrderId(Uuid::max()),
                };
                Command::CancelOrder(CancelOrder::new(order_id, *reason, *restock)?)
            }
            Action::Repeat(_) => unreachable!("resolved before"),
        })
    }

    fn precondition(&self, condition: &Condition) -> Precondition {
        let tag = |pick: &Pick| match pick {
            Pick::Ordinal(ordinal) => self.tags[*ordinal],
            // No digest is like this, as far as anybody knows.
            _ => EntityTag::parse(&"0".repeat(32)).expect("hexadecimal digits"),
        };
        match condition {
            Condition::Nothing => Precondition::Nothing,
            Condition::Absent => Precondition::Absent,
            Condition::Present => Precondition::Present,
            Condition::AsPutBy(picks) => Precondition::AnyOf(picks.iter().map(tag).collect()),
        }
    }

    pub(crate) fn place_order(&self, terms: &OrderTerms) -> Result<PlaceOrder, Vec<Violation>> {
        let coupon_id = terms.coupon.map(|pick| match pick {
            Pick::Ordinal(ordinal) => self.coupons[ordinal],
            _ => CouponId(Uuid::max()),
        });
        let expected = match terms.expected {
            Some(Expected::Exactly(total)) => Some(total),
            _ => None,
        };
        PlaceOrder::new(
            user(terms.user),
            terms.items.iter().copied(),
            coupon_id,
            expected,
        )
    }

    /// What a decision says; what it made anew gets the next ordinal.
    pub(crate) fn outcome(&mut self, decision: &Decision) -> Outcome {
        match decision {
            Decision::Done(answer) => {
                match answer {
                    Answer::OrderPlaced(order) => self.orders.push(order.id),
                    Answer::Product { product, .. } => self.tags.push(product.entity_tag()),
                    Answer::Coupon {
                        coupon,
                        created: true,
                        ..
                    } => self.coupons.push(coupon.id),
                    _ => {}
                }
                Outcome::Done(self.reply(answer))
            }
            Decision::Replayed(answer) => Outcome::Replayed(self.reply(answer)),
            Decision::Rejected(rejections) => {
                Outcome::Rejected(rejections.iter().map(|it| self.words(it)).collect())
            }
        }
    }

    pub(crate) fn quote(&self, quote: &jumun_domain::Quote) -> Quote {
        let plain = |figure: Option<jumun_domain::Money>| figure.map(|it| i128::from(it.get()));
        Quote {
            subtotal: plain(quote.subtotal),
            discount: plain(quote.discount),
            total: plain(quote.total),
            balance: plain(quote.balance),
            rejections: quote.rejections.iter().map(|it| self.words(it)).collect(),
        }
    }

    fn reply(&self, answer: &Answer) -> Reply {
        match answer {
            Answer::User { user, created } => Reply::User {
                id: user.id.get().into(),
                name: user.name.as_deref().map(str::to_owned),
                balance: user.balance.get().into(),
                since: micros(user.created_at),
                created: *created,
            },
            Answer::Credited(entry) => Reply::Entry(self.entry(entry)),
            Answer::Product { product, created } => {
                Reply::Product(plain_product(product, *created))
            }
            Answer::StockAdjusted(it) => {
                assert!(!it.opening, "{it:?}");
                Reply::Stock {
                    product: it.product_id.get().into(),
                    delta: it.delta.get().into(),
                    stock: it.stock.get().into(),
                    reason: it.reason.as_deref().map(str::to_owned),
                    at: micros(it.created_at),
                }
            }
            Answer::CampaignCreated(campaign) => Reply::Campaign(plain_campaign(campaign)),
            Answer::Coupon {
                coupon,
                campaign,
                created,
            } => {
                assert_eq!(coupon.campaign_id, campaign.id);
                Reply::Coupon {
                    coupon: Coupon {
                        ordinal: self.coupon(coupon.id),
                        user: coupon.user_id.get().into(),
                        sequence: coupon.sequence.get().into(),
                        used: coupon
                            .used
                            .map(|used| (self.order(used.order_id), micros(used.at))),
                        since: micros(coupon.created_at),
                    },
                    campaign: plain_campaign(campaign),
                    created: *created,
                }
            }
            Answer::OrderPlaced(order) | Answer::OrderCancelled(order) => {
                Reply::Order(self.plain_order(order))
            }
        }
    }

    /// A line of the history of changes.
    pub(crate) fn change(&self, change: &jumun_domain::Change) -> Change {
        let user = |it: &jumun_domain::User| Subject::User {
            id: it.id.get().into(),
            name: it.name.as_deref().map(str::to_owned),
            balance: it.balance.get().into(),
        };
        let product = |it| Subject::Product(plain_product(it, false));
        let order = |it| Subject::Order(self.plain_order(it));
        let (before, after) = match &change.subject {
            jumun_domain::Subject::User(before, after) => (before.as_ref().map(user), user(after)),
            jumun_domain::Subject::Product(before, after) => {
                (before.as_ref().map(product), product(after))
            }
            jumun_domain::Subject::Campaign(it) => (None, Subject::Campaign(plain_campaign(it))),
            jumun_domain::Subject::Order(before, after) => (Some(order(before)), order(after)),
        };
        Change {
            actor: change.actor.as_str().into(),
            action: change.action.name().into(),
            before,
            after,
            reason: change.reason.as_deref().map(str::to_owned),
            at: micros(change.at),
        }
    }

    fn entry(&self, entry: &jumun_domain::Entry) -> Entry {
        Entry {
            user: entry.user_id.get().into(),
            kind: match entry.kind {
                EntryKind::Charge => "CHARGE",
                EntryKind::Payment => "PAYMENT",
                EntryKind::Refund => "REFUND",
                EntryKind::Adjustment => "ADJUSTMENT",
            },
            amount: entry.amount.get().into(),
            balance: entry.balance_after.get().into(),
            order: entry.order_id.map(|id| self.order(id)),
            note: entry
                .reference
                .as_deref()
                .or(entry.reason.as_deref())
                .map(str::to_owned),
            at: micros(entry.created_at),
        }
    }

    fn plain_order(&self, order: &jumun_domain::Order) -> Order {
        let lines = order.lines.iter().map(|line| Line {
            product: line.product_id.get().into(),
            name: line.name.as_ref().into(),
            quantity: line.quantity.get().into(),
            price: line.unit_price.get().into(),
            amount: line.amount.get().into(),
            discount: line.discount.get().into(),
        });
        let cancelled = order.cancellation.as_ref().map(|it| {
            (
                micros(it.at),
                it.reason.as_deref().map(str::to_owned),
                it.restocked,
            )
        });
        Order {
            ordinal: self.order(order.id),
            user: order.user_id.get().into(),
            lines: lines.collect(),
            coupon: order.coupon_id.map(|id| self.coupon(id)),
            subtotal: order.subtotal.get().into(),
            discount: order.discount.get().into(),
            total: order.total.get().into(),
            balance: order.balance_after.get().into(),
            at: micros(order.created_at),
            cancelled,
        }
    }

    fn order(&self, id: OrderId) -> usize {
        self.orders
            .iter()
            .position(|it| *it == id)
            .expect("an order that was placed")
    }

    fn coupon(&self, id: CouponId) -> usize {
        self.coupons
            .iter()
            .position(|it| *it == id)
            .expect("a coupon that was issued")
    }

    fn words(&self, rejection: &Rejection) -> String {
        let code = rejection.code();
        match rejection {
            Rejection::ValidationFailed(violations) => pointers(violations),
            Rejection::IdempotencyKeyReused => code.into(),
            Rejection::UserNotFound { user_id } => format!("{code} {user_id}"),
            Rejection::ProductNotFound { product_id }
            | Rejection::ProductNotForSale { product_id }
            | Rejection::PreconditionFailed { product_id } => format!("{code} {product_id}"),
            Rejection::OutOfStock {
                product_id,
                requested,
                available,
            } => {
                format!("{code} {product_id}: {requested} of {available}")
            }
            Rejection::PurchaseLimitExceeded {
                product_id,
                limit,
                bought,
                requested,
            } => {
                format!("{code} {product_id}: {bought} and {requested} of {limit}")
            }
            Rejection::InvalidCoupon { coupon_id, reason } => {
                let named = match coupon_id {
                    None => "-".into(),
                    Some(id) => match self.coupons.iter().position(|it| it == id) {
                        Some(ordinal) => format!("#{ordinal}"),
                        None => "unknown".into(),
                    },
                };
                format!("{code} {named} {}", reason.code())
            }
            Rejection::InsufficientBalance { required, balance } => {
                format!("{code} {required} of {balance}")
            }
            Rejection::PriceChanged {
                expected_total,
                total,
            } => {
                format!("{code} {expected_total} is {total}")
            }
            Rejection::OrderNotFound { order_id } => {
                assert!(!self.orders.contains(order_id), "{order_id} was placed");
                code.into()
            }
            Rejection::OrderNotCancellable { order_id } => {
                format!("{code} {}", self.order(*order_id))
            }
            Rejection::CampaignNotFound { campaign_id }
            | Rejection::CouponSoldOut { campaign_id } => format!("{code} {campaign_id}"),
        }
    }
}

pub(crate) fn pointers(violations: &[Violation]) -> String {
    let pointers: Vec<_> = violations.iter().map(|it| it.pointer.as_str()).collect();
    format!("validation-failed {}", pointers.join(" "))
}

fn micros(time: Timestamp) -> i128 {
    time.as_micros().into()
}

fn plain_product(product: &jumun_domain::Product, created: bool) -> Product {
    Product {
        id: product.id.get().into(),
        name: product.name.as_ref().into(),
        price: product.price.get().into(),
        stock: product.stock.get().into(),
        active: product.active,
        limit: product.max_per_user.map(|limit| limit.get().into()),
        since: micros(product.created_at),
        created,
    }
}

fn plain_campaign(campaign: &jumun_domain::Campaign) -> Campaign {
    Campaign {
        id: campaign.id.get().into(),
        discount: match campaign.discount {
            Discount::Fixed { amount } => Off::Fixed(amount.get()),
            Discount::Percent {
                percent,
                max_amount,
            } => Off::Percent(percent.into(), max_amount.map(|most| most.get())),
        },
        minimum: campaign.minimum_subtotal.map(|least| least.get().into()),
        from: micros(campaign.valid_from),
        until: micros(campaign.valid_until),
        quantity: campaign.quantity.get().into(),
        issued: campaign.issued.get().into(),
        since: micros(campaign.created_at),
    }
}
