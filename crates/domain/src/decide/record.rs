//! What the history keeps of a command that was done.

use std::sync::Arc;

use super::Stamp;
use crate::change::{Action, Actor, Change, Place, Subject};
use crate::command::{Command, Request};
use crate::id::ChangeId;
use crate::order::Order;
use crate::product::Product;
use crate::table::NotLoaded;
use crate::user::User;
use crate::working_set::WorkingSet;

/// A change that is about to be tried, and how its subject is before it.
pub(super) struct Attempt<'a> {
    actor: &'a Actor,
    action: Action,
    place: Place,
    before: Before,
}

enum Before {
    User(Option<User>),
    Product(Option<Product>),
    Nothing,
    Order(Option<Arc<Order>>),
}

impl<'a> Attempt<'a> {
    /// Looks at what the request may change; `None` where the history keeps
    /// nothing of it.
    pub(super) fn of(set: &WorkingSet, request: &'a Request) -> Result<Option<Self>, NotLoaded> {
        let (Some(actor), Some((action, place))) = (&request.actor, kept(set, &request.command))
        else {
            return Ok(None);
        };
        let before = match place {
            Place::User(id) => Before::User(set.users.get(&id)?.cloned()),
            Place::Product(id) => Before::Product(set.products.get(&id)?.cloned()),
            Place::NewCampaign(_) => Before::Nothing,
            Place::Order(id) => Before::Order(set.orders.get(&id)?.cloned()),
        };
        Ok(Some(Self {
            actor,
            action,
            place,
            before,
        }))
    }

    /// Adds the line to the history: the request was done.
    pub(super) fn record(
        self,
        set: &mut WorkingSet,
        command: &Command,
        stamp: &mut Stamp<'_>,
    ) -> Result<(), NotLoaded> {
        let subject = match (self.before, self.place) {
            (Before::User(before), Place::User(id)) => {
                Subject::User(before, set.users.get(&id)?.ok_or(NotLoaded)?.clone())
            }
            (Before::Product(before), Place::Product(id)) => {
                Subject::Product(before, set.products.get(&id)?.ok_or(NotLoaded)?.clone())
            }
            (Before::Order(Some(before)), Place::Order(id)) => {
                Subject::Order(before, set.orders.get(&id)?.ok_or(NotLoaded)?.clone())
            }
            (Before::Nothing, Place::NewCampaign(Some(id))) => {
                Subject::Campaign(set.campaigns.get(&id)?.ok_or(NotLoaded)?.clone())
            }
            // What was done had its rows.
            _ => return Err(NotLoaded),
        };
        set.journal.changes.push(Change {
            id: ChangeId(stamp.ids.next(stamp.now)),
            at: stamp.now,
            actor: self.actor.clone(),
            action: self.action,
            subject,
            reason: reason(command),
        });
        Ok(())
    }
}

/// Which commands the history keeps, and where their effect is.
fn kept(set: &WorkingSet, command: &Command) -> Option<(Action, Place)> {
    Some(match command {
        Command::RegisterUser(it) => (Action::PutUser, Place::User(it.user_id)),
        Command::Charge(it) => (Action::Charge, Place::User(it.user_id)),
        Command::AdjustBalance(it) => (Action::AdjustBalance, Place::User(it.user_id)),
        Command::PutProduct(it) => (Action::PutProduct, Place::Product(it.product_id)),
        Command::AdjustStock(it) => (Action::AdjustStock, Place::Product(it.product_id)),
        Command::CreateCampaign(_) => (
            Action::CreateCampaign,
            Place::NewCampaign(set.next_campaign),
        ),
        Command::CancelOrder(it) => (Action::CancelOrder, Place::Order(it.order_id)),
        // A shopper's own: the order and the coupon say it all.
        Command::PlaceOrder(_) | Command::IssueCoupon(_) => return None,
    })
}

fn reason(command: &Command) -> Option<Arc<str>> {
    match command {
        Command::AdjustBalance(it) => Some(it.reason.clone()),
        Command::AdjustStock(it) => it.reason.clone(),
        Command::CancelOrder(it) => it.reason.clone(),
        Command::Charge(it) => it.reference.clone(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Decision;
    use crate::command::{AdjustBalance, AdjustStock, IssueCoupon, RegisterUser};
    use crate::decide::testing::*;
    use crate::id::CampaignId;

    /// Sends a command as an actor does, and gives the lines it added.
    fn sent(shop: &mut Shop, command: impl Into<Command>, key: Option<&str>) -> Vec<Change> {
        let request = request(command, key).by(Actor::token("0a1b"));
        let had = shop.set.journal.changes.len();
        shop.decided(&request);
        shop.set.journal.changes[had..].to_vec()
    }

    #[test]
    fn each_write_that_no_shopper_can_do_leaves_one_line() {
        let mut shop = Shop::new();
        let mut seen = Vec::new();
        let mut send = |shop: &mut Shop, command: Command| {
            for change in sent(shop, command, None) {
                assert_eq!(change.actor.as_str(), "token:0a1b");
                seen.push(change.action.name());
            }
        };
        let reason = "a test";
        let campaign_id = CampaignId::FIRST;
        send(
            &mut shop,
            RegisterUser::new(user(7), Some("Kim")).unwrap().into(),
        );
        send(&mut shop, charge(7, 500).into());
        send(
            &mut shop,
            AdjustBalance::new(user(7), -100, reason).unwrap().into(),
        );
        send(&mut shop, product(1, 100, 9).into());
        send(
            &mut shop,
            AdjustStock::new(product_id(1), -1, None).unwrap().into(),
        );
        send(&mut shop, campaign(10).into());
        let user_id = user(7);
        send(
            &mut shop,
            IssueCoupon {
                campaign_id,
                user_id,
            }
            .into(),
        );
        send(&mut shop, order(7, &[(1, 1)]).into());
        let placed = shop.set.journal.placed[0].id;
        send(&mut shop, cancel(placed, true).into());
        assert_eq!(
            seen,
            [
                "user.put",
                "balance.charge",
                "balance.adjust",
                "product.put",
                "stock.adjust",
                "campaign.create",
                "order.cancel"
            ]
        );
    }

    #[test]
    fn a_line_shows_its_subject_before_and_after() {
        let mut shop = Shop::new();
        shop.given_user(7, 100);
        let changes = sent(&mut shop, charge(7, 50), None);
        let Subject::User(Some(before), after) = &changes[0].subject else {
            panic!("{changes:?}")
        };
        assert_eq!((before.balance, after.balance), (money(100), money(150)));
        let changes = sent(&mut shop, product(1, 100, 9), None);
        assert!(
            matches!(&changes[0].subject, Subject::Product(None, after) if after.stock == units(9))
        );
    }

    #[test]
    fn what_was_not_done_and_what_nobody_is_named_for_leaves_no_line() {
        let mut shop = Shop::new();
        assert_eq!(sent(&mut shop, charge(7, 50), None), [], "no such user");
        shop.given_user(7, 100);
        assert_eq!(sent(&mut shop, charge(7, 50), Some("k")).len(), 1);
        assert_eq!(sent(&mut shop, charge(7, 50), Some("k")), [], "a replay");
        assert_eq!(
            sent(&mut shop, charge(7, 51), Some("k")),
            [],
            "a reused key"
        );
        let decision = shop.send(charge(7, 50), None);
        assert!(matches!(decision, Decision::Done(_)));
        assert_eq!(shop.set.journal.changes.len(), 1);
    }
}
