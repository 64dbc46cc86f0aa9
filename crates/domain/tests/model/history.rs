//! Every figure of the model, summed up from what has happened.

use crate::model::{Fact, Model};
use crate::vocabulary::{Campaign, Coupon, Order, Product, ProductTerms};

impl Model {
    /// The name and since when.
    pub(crate) fn user(&self, user: i128) -> Option<(Option<String>, i128)> {
        let mut found: Option<(Option<String>, i128)> = None;
        for fact in &self.facts {
            if let Fact::Registered { user: id, name, at } = fact
                && *id == user
            {
                let (kept, since) = found.unwrap_or((None, *at));
                found = Some((name.clone().or(kept), since));
            }
        }
        found
    }

    pub(crate) fn balance(&self, user: i128) -> i128 {
        let mut balance = 0;
        for fact in &self.facts {
            if let Fact::Credited { user: id, amount } = fact
                && *id == user
            {
                balance += amount;
            }
        }
        balance - self.refundable(user)
    }

    /// What the user would get back if every paid order were cancelled.
    pub(crate) fn refundable(&self, user: i128) -> i128 {
        let standing = self
            .orders()
            .into_iter()
            .filter(|it| it.cancelled.is_none());
        standing
            .filter(|it| it.user == user)
            .map(|it| it.total)
            .sum()
    }

    pub(crate) fn product(&self, product: i128) -> Option<Product> {
        let mut found: Option<Product> = None;
        for fact in &self.facts {
            match fact {
                Fact::Put {
                    product: id,
                    terms,
                    at,
                } if *id == product => {
                    let opening = i128::from(terms.stock.unwrap_or(0));
                    found = Some(Product {
                        id: product,
                        name: terms.name.into(),
                        price: i128::from(terms.price),
                        stock: found.as_ref().map_or(opening, |it| it.stock),
                        active: terms.active,
                        limit: terms.limit.map(i128::from),
                        since: found.as_ref().map_or(*at, |it| it.since),
                        created: false,
                    });
                }
                Fact::Delivered { product: id, delta } if *id == product => {
                    if let Some(product) = &mut found {
                        product.stock += delta;
                    }
                }
                _ => {}
            }
        }
        let mut product = found?;
        for order in self.orders() {
            let back = order
                .cancelled
                .as_ref()
                .is_some_and(|(_, _, restocked)| *restocked);
            if !back {
                product.stock -= pieces(&order, product.id);
            }
        }
        Some(product)
    }

    /// Every put that was done, and of which product.
    pub(crate) fn puts(&self) -> Vec<(i128, ProductTerms)> {
        let mut puts = Vec::new();
        for fact in &self.facts {
            if let Fact::Put { product, terms, .. } = fact {
                puts.push((*product, terms.clone()));
            }
        }
        puts
    }

    /// Pieces that would come back if every paid order were cancelled.
    pub(crate) fn returnable(&self, product: i128) -> i128 {
        let standing = self
            .orders()
            .into_iter()
            .filter(|it| it.cancelled.is_none());
        standing.map(|order| pieces(&order, product)).sum()
    }

    /// Pieces in one user's paid orders.
    pub(crate) fn bought(&self, product: i128, user: i128) -> i128 {
        let standing = self
            .orders()
            .into_iter()
            .filter(|it| it.cancelled.is_none());
        standing
            .filter(|it| it.user == user)
            .map(|order| pieces(&order, product))
            .sum()
    }

    pub(crate) fn campaigns(&self) -> Vec<Campaign> {
        let mut campaigns: Vec<Campaign> = Vec::new();
        for fact in &self.facts {
            match fact {
                Fact::Opened { terms, at } => campaigns.push(Campaign {
                    id: campaigns.len() as i128 + 1,
                    discount: terms.discount,
                    minimum: terms.minimum.map(i128::from),
                    from: i128::from(terms.from),
                    until: i128::from(terms.until),
                    quantity: i128::from(terms.quantity),
                    issued: 0,
                    since: *at,
                }),
                Fact::Issued { campaign, .. } => campaigns[*campaign as usize - 1].issued += 1,
                _ => {}
            }
        }
        campaigns
    }

    /// Every coupon and its campaign.
    pub(crate) fn coupons(&self) -> Vec<(i128, Coupon)> {
        let mut coupons: Vec<(i128, Coupon)> = Vec::new();
        for fact in &self.facts {
            if let Fact::Issued { campaign, user, at } = fact {
                let before = coupons.iter().filter(|(of, _)| of == campaign).count() as i128;
                coupons.push((
                    *campaign,
                    Coupon {
                        ordinal: coupons.len(),
                        user: *user,
                        sequence: before + 1,
                        used: None,
                        since: *at,
                    },
                ));
            }
        }
        for order in self.orders() {
            if let (Some(coupon), None) = (order.coupon, order.cancelled) {
                coupons[coupon].1.used = Some((order.ordinal, order.at));
            }
        }
        coupons
    }

    /// Every order as it is now.
    pub(crate) fn orders(&self) -> Vec<Order> {
        let mut orders: Vec<Order> = Vec::new();
        for fact in &self.facts {
            match fact {
                Fact::Paid(order) => orders.push(order.clone()),
                Fact::Cancelled {
                    order,
                    at,
                    reason,
                    restock,
                } => {
                    orders[*order].cancelled = Some((*at, reason.clone(), *restock));
                }
                _ => {}
            }
        }
        orders
    }
}

fn pieces(order: &Order, product: i128) -> i128 {
    order
        .lines
        .iter()
        .filter(|line| line.product == product)
        .map(|line| line.quantity)
        .sum()
}
