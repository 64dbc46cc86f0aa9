//! The line that each write of an operator leaves.

use jumun_domain::{
    Actor, Command, ProductId, PutProduct, RawDiscount, RegisterUser, Request, UserId,
};
use serde_json::{Value, json};

use super::fixtures::{at, object, operator, user_json};
use super::trial::AccessTrial;
use crate::access::ChangeRecord;
use crate::conformance::fixtures::{
    adjust_balance, adjust_stock, campaign_of, cancel, cancel_without_restock, charge, register,
};

/// What a line must tell.
struct Told<'a> {
    action: &'a str,
    subject: &'a str,
    before: Option<Value>,
    after: Option<Value>,
    reason: Option<&'a str>,
}

fn check(line: &ChangeRecord, told: &Told<'_>) {
    assert_eq!((&*line.action, &*line.subject), (told.action, told.subject));
    assert_eq!(object(line.before.as_ref()), told.before, "{line:?}");
    assert_eq!(object(line.after.as_ref()), told.after, "{line:?}");
    assert_eq!(line.reason.as_deref(), told.reason, "{line:?}");
}

pub(super) async fn what_is_done_to_a_user_leaves_its_line(trial: &AccessTrial) {
    let id = trial.shop.fresh_user_id();
    let subject = format!("user:{id}");
    let named = |name, balance| Some(user_json(id, name, balance));
    let name = "it's \"김주문\" \\ 🦀";
    let reference = jumun_domain::Charge::new(id, 500, Some("입금 \"1\"")).unwrap();
    let steps = [
        (register(id, None), "user.put", None, named(None, 0), None),
        (
            register(id, Some(name)),
            "user.put",
            named(None, 0),
            named(Some(name), 0),
            None,
        ),
        (
            Command::Charge(reference),
            "balance.charge",
            named(Some(name), 0),
            named(Some(name), 500),
            Some("입금 \"1\""),
        ),
        (
            adjust_balance(id, -120),
            "balance.adjust",
            named(Some(name), 500),
            named(Some(name), 380),
            Some("a correction"),
        ),
        // Done, though nothing is different afterwards.
        (
            Command::RegisterUser(RegisterUser::new(id, Some(name)).unwrap()),
            "user.put",
            named(Some(name), 380),
            named(Some(name), 380),
            None,
        ),
    ];
    for (command, action, before, after, reason) in steps {
        let line = trial.line_of(command).await;
        let told = Told {
            action,
            subject: &subject,
            before,
            after,
            reason,
        };
        check(&line, &told);
    }
}

fn product_json(id: ProductId, price: i64, stock: i64, limit: Option<i64>) -> Value {
    json!({
        "productId": id.get(),
        "name": "비누",
        "price": price,
        "stock": stock,
        "active": limit.is_none(),
        "maxPerUser": limit,
    })
}

pub(super) async fn what_is_done_to_a_product_leaves_its_line(trial: &AccessTrial) {
    let id = trial.shop.fresh_product_id();
    let put = |price, limit: Option<i64>| {
        let put = PutProduct::new(id, "비누", price, Some(9), limit.is_none(), limit);
        Command::PutProduct(put.unwrap())
    };
    let subject = format!("product:{id}");
    let of = |price, stock, limit| Some(product_json(id, price, stock, limit));
    let steps = [
        (put(100, None), "product.put", None, of(100, 9, None), None),
        (
            put(200, Some(3)),
            "product.put",
            of(100, 9, None),
            of(200, 9, Some(3)),
            None,
        ),
        (
            adjust_stock(id, -2),
            "stock.adjust",
            of(200, 9, Some(3)),
            of(200, 7, Some(3)),
            Some("a delivery"),
        ),
    ];
    for (command, action, before, after, reason) in steps {
        let line = trial.line_of(command).await;
        let told = Told {
            action,
            subject: &subject,
            before,
            after,
            reason,
        };
        check(&line, &told);
    }
}

pub(super) async fn a_campaign_that_is_opened_leaves_its_line(trial: &AccessTrial) {
    let percent = RawDiscount::Percent {
        percent: 15,
        max_amount: Some(70),
    };
    let fixed = RawDiscount::Fixed { amount: 30 };
    let discounts = [
        json!({ "type": "PERCENT", "percent": 15, "maxAmount": 70 }),
        json!({ "type": "FIXED", "amount": 30 }),
    ];
    let commands = [
        campaign_of(percent, Some(10), 5),
        campaign_of(fixed, None, 7),
    ];
    let figures = [(Some(10), 5), (None, 7)];
    for (number, command) in (1..).zip(commands) {
        let line = trial.line_of(command).await;
        let (minimum, quantity) = figures[number - 1];
        let after = json!({
            "campaignId": number,
            "name": "spring",
            "discount": discounts[number - 1],
            "minimumSubtotal": minimum,
            "validFrom": "1970-01-01T00:00:00Z",
            "validUntil": "2255-03-14T16:00:00Z",
            "quantity": quantity,
        });
        let told = Told {
            action: "campaign.create",
            subject: &format!("campaign:{number}"),
            before: None,
            after: Some(after),
            reason: None,
        };
        check(&line, &told);
    }
}

pub(super) async fn an_order_that_is_cancelled_leaves_its_line(trial: &AccessTrial) {
    let user = trial.shop.user(1_000).await;
    let product = trial.shop.product(100, 10).await;
    for restocked in [true, false] {
        let order = trial.shop.order(user, &[(product, 2)]).await;
        let (command, reason) = if restocked {
            (cancel(order.id), Some("changed my mind"))
        } else {
            (cancel_without_restock(order.id), None)
        };
        let of = |status, restocked: Option<bool>| {
            Some(json!({
                "orderId": order.id.to_string(),
                "userId": user.get(),
                "status": status,
                "total": 200,
                "restocked": restocked,
            }))
        };
        let line = trial.line_of(command).await;
        let told = Told {
            action: "order.cancel",
            subject: &format!("order:{}", order.id),
            before: of("PAID", None),
            after: of("CANCELLED", Some(restocked)),
            reason,
        };
        check(&line, &told);
    }
}

pub(super) async fn a_token_leaves_a_line_when_it_is_made_and_when_it_is_revoked(
    trial: &AccessTrial,
) {
    let tokens = trial.tokens();
    let (maker, revoker) = (Actor::command_line("하늘"), Actor::token("0a1b"));
    let token = crate::access::NewToken {
        expires_at: Some(jumun_domain::Timestamp::from_micros(9_000_000_000_000_000)),
        ..super::fixtures::new_token(1)
    };
    let began = trial.shop.now().await;
    assert!(tokens.create_token(&token, &maker).await.unwrap());
    tokens.tokens_used(&[(token.id, at(9))]).await.unwrap();
    let revoked = tokens.revoke_token(token.id, &revoker).await;
    let revoked_at = revoked.unwrap().unwrap().revoked_at.unwrap();
    tokens.revoke_token(token.id, &operator()).await.unwrap();
    let ended = trial.shop.now().await;

    let subject = format!("token:{}", token.id);
    let lines = trial.lines_of(&subject).await;
    assert_eq!(lines.len(), 2, "{lines:?}");
    let actors = lines.iter().map(|it| it.actor.clone()).collect::<Vec<_>>();
    assert_eq!(actors, [maker, revoker]);
    assert!(lines.iter().all(|it| (began..=ended).contains(&it.at)));
    assert_eq!(lines[1].at, revoked_at);
    let before = json!({
        "tokenId": token.id.to_string(),
        "userId": null,
        "scopes": "catalog:write events:read", "sessionOf": null,
        "label": "창고 1",
        "expiresAt": "2255-03-14T16:00:00Z",
        "revokedAt": null,
    });
    let told = |action, before, after| Told {
        action,
        subject: &subject,
        before,
        after,
        reason: None,
    };
    check(&lines[0], &told("token.create", None, Some(before.clone())));
    let mut after = object(lines[1].after.as_ref()).unwrap();
    let end = after["revokedAt"].take();
    assert!(end.is_string(), "{end}");
    assert_eq!(after, before, "but for the end of it");
    assert_eq!(&*lines[1].action, "token.revoke");
    assert_eq!(object(lines[1].before.as_ref()), Some(before));
}

pub(super) async fn the_lines_of_one_user_follow_one_another(trial: &AccessTrial) {
    const USERS: usize = 3;
    const EACH: i64 = 40;
    let users = trial.shop.users(USERS, 0).await;
    let mut requests = Vec::new();
    for amount in 1..=EACH {
        for user in &users {
            let command = if amount % 4 == 0 {
                register(*user, None)
            } else {
                charge(*user, amount)
            };
            requests.push(Request::new(command, None).by(operator()));
        }
    }
    trial.shop.all_done(requests).await;
    for user in users {
        let lines = trial.lines_of(&format!("user:{user}")).await;
        assert_eq!(lines.len() as i64, EACH);
        let mut balance = user_json(user, None, 0);
        for line in &lines {
            let before = object(line.before.as_ref()).unwrap();
            assert_eq!(before, balance, "it goes on from the line before");
            balance = object(line.after.as_ref()).unwrap();
        }
        assert_eq!(balance, of_now(trial, user).await);
    }
}

/// The user as the history would tell of it now.
async fn of_now(trial: &AccessTrial, id: UserId) -> Value {
    let user = trial.shop.store().user(id).await.unwrap().unwrap();
    user_json(id, user.name.as_deref(), user.balance.get())
}
