//! Orders are read back, and have to be what their answers said.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use uuid::Uuid;

use super::verdict::{Finding, Verdict};
use crate::books::{Books, Kept};
use crate::session::errand::Errand;
use crate::session::{Context, Trouble};
use crate::workload::Shop;

/// Members of an order that a cancel changes.
const CHANGED_BY_CANCEL: [&str; 4] = ["status", "cancelledAt", "cancelReason", "restocked"];

/// What reading back takes along.
struct Reading {
    kept: Vec<Kept>,
    cancelled: HashSet<Uuid>,
    shop: Shop,
    verdict: Verdict,
}

/// Reads the kept orders, and compares them.
pub(super) fn read_back(
    books: Books,
    context: &Context,
    verdict: &mut Verdict,
) -> Result<(), Trouble> {
    let kept = books.sample.into_kept();
    let ids: Vec<Uuid> = kept.iter().map(|it| it.order.id).collect();
    let reading = Reading {
        kept,
        cancelled: books.cancelled,
        shop: books.shop,
        verdict: std::mem::take(verdict),
    };
    let reading = Errand {
        what: "tell an order",
        things: "orders to read back",
        count: ids.len() as u64,
        until: None,
    }
    .run(
        context,
        reading,
        move |turn, writer, request| {
            let id = ids[place(turn)];
            writer.get(request, format_args!("/orders/{id}"));
        },
        |reading: &mut Reading, turn, answer| {
            reading.verdict.orders += 1;
            let kept = &reading.kept[place(turn)];
            let id = kept.order.id;
            if answer.status == 404 {
                let sentence = format!("order {id} was acknowledged, and is not there");
                reading.verdict.found(Finding::Missing, sentence);
                return true;
            }
            let may_be_cancelled = reading.cancelled.contains(&id);
            if let Err(why) = compare(kept, answer.body, may_be_cancelled, &reading.shop) {
                reading
                    .verdict
                    .found(Finding::Different, format!("order {id}: {why}"));
            }
            answer.status == 200
        },
    )?;
    *verdict = reading.verdict;
    Ok(())
}

fn place(turn: u64) -> usize {
    usize::try_from(turn).unwrap_or(usize::MAX)
}

/// Compares an order with its answer, and that with what was asked for.
fn compare(kept: &Kept, found: &[u8], may_be_cancelled: bool, shop: &Shop) -> Result<(), String> {
    let read = |bytes: &[u8]| -> Option<Value> { serde_json::from_slice(bytes).ok() };
    let answer = read(&kept.body).ok_or("its answer is no JSON")?;
    let order = read(found).ok_or("it is no JSON")?;
    as_asked(kept, &answer, shop)?;
    let is_cancelled = may_be_cancelled && order["status"] == "CANCELLED";
    let plain = |order: &Value| {
        let mut members = order.as_object().cloned().unwrap_or_default();
        if is_cancelled {
            members.retain(|name, _| !CHANGED_BY_CANCEL.contains(&name.as_str()));
        }
        members
    };
    let (expected, found) = (plain(&answer), plain(&order));
    let names = expected.keys().chain(found.keys());
    let mut differing = names.filter(|name| expected.get(*name) != found.get(*name));
    match differing.next() {
        None => Ok(()),
        Some(name) => {
            let shown = |members: &serde_json::Map<String, Value>| match members.get(name) {
                Some(value) => value.to_string(),
                None => "nothing".to_owned(),
            };
            let (expected, found) = (shown(&expected), shown(&found));
            Err(format!(
                "`{name}` was {expected} in its answer, and is {found}"
            ))
        }
    }
}

/// Whether the answer is of what was asked for.
fn as_asked(kept: &Kept, answer: &Value, shop: &Shop) -> Result<(), String> {
    let basket = &kept.order.basket;
    if answer["userId"] != shop.user_id(basket.user) {
        return Err("its answer is of another user".to_owned());
    }
    let coupon = kept.coupon.map(|it| it.to_string());
    if answer["couponId"].as_str() != coupon.as_deref() {
        return Err("its answer is not of the coupon that was sent".to_owned());
    }
    let mut wanted: BTreeMap<i64, i64> = BTreeMap::new();
    for item in basket.items() {
        *wanted.entry(shop.product_id(item.product)).or_default() += i64::from(item.quantity);
    }
    let mut sold: BTreeMap<i64, i64> = BTreeMap::new();
    for line in answer["items"].as_array().into_iter().flatten() {
        if let (Some(product), Some(quantity)) =
            (line["productId"].as_i64(), line["quantity"].as_i64())
        {
            *sold.entry(product).or_default() += quantity;
        }
    }
    if wanted != sold {
        return Err(format!(
            "{wanted:?} were asked for, and its answer says {sold:?}"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::books::Placed;
    use crate::workload::Basket;

    fn order() -> Value {
        json!({
            "userId": 1, "status": "PAID", "couponId": null, "total": 900,
            "items": [{"productId": 2, "quantity": 1}],
        })
    }

    fn changed(name: &str, value: Value) -> Value {
        let mut order = order();
        order[name] = value;
        order
    }

    #[test]
    fn an_order_is_what_its_answer_said_and_what_was_asked_for() {
        let cancelled = changed("status", json!("CANCELLED"));
        let more = json!([{"productId": 2, "quantity": 2}]);
        let split = json!([{"productId": 2, "quantity": 1}, {"productId": 2, "quantity": 0}]);
        let table = [
            (order(), order(), false, Ok(())),
            (order(), cancelled.clone(), true, Ok(())),
            (order(), cancelled, false, Err("`status`")),
            (order(), changed("total", json!(1)), true, Err("`total`")),
            (
                order(),
                changed("restocked", json!(true)),
                false,
                Err("`restocked`"),
            ),
            (order(), json!([]), false, Err("nothing")),
            (
                changed("userId", json!(2)),
                order(),
                false,
                Err("another user"),
            ),
            (
                changed("couponId", json!("x")),
                order(),
                false,
                Err("coupon"),
            ),
            (changed("items", more), order(), false, Err("asked for")),
            (
                changed("items", split.clone()),
                changed("items", split),
                false,
                Ok(()),
            ),
        ];
        for (answer, found, may_be_cancelled, expected) in table {
            let kept = Kept {
                order: Placed {
                    id: Uuid::nil(),
                    basket: Basket::of_one(0, 1),
                    total: 900,
                },
                coupon: None,
                body: answer.to_string().into_bytes().into(),
            };
            let shop = Shop::from_one(1, 2);
            let told = compare(&kept, found.to_string().as_bytes(), may_be_cancelled, &shop);
            match (&told, expected) {
                (Ok(()), Ok(())) => {}
                (Err(told), Err(part)) if told.contains(part) => {}
                _ => panic!("{answer} {found}: {told:?}, {expected:?}"),
            }
        }
    }
}
