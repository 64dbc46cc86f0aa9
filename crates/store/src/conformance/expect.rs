//! What a case expects of an answer, taken out of it.

use std::sync::Arc;

use jumun_domain::{
    Answer, Campaign, Coupon, Decision, Entry, Order, Product, Rejection, StockAdjustment, User,
};

pub(super) fn user(answer: Answer) -> User {
    match answer {
        Answer::User { user, .. } => user,
        other => panic!("a user was expected, not {other:?}"),
    }
}

pub(super) fn entry(answer: Answer) -> Entry {
    match answer {
        Answer::Credited(entry) => entry,
        other => panic!("a ledger entry was expected, not {other:?}"),
    }
}

pub(super) fn product(answer: Answer) -> Product {
    match answer {
        Answer::Product { product, .. } => product,
        other => panic!("a product was expected, not {other:?}"),
    }
}

pub(super) fn adjustment(answer: Answer) -> StockAdjustment {
    match answer {
        Answer::StockAdjusted(adjustment) => adjustment,
        other => panic!("a stock adjustment was expected, not {other:?}"),
    }
}

pub(super) fn campaign(answer: Answer) -> Campaign {
    match answer {
        Answer::CampaignCreated(campaign) => campaign,
        other => panic!("a campaign was expected, not {other:?}"),
    }
}

pub(super) fn coupon(answer: Answer) -> Coupon {
    match answer {
        Answer::Coupon { coupon, .. } => coupon,
        other => panic!("a coupon was expected, not {other:?}"),
    }
}

/// An order, placed or cancelled.
pub(super) fn order(answer: Answer) -> Arc<Order> {
    match answer {
        Answer::OrderPlaced(order) | Answer::OrderCancelled(order) => order,
        other => panic!("an order was expected, not {other:?}"),
    }
}

/// The answers of those that were done now.
pub(super) fn done(decisions: &[Decision]) -> Vec<Answer> {
    let answer = |decision: &Decision| match decision {
        Decision::Done(answer) => Some(answer.clone()),
        _ => None,
    };
    decisions.iter().filter_map(answer).collect()
}

/// The rejections of those that were rejected, one list each.
pub(super) fn rejections(decisions: &[Decision]) -> Vec<&[Rejection]> {
    fn of(decision: &Decision) -> Option<&[Rejection]> {
        match decision {
            Decision::Rejected(rejections) => Some(rejections),
            _ => None,
        }
    }
    decisions.iter().filter_map(of).collect()
}

/// `again` is the first answer given again. A coupon's campaign goes on giving
/// out coupons; that figure is no part of the answer.
pub(super) fn same_answer(first: &Answer, again: &Answer) -> bool {
    match (first, again) {
        (
            Answer::Coupon {
                coupon,
                campaign,
                created,
            },
            Answer::Coupon {
                coupon: coupon_again,
                campaign: other,
                created: created_again,
            },
        ) => {
            let now = Campaign {
                issued: campaign.issued,
                ..other.as_ref().clone()
            };
            coupon == coupon_again && **campaign == now && created == created_again
        }
        _ => first == again,
    }
}
