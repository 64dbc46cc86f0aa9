//! Ways to be wrong, each at the one point where an engine could be.

use std::collections::BTreeMap;

use jumun_domain::{
    Answer, CampaignId, ChangeId, Command, Decision, Event, Money, Order, ProductId, Request, Sale,
    StockAdjustment, Table, Timestamp, Units, UserId, WorkingSet,
};
use jumun_store::access::{ChangeRecord, TokenId};

/// What a store in memory does wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mutation {
    Nothing,
    ForgetsKeys,
    ForgetsKeysAtRestart,
    ReplaysAsDone,
    ReplaysTheOrderAsItIsNow,
    SellsWhatIsNotThere,
    IgnoresTheBalance,
    UsesACouponTwice,
    GivesOutTooManyCoupons,
    CountsPurchasesFromTheLimitOn,
    WritesOnRejection,
    LosesUpdates,
    WritesInTwoSteps,
    LosesEvents,
    RepeatsEvents,
    NumbersEventsBeforeTheyAreSeen,
    TellsEventsAsTheOrderIsNow,
    LosesTheLastEntryAtRestart,
    NumbersCampaignsAnew,
    HidesTheNewestOrder,
    KeepsQuotes,
    PagesFromTheLastItemOn,
    BeginsAnewAfterAForeignKey,
    StopsAPageShort,
    CountsCancelledSales,
    CutsTexts,
    RoundsMoney,
    WorksOnWhenClosed,
    LosesLines,
    RepeatsLines,
    LosesTheLastLineAtRestart,
    ReplacesTokens,
    RevokesAgain,
    LosesRevocations,
    TellsRevocationsLate,
    LetsLastUsesGoBack,
}

impl Mutation {
    pub(crate) fn read_request(self, request: &Request) -> Request {
        let mut request = request.clone();
        match (self, &mut request.command) {
            (Self::ForgetsKeys, _) => request.idempotency = None,
            (Self::CutsTexts, Command::Charge(it)) => {
                it.reference = it.reference.as_ref().map(|it| cut(it).into());
            }
            (Self::RoundsMoney, Command::Charge(it)) => {
                // As a float of 52 bits would.
                let lost = if it.amount.get() >= 1 << 52 {
                    it.amount.get() % 2
                } else {
                    0
                };
                it.amount = Money::new(it.amount.get() - lost).unwrap_or(it.amount);
            }
            _ => {}
        }
        request
    }

    /// Makes rows say what would let the request pass.
    pub(crate) fn tamper_with_rows(self, set: &mut WorkingSet, request: &Request) {
        match (self, &request.command) {
            (Self::SellsWhatIsNotThere, Command::PlaceOrder(order)) => {
                for line in &order.lines {
                    replace(&mut set.products, line.product_id, |it| {
                        it.stock = it.stock.max(line.quantity);
                    });
                }
            }
            (Self::IgnoresTheBalance, Command::PlaceOrder(order)) => {
                let plenty = Money::new(1_000_000_000).unwrap_or_default();
                replace(&mut set.users, order.user_id, |it| {
                    it.balance = it.balance.max(plenty)
                });
            }
            (Self::UsesACouponTwice, Command::PlaceOrder(order)) => {
                if let Some(coupon_id) = order.coupon_id {
                    replace(&mut set.coupons, coupon_id, |it| it.used = None);
                }
            }
            (Self::GivesOutTooManyCoupons, Command::IssueCoupon(it)) => {
                replace(&mut set.campaigns, it.campaign_id, |it| {
                    it.quantity = Units::MAX
                });
            }
            _ => {}
        }
    }

    pub(crate) fn answer(self, set: &mut WorkingSet, decision: Decision) -> Decision {
        match (self, decision) {
            (Self::ReplaysAsDone, Decision::Replayed(answer)) => Decision::Done(answer),
            (Self::ReplaysTheOrderAsItIsNow, Decision::Replayed(Answer::OrderPlaced(order))) => {
                Decision::Replayed(Answer::OrderPlaced(order_now(set, &order)))
            }
            (Self::WritesOnRejection, Decision::Rejected(rejections)) => {
                if let Some((&product_id, product)) = set.products.inserted().next() {
                    set.journal.adjustments.push(StockAdjustment {
                        id: jumun_domain::AdjustmentId(uuid::Uuid::max()),
                        product_id,
                        delta: Units::ZERO,
                        stock: product.stock,
                        reason: None,
                        opening: false,
                        created_at: product.created_at,
                    });
                }
                Decision::Rejected(rejections)
            }
            (_, decision) => decision,
        }
    }

    /// Pieces in the user's paid orders, when they are first asked for.
    pub(crate) fn bought(self, set: &WorkingSet, product: ProductId, user: UserId) -> Units {
        if self == Self::CountsPurchasesFromTheLimitOn {
            return Units::ZERO;
        }
        let orders = crate::disk::rows(&set.orders);
        let paid = orders
            .iter()
            .filter(|it| it.user_id == user && it.cancellation.is_none());
        let lines = paid
            .flat_map(|it| &it.lines)
            .filter(|it| it.product_id == product);
        lines.fold(Units::ZERO, |sum, line| sum.saturating_add(line.quantity))
    }

    pub(crate) fn write_event(self, events: &mut BTreeMap<u64, Event>, event: Event) {
        let count = events.len() as u64;
        match self {
            Self::LosesEvents if count % 4 == 3 => {}
            Self::RepeatsEvents => {
                events.insert(count + 1, event.clone());
                events.insert(count + 2, event);
            }
            // 2, 1, 4, 3, …: who has seen 2 never asks for 1.
            Self::NumbersEventsBeforeTheyAreSeen if count.is_multiple_of(2) => {
                events.insert(count + 2, event);
            }
            Self::NumbersEventsBeforeTheyAreSeen => {
                events.insert(count, event);
            }
            _ => {
                events.insert(count + 1, event);
            }
        }
    }

    pub(crate) fn read_event(self, set: &WorkingSet, event: &Event) -> Event {
        match self {
            Self::TellsEventsAsTheOrderIsNow => Event {
                order: order_now(set, &event.order),
                ..event.clone()
            },
            _ => event.clone(),
        }
    }

    pub(crate) fn sale(self, sale: Sale) -> Sale {
        match self {
            Self::CountsCancelledSales if sale.quantity.is_negative() => Sale::default(),
            _ => sale,
        }
    }

    pub(crate) fn write_line(
        self,
        changes: &mut BTreeMap<ChangeId, ChangeRecord>,
        lines: u64,
        line: ChangeRecord,
    ) {
        let lost = self == Self::LosesLines && lines % 4 == 3;
        if !lost {
            changes.insert(line.id, line);
        }
    }

    pub(crate) fn write_revocation(self, revocations: &mut Vec<TokenId>, id: TokenId) {
        let lost = self == Self::LosesRevocations && revocations.len() % 4 == 3;
        if !lost {
            revocations.push(id);
        }
    }

    pub(crate) fn last_use(self, noted: Option<Timestamp>, time: Timestamp) -> Option<Timestamp> {
        if self == Self::LetsLastUsesGoBack {
            Some(time)
        } else {
            noted.max(Some(time))
        }
    }

    /// What a restart does to the disk.
    pub(crate) fn restart(self, disk: &mut crate::disk::Disk) {
        match self {
            Self::ForgetsKeysAtRestart => disk.set.keys = Table::default(),
            Self::NumbersCampaignsAnew => disk.set.next_campaign = Some(CampaignId::FIRST),
            Self::LosesTheLastLineAtRestart => {
                disk.changes.pop_last();
            }
            Self::LosesTheLastEntryAtRestart => {
                disk.entries.pop();
            }
            _ => {}
        }
    }
}

fn cut(text: &str) -> String {
    text.chars().take(99).collect()
}

fn order_now(set: &WorkingSet, order: &Order) -> std::sync::Arc<Order> {
    set.orders
        .get(&order.id)
        .ok()
        .flatten()
        .cloned()
        .expect("orders are kept")
}

fn replace<K: Eq + std::hash::Hash, V: Clone>(
    table: &mut Table<K, V>,
    key: K,
    change: impl FnOnce(&mut V),
) {
    if let Ok(Some(row)) = table.get(&key) {
        let mut row = row.clone();
        change(&mut row);
        table.load(key, Some(row));
    }
}
