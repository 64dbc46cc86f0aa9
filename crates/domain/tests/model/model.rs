//! A second shop, written from the public contract alone: a list of what has
//! happened, from which every figure is summed up afresh. Slow and plain on
//! purpose; it shares no code and no type with the domain.

use crate::changes::Attempt;
use crate::order_model::Assessment;
use crate::vocabulary::{
    Action, Campaign, CampaignTerms, Change, Condition, Coupon, Entry, Order, OrderTerms, Outcome,
    Pick, Product, ProductTerms, Reply,
};

pub(crate) const MAX: i128 = 9_007_199_254_740_991;

/// Something that happened and is never undone.
#[derive(Clone, Debug)]
pub(crate) enum Fact {
    Registered {
        user: i128,
        name: Option<String>,
        at: i128,
    },
    /// Money that no order moved.
    Credited {
        user: i128,
        amount: i128,
    },
    Put {
        product: i128,
        terms: ProductTerms,
        at: i128,
    },
    Delivered {
        product: i128,
        delta: i128,
    },
    Opened {
        terms: CampaignTerms,
        at: i128,
    },
    Issued {
        campaign: i128,
        user: i128,
        at: i128,
    },
    /// The order as it was then.
    Paid(Order),
    Cancelled {
        order: usize,
        at: i128,
        reason: Option<String>,
        restock: bool,
    },
}

#[derive(Clone, PartialEq, Debug)]
enum Scope {
    User(i128),
    Product(i128),
    Campaigns,
}

#[derive(Default, Debug)]
pub(crate) struct Model {
    pub(crate) facts: Vec<Fact>,
    pub(crate) changes: Vec<Change>,
    answered: Vec<(Scope, u8, Action, Reply)>,
}

impl Model {
    /// What the contract says of this request now.
    pub(crate) fn play(
        &mut self,
        now: i128,
        key: Option<u8>,
        by: Option<&'static str>,
        action: &Action,
    ) -> Outcome {
        let invalid = crate::validity::faults(action);
        if !invalid.is_empty() {
            return Outcome::Rejected(vec![format!("validation-failed {}", invalid.join(" "))]);
        }
        let scope = self.scope(action);
        if let (Some(key), Some(scope)) = (key, &scope) {
            for (in_scope, name, request, reply) in &self.answered {
                if in_scope == scope && *name == key {
                    return if request == action {
                        Outcome::Replayed(reply.clone())
                    } else {
                        Outcome::Rejected(vec!["idempotency-key-reused".into()])
                    };
                }
            }
        }
        let attempt = Attempt::of(self, by, action);
        match self.act(now, action) {
            Ok(reply) => {
                if let Some(attempt) = attempt {
                    let line = attempt.done(self, now, action);
                    self.changes.push(line);
                }
                if let (Some(key), Some(scope)) = (key, scope) {
                    self.answered
                        .push((scope, key, action.clone(), reply.clone()));
                }
                Outcome::Done(reply)
            }
            Err(rejections) => Outcome::Rejected(rejections),
        }
    }

    fn scope(&self, action: &Action) -> Option<Scope> {
        match action {
            Action::Charge { user, .. }
            | Action::AdjustBalance { user, .. }
            | Action::IssueCoupon { user, .. } => Some(Scope::User(i128::from(*user))),
            Action::PlaceOrder(terms) => Some(Scope::User(i128::from(terms.user))),
            Action::CancelOrder { order, .. } => {
                self.order(*order).map(|order| Scope::User(order.user))
            }
            Action::AdjustStock { product, .. } => Some(Scope::Product(i128::from(*product))),
            Action::CreateCampaign(_) => Some(Scope::Campaigns),
            // A PUT needs no key.
            Action::Register { .. } | Action::PutProduct { .. } | Action::Repeat(_) => None,
        }
    }

    fn act(&mut self, now: i128, action: &Action) -> Result<Reply, Vec<String>> {
        match action {
            Action::Register { user, name } => Ok(self.register(now, i128::from(*user), *name)),
            Action::Charge {
                user,
                amount,
                reference,
            } => {
                let (user, amount) = (i128::from(*user), i128::from(*amount));
                self.credit(now, user, amount, "CHARGE", *reference)
            }
            Action::AdjustBalance {
                user,
                amount,
                reason,
            } => {
                let (user, amount) = (i128::from(*user), i128::from(*amount));
                self.credit(now, user, amount, "ADJUSTMENT", Some(reason))
            }
            Action::PutProduct {
                product,
                terms,
                condition,
            } => self.put(now, i128::from(*product), terms, condition),
            Action::AdjustStock {
                product,
                delta,
                reason,
            } => self.deliver(now, i128::from(*product), i128::from(*delta), *reason),
            Action::CreateCampaign(terms) => {
                self.facts.push(Fact::Opened {
                    terms: terms.clone(),
                    at: now,
                });
                Ok(Reply::Campaign(
                    self.campaigns().pop().expect("just opened"),
                ))
            }
            Action::IssueCoupon { campaign, user } => {
                self.issue(now, i128::from(*campaign), i128::from(*user))
            }
            Action::PlaceOrder(terms) => self.place(now, terms),
            Action::CancelOrder {
                order,
                restock,
                reason,
            } => self.cancel(now, *order, *restock, *reason),
            Action::Repeat(_) => unreachable!("resolved before"),
        }
    }

    fn register(&mut self, now: i128, user: i128, name: Option<&str>) -> Reply {
        let created = self.user(user).is_none();
        self.facts.push(Fact::Registered {
            user,
            name: name.map(str::to_owned),
            at: now,
        });
        let (name, since) = self.user(user).expect("just registered");
        Reply::User {
            id: user,
            name,
            balance: self.balance(user),
            since,
            created,
        }
    }

    fn credit(
        &mut self,
        now: i128,
        user: i128,
        amount: i128,
        kind: &'static str,
        note: Option<&str>,
    ) -> Result<Reply, Vec<String>> {
        if self.user(user).is_none() {
            return Err(vec![format!("user-not-found {user}")]);
        }
        let before = self.balance(user);
        let balance = before + amount;
        if balance < 0 {
            return Err(vec![format!(
                "insufficient-balance {} of {before}",
                -amount
            )]);
        }
        // Whatever is refunded later must fit too.
        if balance + self.refundable(user) > MAX {
            return Err(vec!["validation-failed /amount".into()]);
        }
        self.facts.push(Fact::Credited { user, amount });
        let note = note.map(str::to_owned);
        Ok(Reply::Entry(Entry {
            user,
            kind,
            amount,
            balance,
            order: None,
            note,
            at: now,
        }))
    }

    fn put(
        &mut self,
        now: i128,
        product: i128,
        terms: &ProductTerms,
        condition: &Condition,
    ) -> Result<Reply, Vec<String>> {
        let before = self.product(product);
        let created = before.is_none();
        let expected = match condition {
            Condition::Nothing => true,
            Condition::Absent => created,
            Condition::Present => !created,
            Condition::AsPutBy(picks) => before.is_some_and(|before| {
                let mut known = picks.iter().filter_map(|pick| self.put_by(*pick));
                known.any(|terms| catalogued(&before, &terms))
            }),
        };
        if !expected {
            return Err(vec![format!("precondition-failed {product}")]);
        }
        self.facts.push(Fact::Put {
            product,
            terms: terms.clone(),
            at: now,
        });
        let kept = self.product(product).expect("just put");
        Ok(Reply::Product(Product { created, ..kept }))
    }

    fn deliver(
        &mut self,
        now: i128,
        product: i128,
        delta: i128,
        reason: Option<&str>,
    ) -> Result<Reply, Vec<String>> {
        let Some(kept) = self.product(product) else {
            return Err(vec![format!("product-not-found {product}")]);
        };
        let stock = kept.stock + delta;
        if stock < 0 {
            return Err(vec![format!(
                "out-of-stock {product}: {} of {}",
                -delta, kept.stock
            )]);
        }
        if stock + self.returnable(product) > MAX {
            return Err(vec!["validation-failed /delta".into()]);
        }
        self.facts.push(Fact::Delivered { product, delta });
        let reason = reason.map(str::to_owned);
        Ok(Reply::Stock {
            product,
            delta,
            stock,
            reason,
            at: now,
        })
    }

    fn issue(&mut self, now: i128, campaign: i128, user: i128) -> Result<Reply, Vec<String>> {
        let Some(offer) = self.campaigns().into_iter().find(|it| it.id == campaign) else {
            return Err(vec![format!("campaign-not-found {campaign}")]);
        };
        if self.user(user).is_none() {
            return Err(vec![format!("user-not-found {user}")]);
        }
        let held = |model: &Self| {
            let mut coupons = model.coupons().into_iter();
            coupons.find(|(of, coupon)| *of == campaign && coupon.user == user)
        };
        if let Some((_, coupon)) = held(self) {
            return Ok(Reply::Coupon {
                coupon,
                campaign: offer,
                created: false,
            });
        }
        if now < offer.from {
            return Err(vec!["invalid-coupon - NOT_YET_VALID".into()]);
        }
        if now >= offer.until {
            return Err(vec!["invalid-coupon - EXPIRED".into()]);
        }
        if offer.issued == offer.quantity {
            return Err(vec![format!("coupon-sold-out {campaign}")]);
        }
        self.facts.push(Fact::Issued {
            campaign,
            user,
            at: now,
        });
        let (_, coupon) = held(self).expect("just issued");
        let campaign = Campaign {
            issued: offer.issued + 1,
            ..offer
        };
        Ok(Reply::Coupon {
            coupon,
            campaign,
            created: true,
        })
    }

    fn place(&mut self, now: i128, terms: &OrderTerms) -> Result<Reply, Vec<String>> {
        let assessment = Assessment::of(self, now, terms);
        let quote = &assessment.quote;
        if !quote.rejections.is_empty() {
            return Err(quote.rejections.clone());
        }
        let total = quote.total.expect("nothing is unknown");
        let order = Order {
            ordinal: self.orders().len(),
            user: i128::from(terms.user),
            lines: assessment.lines.clone(),
            coupon: terms.coupon.and_then(ordinal),
            subtotal: quote.subtotal.expect("nothing is unknown"),
            discount: quote.discount.expect("nothing is unknown"),
            total,
            balance: quote.balance.expect("nothing is unknown") - total,
            at: now,
            cancelled: None,
        };
        self.facts.push(Fact::Paid(order.clone()));
        Ok(Reply::Order(order))
    }

    fn cancel(
        &mut self,
        now: i128,
        order: Pick,
        restock: bool,
        reason: Option<&str>,
    ) -> Result<Reply, Vec<String>> {
        let Some(placed) = self.order(order) else {
            return Err(vec!["order-not-found".into()]);
        };
        if placed.cancelled.is_some() {
            return Err(vec![format!("order-not-cancellable {}", placed.ordinal)]);
        }
        let (order, reason) = (placed.ordinal, reason.map(str::to_owned));
        self.facts.push(Fact::Cancelled {
            order,
            at: now,
            reason,
            restock,
        });
        Ok(Reply::Order(self.orders().swap_remove(order)))
    }
}

/// Whether all of the product that a put replaces is as these terms have it.
fn catalogued(product: &Product, terms: &ProductTerms) -> bool {
    product.name == terms.name
        && product.price == i128::from(terms.price)
        && product.active == terms.active
        && product.limit == terms.limit.map(i128::from)
}

/// The number of something chosen, `None` for something that does not exist.
pub(crate) fn ordinal(pick: Pick) -> Option<usize> {
    match pick {
        Pick::Ordinal(ordinal) => Some(ordinal),
        Pick::Unknown => None,
        Pick::Any(_) | Pick::Own(_) => unreachable!("resolved before"),
    }
}

impl Model {
    pub(crate) fn coupon(&self, pick: Pick) -> Option<(i128, Coupon)> {
        ordinal(pick).and_then(|ordinal| self.coupons().into_iter().nth(ordinal))
    }

    fn put_by(&self, pick: Pick) -> Option<ProductTerms> {
        ordinal(pick)
            .and_then(|ordinal| self.puts().into_iter().nth(ordinal))
            .map(|(_, terms)| terms)
    }

    fn order(&self, pick: Pick) -> Option<Order> {
        ordinal(pick).and_then(|ordinal| self.orders().into_iter().nth(ordinal))
    }
}
