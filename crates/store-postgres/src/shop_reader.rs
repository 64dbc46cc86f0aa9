//! Reads a shop in bulk, beside the servers on it.

use std::sync::Arc;

use jumun_domain::{Order, OrderId};
use jumun_store::{Fault, NumberedEvent, Page, PageOf, Shop};
use tokio::time::timeout;
use uuid::Uuid;

use crate::error::{OpenError, explain};
use crate::migrate::{check_current, pinned_currency};
use crate::options::READ_DEADLINE;
use crate::session::{Connector, Session};
use crate::storage::StorageError;
use crate::target::Target;
use crate::{events, planning, reads, sequencer};

/// A connection for bulk reads, page by page. Each page is one short statement,
/// so that a long export keeps nothing from being cleaned up.
///
/// A standby will do, where the URL admits it (`target_session_attrs=any`); it
/// shows the events that a server on the primary has numbered.
pub struct ShopReader {
    session: Session,
    shop: Shop,
}

impl ShopReader {
    /// Connects to the shop, which must be there and up to date.
    ///
    /// # Errors
    ///
    /// A server that cannot be reached, a schema without a shop or of another
    /// version.
    pub async fn open(target: &Target) -> Result<Self, OpenError> {
        let session = Connector::new(target.clone())?.connect().await?;
        check_current(&session, target).await?;
        let currency = pinned_currency(&session, target).await?;
        planning::by_key(&session)
            .await
            .map_err(|error| explain(target, &error))?;
        Ok(Self {
            session,
            shop: Shop { currency },
        })
    }

    /// What was pinned when the shop was created.
    pub fn shop(&self) -> &Shop {
        &self.shop
    }

    /// All orders by id; any UUIDv7 will do as `page.after`. An order that is
    /// committed meanwhile may have a smaller id than one that was read before.
    ///
    /// # Errors
    ///
    /// [`Fault::Determinate`] when the database cannot be read.
    pub async fn all_orders(&self, page: Page<OrderId>) -> Result<PageOf<Arc<Order>>, Fault> {
        in_time(reads::all_orders(&self.session, page)).await
    }

    /// Events with a sequence above `after`, oldest first.
    ///
    /// # Errors
    ///
    /// [`Fault::Determinate`] when the database cannot be read.
    pub async fn events(&self, after: u64, limit: usize) -> Result<Vec<NumberedEvent>, Fault> {
        in_time(events::events(&self.session, after, limit)).await
    }

    /// The order with the greatest id.
    ///
    /// # Errors
    ///
    /// [`Fault::Determinate`] when the database cannot be read.
    pub async fn last_order(&self) -> Result<Option<OrderId>, Fault> {
        in_time(async {
            let sql = "SELECT order_id FROM orders ORDER BY order_id DESC LIMIT 1";
            let row = self.session.query_opt(sql, &[]).await?;
            let id: Option<Uuid> = row.map(|row| row.try_get(0)).transpose()?;
            Ok(id.map(OrderId))
        })
        .await
    }

    /// The sequence of the newest event that was committed when this began, 0
    /// where there is none.
    ///
    /// # Errors
    ///
    /// [`Fault::Determinate`] when the database cannot be read.
    pub async fn last_sequence(&self) -> Result<u64, Fault> {
        // One lot at a time, each in time.
        while in_time(sequencer::number_a_lot(&self.session)).await? {}
        in_time(async {
            let sql = "SELECT next_sequence FROM sequencer WHERE singleton = 1";
            let row = self.session.query_opt(sql, &[]).await?;
            let row =
                row.ok_or_else(|| StorageError::corrupt("sequencer", "its row is missing"))?;
            let next: i64 = row.try_get(0)?;
            // Sequences begin at 1.
            Ok(u64::try_from(next).unwrap_or(0).saturating_sub(1))
        })
        .await
    }
}

async fn in_time<T>(read: impl Future<Output = Result<T, StorageError>>) -> Result<T, Fault> {
    let late = StorageError::Late(READ_DEADLINE.as_secs());
    timeout(READ_DEADLINE, read)
        .await
        .unwrap_or(Err(late))
        .map_err(|error| error.not_done())
}
