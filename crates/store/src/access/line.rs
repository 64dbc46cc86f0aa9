//! What a line of the history says, the same for every engine.

use jumun_domain::{Actor, Campaign, Change, Discount, Order, Product, Subject, Timestamp, User};
use serde_json::{Value, json};

use super::token::{Grant, NewToken, Token};
use crate::delivery::{Pause, Replay, ReplayRange};

/// A line that is to be written; its id and time are the engine's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChangeLine {
    /// Who.
    pub actor: Actor,
    /// What was asked for.
    pub action: &'static str,
    /// Of what.
    pub subject: String,
    /// A JSON object, or nothing.
    pub before: Option<String>,
    /// A JSON object, or nothing.
    pub after: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// What an operator did to a data platform.
#[derive(Clone, Debug)]
pub enum PlatformChange<'a> {
    /// Paused it; what it was paused for before, if it was.
    Pause(Option<&'a Pause>),
    /// Resumed it; likewise.
    Resume(Option<&'a Pause>),
    /// Asked for a replay.
    Replay(&'a Replay),
    /// Forgot it, at this position.
    Forget(u64),
}

impl ChangeLine {
    /// The line of a change that the rules decided.
    pub fn of(change: &Change) -> Self {
        let (subject, before, after) = match &change.subject {
            Subject::User(before, after) => (
                format!("user:{}", after.id),
                before.as_ref().map(user),
                user(after),
            ),
            Subject::Product(before, after) => (
                format!("product:{}", after.id),
                before.as_ref().map(product),
                product(after),
            ),
            Subject::Campaign(after) => (format!("campaign:{}", after.id), None, campaign(after)),
            Subject::Order(before, after) => (
                format!("order:{}", after.id),
                Some(order(before)),
                order(after),
            ),
        };
        Self {
            actor: change.actor.clone(),
            action: change.action.name(),
            subject,
            before: before.map(|it| it.to_string()),
            after: Some(after.to_string()),
            reason: change.reason.as_deref().map(str::to_owned),
        }
    }

    /// The line of a user whom an import had brought in, and who went with it.
    pub fn user_taken_back(it: &User, by: &Actor) -> Self {
        Self::taken_back(format!("user:{}", it.id), &user(it), by)
    }

    /// The line of a product that an import had brought in, and that went with it.
    pub fn product_taken_back(it: &Product, by: &Actor) -> Self {
        Self::taken_back(format!("product:{}", it.id), &product(it), by)
    }

    fn taken_back(subject: String, before: &Value, by: &Actor) -> Self {
        Self {
            actor: by.clone(),
            action: "import.take-back",
            subject,
            before: Some(before.to_string()),
            after: None,
            reason: None,
        }
    }

    /// The line of a token that was made.
    pub fn token_created(made: &NewToken, by: &Actor) -> Self {
        Self {
            actor: by.clone(),
            action: "token.create",
            subject: format!("token:{}", made.id),
            before: None,
            after: Some(token(made, None).to_string()),
            reason: None,
        }
    }

    /// The line of a token that was revoked.
    pub fn token_revoked(before: &Token, at: Timestamp, by: &Actor) -> Self {
        Self {
            actor: by.clone(),
            action: "token.revoke",
            subject: format!("token:{}", before.made.id),
            before: Some(token(&before.made, before.revoked_at).to_string()),
            after: Some(token(&before.made, Some(at)).to_string()),
            reason: None,
        }
    }

    /// The line of what was done to a data platform.
    pub fn of_platform(name: &str, what: PlatformChange<'_>, by: &Actor) -> Self {
        let paused = |pause: Option<&Pause>| json!({ "paused": pause.is_some() }).to_string();
        let (action, before, after) = match what {
            PlatformChange::Pause(before) => (
                "platform.pause",
                Some(paused(before)),
                Some(json!({ "paused": true }).to_string()),
            ),
            PlatformChange::Resume(before) => (
                "platform.resume",
                Some(paused(before)),
                Some(json!({ "paused": false }).to_string()),
            ),
            PlatformChange::Replay(asked) => {
                ("platform.replay", None, Some(replay(asked).to_string()))
            }
            PlatformChange::Forget(position) => (
                "platform.forget",
                Some(json!({ "position": position }).to_string()),
                None,
            ),
        };
        Self {
            actor: by.clone(),
            action,
            subject: format!("platform:{name}"),
            before,
            after,
            reason: None,
        }
    }
}

/// The time as the API writes it.
fn time(it: Timestamp) -> Option<String> {
    let time = jiff::Timestamp::from_microsecond(it.as_micros()).ok()?;
    Some(time.to_string())
}

fn user(it: &User) -> Value {
    json!({ "userId": it.id.get(), "name": it.name.as_deref(), "balance": it.balance.get() })
}

fn product(it: &Product) -> Value {
    json!({
        "productId": it.id.get(),
        "name": &*it.name,
        "price": it.price.get(),
        "stock": it.stock.get(),
        "active": it.active,
        "maxPerUser": it.max_per_user.map(|limit| limit.get()),
    })
}

fn campaign(it: &Campaign) -> Value {
    let discount = match it.discount {
        Discount::Fixed { amount } => json!({ "type": "FIXED", "amount": amount.get() }),
        Discount::Percent {
            percent,
            max_amount,
        } => json!({
            "type": "PERCENT",
            "percent": percent,
            "maxAmount": max_amount.map(|most| most.get()),
        }),
    };
    json!({
        "campaignId": it.id.get(),
        "name": &*it.name,
        "discount": discount,
        "minimumSubtotal": it.minimum_subtotal.map(|least| least.get()),
        "validFrom": time(it.valid_from),
        "validUntil": time(it.valid_until),
        "quantity": it.quantity.get(),
    })
}

fn order(it: &Order) -> Value {
    let cancellation = it.cancellation.as_ref();
    json!({
        "orderId": it.id.to_string(),
        "userId": it.user_id.get(),
        "status": if cancellation.is_some() { "CANCELLED" } else { "PAID" },
        "total": it.total.get(),
        "restocked": cancellation.map(|it| it.restocked),
    })
}

fn token(it: &NewToken, revoked_at: Option<Timestamp>) -> Value {
    let (user, scopes, session_of) = match it.grant {
        Grant::User(user) => (Some(user.get()), None, None),
        Grant::Scopes(scopes) => (None, Some(scopes.names()), None),
        Grant::Session(id) => (None, None, Some(id.to_string())),
    };
    json!({
        "tokenId": it.id.to_string(),
        "userId": user,
        "scopes": scopes,
        "sessionOf": session_of,
        "label": it.label.as_deref(),
        "expiresAt": it.expires_at.map(time),
        "revokedAt": revoked_at.map(time),
    })
}

fn replay(it: &Replay) -> Value {
    let (first, last, since) = match it.range {
        ReplayRange::Sequences { first, last } => (Some(first), Some(last), None),
        ReplayRange::FailedSince(since) => (None, None, Some(time(since))),
    };
    json!({
        "replayId": it.id.0.to_string(),
        "first": first,
        "last": last,
        "failedSince": since,
    })
}
