//! The table of rights, and the test that everybody is tried on all of it.

use jumun_store::access::Scope;
use serde_json::{Value, json};

use super::stage::{Caller, OWNER, Stage};
use crate::harness::{ALWAYS, Engine, on_each_engine};

/// Who may call an operation, as the public contract has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Right {
    Anyone,
    AnyToken,
    /// The user in question, or who acts for users.
    User,
    /// The same; another user is answered as if the order were not there.
    OrdersUser,
    Holder(Scope),
}

/// An operation, by its id: who may, and a request that is fine.
pub(super) type Row = (&'static str, Right, &'static str, Option<Value>);

/// A row for each operation of the description.
pub(super) fn rows() -> Vec<Row> {
    use Right::{AnyToken, Anyone, Holder, OrdersUser, User};
    use Scope::{Admin, BalanceCharge, CatalogWrite, EventsRead, MetricsRead, OrdersActAs};
    let order = json!({"userId": OWNER, "items": [{"productId": 1, "quantity": 1}]});
    let campaign = json!({
        "name": "C", "discount": {"type": "FIXED", "amount": 1},
        "validFrom": ALWAYS[0], "validUntil": ALWAYS[1], "quantity": 5,
    });
    let adjustment = json!({"amount": -1, "reason": "r"});
    let product = json!({"name": "P", "price": 10});
    let by_key = "?userId=1&idempotencyKey=first";
    vec![
        ("livez", Anyone, "", None),
        ("readyz", Anyone, "", None),
        ("openapi", Anyone, "", None),
        ("docs", Anyone, "", None),
        ("problems", Anyone, "", None),
        ("problem", Anyone, "", None),
        ("stylesheet", Anyone, "", None),
        ("getOrderSchema", Anyone, "", None),
        ("getProduct", AnyToken, "", None),
        ("listProducts", AnyToken, "", None),
        ("listPopularProducts", AnyToken, "", None),
        ("getCampaign", AnyToken, "", None),
        ("listCampaigns", AnyToken, "", None),
        ("getUser", User, "", None),
        ("getBalance", User, "", None),
        ("listEntries", User, "", None),
        ("listCoupons", User, "", None),
        ("listOrders", User, "", None),
        ("findOrder", User, by_key, None),
        ("getOrder", OrdersUser, "", None),
        ("placeOrder", User, "", Some(order.clone())),
        ("quoteOrder", User, "", Some(order)),
        ("issueCoupon", User, "", Some(json!({"userId": OWNER}))),
        ("putUser", Holder(OrdersActAs), "", Some(json!({}))),
        ("cancelOrder", Holder(OrdersActAs), "", None),
        ("putProduct", Holder(CatalogWrite), "", Some(product)),
        (
            "adjustStock",
            Holder(CatalogWrite),
            "",
            Some(json!({"delta": 5})),
        ),
        ("listStockAdjustments", Holder(CatalogWrite), "", None),
        ("createCampaign", Holder(CatalogWrite), "", Some(campaign)),
        (
            "charge",
            Holder(BalanceCharge),
            "",
            Some(json!({"amount": 1})),
        ),
        ("listEvents", Holder(EventsRead), "", None),
        ("listPlatforms", Holder(EventsRead), "", None),
        ("getPlatform", Holder(EventsRead), "", None),
        ("listDeliveries", Holder(EventsRead), "", None),
        ("getDelivery", Holder(EventsRead), "", None),
        ("metrics", Holder(MetricsRead), "", None),
        ("adjustBalance", Holder(Admin), "", Some(adjustment)),
        (
            "replayEvents",
            Holder(Admin),
            "",
            Some(json!({"sequence": 1})),
        ),
        ("pausePlatform", Holder(Admin), "", None),
        ("resumePlatform", Holder(Admin), "", None),
        ("forgetPlatform", Holder(Admin), "", None),
        ("listChanges", Holder(Admin), "", None),
        ("listTokens", Holder(Admin), "", None),
        ("createToken", Holder(Admin), "", Some(json!({"userId": 9}))),
        ("getToken", Holder(Admin), "", None),
        ("revokeToken", Holder(Admin), "", None),
    ]
}

/// An operation of the description: its method, its path, itself.
pub(super) type Operation = (String, String, Value);

pub(super) fn operations() -> Vec<Operation> {
    let description: Value = serde_json::from_str(&jumun_server::openapi_json()).unwrap();
    let paths = description["paths"].as_object().unwrap().clone();
    let mut all = Vec::new();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().unwrap() {
            all.push((method.clone(), path.clone(), operation.clone()));
        }
    }
    all
}

/// The row of an operation.
pub(super) fn row(operation: &Value) -> Row {
    let id = operation["operationId"].as_str().unwrap();
    let found = rows().into_iter().find(|row| row.0 == id);
    found.unwrap_or_else(|| panic!("{id} has no row: say who may call it"))
}

/// The answer that the doors owe: 401, 403, 404 for another's order, or none
/// of them.
pub(super) fn owed(right: Right, caller: Caller) -> Option<u16> {
    let admin = caller == Caller::Holder(Scope::Admin);
    let acts = admin || caller == Caller::Holder(Scope::OrdersActAs);
    match right {
        Right::Anyone => None,
        _ if caller.is_stranger() => Some(401),
        Right::AnyToken => None,
        Right::User | Right::OrdersUser if acts || caller == Caller::Owner => None,
        Right::OrdersUser if caller == Caller::Other => Some(404),
        Right::Holder(scope) if admin || caller == Caller::Holder(scope) => None,
        _ => Some(403),
    }
}

on_each_engine!(every_operation_is_open_to_whom_it_is_meant_for_and_to_nobody_else);
async fn every_operation_is_open_to_whom_it_is_meant_for_and_to_nobody_else(engine: Engine) {
    let stage = Stage::open(engine).await;
    let operations = operations();
    assert!(operations.len() == rows().len(), "a row is of no operation");
    for (method, path, operation) in &operations {
        let (id, right, query, body) = row(operation);
        let path = stage.fill(path) + query;
        for caller in Caller::all() {
            let reply = stage.send(caller, method, &path, body.as_ref()).await;
            let status = reply.status.as_u16();
            match owed(right, caller) {
                Some(owed) => {
                    assert_eq!(status, owed, "{id} by {caller:?}: {}", reply.text);
                    let code = match owed {
                        401 => "unauthenticated",
                        403 => "forbidden",
                        _ => "order-not-found",
                    };
                    assert_eq!(reply.problem().1, code, "{id} by {caller:?}");
                    let challenged = reply.header("www-authenticate").is_some();
                    assert!(challenged || owed != 401, "{id} by {caller:?}");
                }
                None => {
                    let refused = [401, 403, 404, 405, 429].contains(&status) || status >= 500;
                    assert!(!refused, "{id} by {caller:?}: {status} {}", reply.text);
                }
            }
        }
    }
}

#[test]
fn the_description_says_who_may() {
    for (_, _, operation) in operations() {
        let (id, right, ..) = row(&operation);
        let none: [&str; 0] = [];
        let said = match right {
            Right::Anyone => Value::Null,
            Right::AnyToken => json!([{"bearer": none}]),
            Right::User | Right::OrdersUser => {
                json!([{"bearer": none}, {"bearer": ["orders:act-as"]}])
            }
            Right::Holder(scope) => json!([{"bearer": [scope.name()]}]),
        };
        assert_eq!(operation["security"], said, "{id}");
        let answers = |status: &str| operation["responses"].get(status).is_some();
        assert_eq!(answers("401"), right != Right::Anyone, "{id}");
        let may_lack = !matches!(right, Right::Anyone | Right::AnyToken);
        assert_eq!(answers("403"), may_lack, "{id}");
        let is_probe = ["livez", "readyz"].contains(&id);
        assert_eq!(answers("429"), !is_probe, "{id}");
        assert!(answers("421"), "{id}");
    }
}
