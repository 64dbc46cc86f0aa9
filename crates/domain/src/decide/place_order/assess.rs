//! What an order costs, and what stands in its way.

use crate::amount::{Money, Units};
use crate::command::PlaceOrder;
use crate::decide::{Stop, out_of_range};
use crate::id::{CouponId, ProductId};
use crate::order::Line;
use crate::rejection::{CouponFault, Rejection};
use crate::table::NotLoaded;
use crate::time::Timestamp;
use crate::working_set::WorkingSet;

/// An order priced and judged. What could not be known is `None`.
pub(super) struct Assessment {
    /// The known products' lines, without discounts.
    pub(super) lines: Vec<Line>,
    pub(super) subtotal: Option<Money>,
    pub(super) discount: Option<Money>,
    pub(super) total: Option<Money>,
    pub(super) balance: Option<Money>,
    pub(super) rejections: Vec<Rejection>,
}

/// Prices the order and collects its rejections in the documented order: user,
/// unknown products, products not for sale, short stock, purchase limits,
/// coupon, balance, expected total. Arithmetic that leaves the range comes
/// before all of them, alone.
pub(super) fn assess(
    set: &WorkingSet,
    command: &PlaceOrder,
    now: Timestamp,
) -> Result<Assessment, Stop> {
    let wanted = merge_lines(command)?;
    let mut rejections = Vec::new();

    let user_id = command.user_id;
    let balance = set.users.get(&user_id)?.map(|user| user.balance);
    if balance.is_none() {
        rejections.push(Rejection::UserNotFound { user_id });
    }

    let lines = price_lines(set, &wanted)?;
    judge_products(set, command, &wanted, &mut rejections)?;
    let subtotal = if lines.len() == wanted.len() {
        Some(sum(&lines)?)
    } else {
        None
    };

    let discount = match command.coupon_id {
        None => Some(Money::ZERO),
        Some(coupon_id) => match judge_coupon(set, command, coupon_id, subtotal, now)? {
            Ok(discount) => discount,
            Err(reason) => {
                rejections.push(Rejection::InvalidCoupon {
                    coupon_id: Some(coupon_id),
                    reason,
                });
                Some(Money::ZERO)
            }
        },
    };

    let total = match (subtotal, discount) {
        (Some(subtotal), Some(discount)) => Some(subtotal.saturating_sub(discount)),
        _ => None,
    };
    if let (Some(required), Some(balance)) = (total, balance)
        && required > balance
    {
        rejections.push(Rejection::InsufficientBalance { required, balance });
    }
    if let (Some(total), Some(expected_total)) = (total, command.expected_total)
        && total != expected_total
    {
        rejections.push(Rejection::PriceChanged {
            expected_total,
            total,
        });
    }
    Ok(Assessment {
        lines,
        subtotal,
        discount,
        total,
        balance,
        rejections,
    })
}

/// A product wanted, and which line of the request named it first.
struct Wanted {
    product_id: ProductId,
    quantity: Units,
    index: usize,
}

impl Wanted {
    fn out_of_range(&self) -> Rejection {
        out_of_range(format!("/items/{}/quantity", self.index))
    }
}

/// Lines that name the same product are one line, where it was first named.
fn merge_lines(command: &PlaceOrder) -> Result<Vec<Wanted>, Stop> {
    let mut wanted: Vec<Wanted> = Vec::with_capacity(command.lines.len());
    for (index, line) in command.lines.iter().enumerate() {
        // At most 100 lines: a scan is cheaper than a map.
        match wanted
            .iter_mut()
            .find(|it| it.product_id == line.product_id)
        {
            Some(it) => {
                let sum = it.quantity.checked_add(line.quantity);
                it.quantity =
                    sum.ok_or_else(|| out_of_range(format!("/items/{index}/quantity")))?;
            }
            None => wanted.push(Wanted {
                product_id: line.product_id,
                quantity: line.quantity,
                index,
            }),
        }
    }
    Ok(wanted)
}

fn price_lines(set: &WorkingSet, wanted: &[Wanted]) -> Result<Vec<Line>, Stop> {
    let mut lines = Vec::with_capacity(wanted.len());
    for it in wanted {
        if let Some(product) = set.products.get(&it.product_id)? {
            let amount = product
                .price
                .times(it.quantity)
                .ok_or_else(|| it.out_of_range())?;
            lines.push(Line {
                product_id: product.id,
                name: product.name.clone(),
                quantity: it.quantity,
                unit_price: product.price,
                amount,
                discount: Money::ZERO,
            });
        }
    }
    Ok(lines)
}

fn judge_products(
    set: &WorkingSet,
    command: &PlaceOrder,
    wanted: &[Wanted],
    rejections: &mut Vec<Rejection>,
) -> Result<(), NotLoaded> {
    // One pass a rule, since all of a rule's rejections come before the next rule's.
    for it in wanted {
        if set.products.get(&it.product_id)?.is_none() {
            rejections.push(Rejection::ProductNotFound {
                product_id: it.product_id,
            });
        }
    }
    let known = || {
        wanted
            .iter()
            .filter_map(|it| Some((it, set.products.get(&it.product_id).ok()??)))
    };
    for (it, product) in known() {
        if !product.active {
            rejections.push(Rejection::ProductNotForSale {
                product_id: it.product_id,
            });
        }
    }
    for (it, product) in known() {
        if it.quantity > product.stock {
            rejections.push(Rejection::OutOfStock {
                product_id: it.product_id,
                requested: it.quantity,
                available: product.stock,
            });
        }
    }
    for (it, product) in known() {
        if !product.counts_purchases {
            continue;
        }
        // Asked for without a limit too: the pieces will be counted.
        let bought = *set
            .purchases
            .get(&(product.id, command.user_id))?
            .ok_or(NotLoaded)?;
        let Some(limit) = product.max_per_user else {
            continue;
        };
        // A sum beyond the range is beyond every limit.
        if bought
            .checked_add(it.quantity)
            .is_none_or(|sum| sum > limit)
        {
            rejections.push(Rejection::PurchaseLimitExceeded {
                product_id: it.product_id,
                limit,
                bought,
                requested: it.quantity,
            });
        }
    }
    Ok(())
}

/// The discount of a usable coupon (`None` while the subtotal is unknown), or
/// the first reason for which it cannot be used.
fn judge_coupon(
    set: &WorkingSet,
    command: &PlaceOrder,
    coupon_id: CouponId,
    subtotal: Option<Money>,
    now: Timestamp,
) -> Result<Result<Option<Money>, CouponFault>, NotLoaded> {
    let Some(coupon) = set.coupons.get(&coupon_id)? else {
        return Ok(Err(CouponFault::NotFound));
    };
    let campaign = set.campaigns.get(&coupon.campaign_id)?.ok_or(NotLoaded)?;
    if coupon.user_id != command.user_id {
        return Ok(Err(CouponFault::NotOwner));
    }
    if coupon.used.is_some() {
        return Ok(Err(CouponFault::AlreadyUsed));
    }
    if let Some(fault) = campaign.out_of_date(now) {
        return Ok(Err(fault));
    }
    if let (Some(subtotal), Some(minimum)) = (subtotal, campaign.minimum_subtotal)
        && subtotal < minimum
    {
        return Ok(Err(CouponFault::MinimumNotMet));
    }
    Ok(Ok(subtotal.map(|subtotal| campaign.discount.of(subtotal))))
}

fn sum(lines: &[Line]) -> Result<Money, Rejection> {
    lines
        .iter()
        .try_fold(Money::ZERO, |sum, line| sum.checked_add(line.amount))
        .ok_or_else(|| out_of_range("/items"))
}
