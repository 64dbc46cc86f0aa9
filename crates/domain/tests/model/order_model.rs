//! The third section of the contract: what stands in the way of an order, and
//! what it costs.

use crate::model::{MAX, Model};
use crate::vocabulary::{Coupon, Expected, Line, Off, OrderTerms, Pick, Product, Quote};

/// An order priced and judged.
pub(crate) struct Assessment {
    pub(crate) quote: Quote,
    pub(crate) lines: Vec<Line>,
}

/// A product and how many pieces of it, and where it was first named.
struct Wanted {
    product: i128,
    quantity: i128,
    index: usize,
}

impl Assessment {
    pub(crate) fn of(model: &Model, now: i128, terms: &OrderTerms) -> Self {
        match judge(model, now, terms) {
            Ok(assessment) => assessment,
            // Alone: nothing else is looked at.
            Err(pointer) => {
                let rejections = vec![format!("validation-failed {pointer}")];
                let quote = Quote {
                    subtotal: None,
                    discount: None,
                    total: None,
                    balance: None,
                    rejections,
                };
                Self {
                    quote,
                    lines: Vec::new(),
                }
            }
        }
    }
}

fn judge(model: &Model, now: i128, terms: &OrderTerms) -> Result<Assessment, String> {
    let user = i128::from(terms.user);
    let wanted = merge(&terms.items)?;
    let mut lines = price(model, &wanted)?;
    let known = lines.len() == wanted.len();
    let sum: i128 = lines.iter().map(|line| line.amount).sum();
    if known && sum > MAX {
        return Err("/items".into());
    }
    let subtotal = known.then_some(sum);

    let mut rejections = Vec::new();
    let balance = model.user(user).map(|_| model.balance(user));
    if balance.is_none() {
        rejections.push(format!("user-not-found {user}"));
    }
    rejections.extend(judge_products(model, user, &wanted));
    let mut discount = Some(0);
    if let Some(pick) = terms.coupon {
        match usable(model, now, user, pick, subtotal) {
            Ok(off) => discount = subtotal.map(|subtotal| taken_off(off, subtotal)),
            Err(reason) => rejections.push(format!("invalid-coupon {} {reason}", named(pick))),
        }
    }
    let total = subtotal
        .zip(discount)
        .map(|(subtotal, discount)| subtotal - discount);
    if let (Some(total), Some(balance)) = (total, balance)
        && balance < total
    {
        rejections.push(format!("insufficient-balance {total} of {balance}"));
    }
    if let (Some(total), Some(Expected::Exactly(expected))) = (total, terms.expected)
        && total != i128::from(expected)
    {
        rejections.push(format!("price-changed {expected} is {total}"));
    }
    spread(&mut lines, discount.unwrap_or(0));
    Ok(Assessment {
        quote: Quote {
            subtotal,
            discount,
            total,
            balance,
            rejections,
        },
        lines,
    })
}

/// Lines that name the same product are one line.
fn merge(items: &[(i64, i64)]) -> Result<Vec<Wanted>, String> {
    let mut wanted: Vec<Wanted> = Vec::new();
    for (index, (product, quantity)) in items.iter().enumerate() {
        let (product, quantity) = (i128::from(*product), i128::from(*quantity));
        let position = wanted.iter().position(|it| it.product == product);
        let position = position.unwrap_or_else(|| {
            wanted.push(Wanted {
                product,
                quantity: 0,
                index,
            });
            wanted.len() - 1
        });
        wanted[position].quantity += quantity;
        if wanted[position].quantity > MAX {
            return Err(format!("/items/{index}/quantity"));
        }
    }
    Ok(wanted)
}

fn price(model: &Model, wanted: &[Wanted]) -> Result<Vec<Line>, String> {
    let mut lines = Vec::new();
    for it in wanted {
        let Some(product) = model.product(it.product) else {
            continue;
        };
        let amount = product.price * it.quantity;
        if amount > MAX {
            return Err(format!("/items/{}/quantity", it.index));
        }
        let Product { name, price, .. } = product;
        let (product, quantity) = (it.product, it.quantity);
        lines.push(Line {
            product,
            name,
            quantity,
            price,
            amount,
            discount: 0,
        });
    }
    Ok(lines)
}

/// A list for each rule, one after the other.
fn judge_products(model: &Model, user: i128, wanted: &[Wanted]) -> Vec<String> {
    let [mut unknown, mut inactive, mut short, mut exceeded] = [const { Vec::new() }; 4];
    for it in wanted {
        let id = it.product;
        let Some(product) = model.product(id) else {
            unknown.push(format!("product-not-found {id}"));
            continue;
        };
        if !product.active {
            inactive.push(format!("product-not-for-sale {id}"));
        }
        if product.stock < it.quantity {
            short.push(format!(
                "out-of-stock {id}: {} of {}",
                it.quantity, product.stock
            ));
        }
        let bought = model.bought(id, user);
        if let Some(limit) = product.limit
            && limit < bought + it.quantity
        {
            let quantity = it.quantity;
            exceeded.push(format!(
                "purchase-limit-exceeded {id}: {bought} and {quantity} of {limit}"
            ));
        }
    }
    [unknown, inactive, short, exceeded].concat()
}

/// What the coupon is worth, or the first reason against it.
fn usable(
    model: &Model,
    now: i128,
    user: i128,
    pick: Pick,
    subtotal: Option<i128>,
) -> Result<Off, &'static str> {
    let Some((
        campaign,
        Coupon {
            user: owner, used, ..
        },
    )) = model.coupon(pick)
    else {
        return Err("NOT_FOUND");
    };
    let campaigns = model.campaigns();
    let offer = campaigns
        .iter()
        .find(|it| it.id == campaign)
        .ok_or("NOT_FOUND")?;
    let reasons = [
        ("NOT_OWNER", owner != user),
        ("ALREADY_USED", used.is_some()),
        ("NOT_YET_VALID", now < offer.from),
        ("EXPIRED", offer.until <= now),
        (
            "MINIMUM_NOT_MET",
            matches!((offer.minimum, subtotal), (Some(least), Some(sum)) if sum < least),
        ),
    ];
    match reasons.into_iter().find(|(_, holds)| *holds) {
        Some((reason, _)) => Err(reason),
        None => Ok(offer.discount),
    }
}

fn named(pick: Pick) -> String {
    crate::model::ordinal(pick).map_or("unknown".into(), |ordinal| format!("#{ordinal}"))
}

fn taken_off(off: Off, subtotal: i128) -> i128 {
    let wished = match off {
        Off::Fixed(amount) => i128::from(amount),
        Off::Percent(percent, most) => {
            let share = subtotal * i128::from(percent) / 100;
            most.map_or(share, |most| share.min(i128::from(most)))
        }
    };
    wished.min(subtotal)
}

/// By largest remainder: everyone gets the whole part of their share, and what
/// is left goes out one by one, to the largest fraction first.
fn spread(lines: &mut [Line], discount: i128) {
    let subtotal: i128 = lines.iter().map(|line| line.amount).sum();
    if subtotal == 0 {
        return;
    }
    let mut fractions = Vec::new();
    for line in lines.iter_mut() {
        line.discount = discount * line.amount / subtotal;
        fractions.push(discount * line.amount % subtotal);
    }
    while lines.iter().map(|line| line.discount).sum::<i128>() < discount {
        let mut largest = 0;
        for index in 0..fractions.len() {
            if fractions[index] > fractions[largest] {
                largest = index;
            }
        }
        lines[largest].discount += 1;
        fractions[largest] = -1;
    }
}
