//! The bounds of the second section of the contract: pointers to what no shop
//! would accept, whatever it holds.

use crate::model::MAX;
use crate::vocabulary::{Action, Expected, Off};

pub(crate) fn faults(action: &Action) -> Vec<String> {
    let mut found = Vec::new();
    let mut require = |pointer: &str, holds: bool| {
        if !holds {
            found.push(pointer.to_owned());
        }
    };
    match action {
        Action::Register { name, .. } => require("/name", name.is_none_or(printable)),
        Action::Charge {
            amount, reference, ..
        } => {
            require("/amount", within(*amount, 1));
            require("/reference", reference.is_none_or(printable));
        }
        Action::AdjustBalance { amount, reason, .. } => {
            require("/amount", *amount != 0 && within(*amount, -MAX));
            require("/reason", printable(reason));
        }
        Action::PutProduct { terms, .. } => {
            require("/name", printable(terms.name));
            require("/price", within(terms.price, 0));
            require("/stock", terms.stock.is_none_or(|stock| within(stock, 0)));
            require(
                "/maxPerUser",
                terms.limit.is_none_or(|limit| within(limit, 1)),
            );
        }
        Action::AdjustStock { delta, reason, .. } => {
            require("/delta", *delta != 0 && within(*delta, -MAX));
            require("/reason", reason.is_none_or(printable));
        }
        Action::CreateCampaign(terms) => {
            match terms.discount {
                Off::Fixed(amount) => require("/discount/amount", within(amount, 1)),
                Off::Percent(percent, most) => {
                    require("/discount/percent", (1..=100).contains(&percent));
                    require(
                        "/discount/maxAmount",
                        most.is_none_or(|most| within(most, 1)),
                    );
                }
            }
            require(
                "/minimumSubtotal",
                terms.minimum.is_none_or(|least| within(least, 0)),
            );
            require("/validUntil", terms.from < terms.until);
            require("/quantity", within(terms.quantity, 1));
        }
        Action::PlaceOrder(terms) => {
            require("/items", (1..=100).contains(&terms.items.len()));
            for (index, (product, quantity)) in terms.items.iter().enumerate() {
                require(&format!("/items/{index}/productId"), within(*product, 1));
                require(&format!("/items/{index}/quantity"), within(*quantity, 1));
            }
            if let Some(Expected::Exactly(total)) = terms.expected {
                require("/expectedTotal", within(total, 0));
            }
        }
        Action::CancelOrder { reason, .. } => require("/reason", reason.is_none_or(printable)),
        Action::IssueCoupon { .. } | Action::Repeat(_) => {}
    }
    found
}

fn within(value: i64, least: i128) -> bool {
    (least..=MAX).contains(&i128::from(value))
}

fn printable(text: &str) -> bool {
    !text.is_empty() && !text.contains(|character: char| character < ' ')
}
