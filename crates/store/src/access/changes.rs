//! The history of changes, as it is read.

use std::sync::Arc;

use async_trait::async_trait;
use jumun_domain::{Actor, ChangeId, Timestamp};

use crate::fault::Fault;
use crate::page::{Page, PageOf};

/// One line of the history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChangeRecord {
    /// Rising.
    pub id: ChangeId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What was asked for, such as `product.put`.
    pub action: Arc<str>,
    /// Of what, such as `product:3`.
    pub subject: Arc<str>,
    /// A JSON object; `None` where it was not there.
    pub before: Option<Arc<str>>,
    /// A JSON object; `None` where it is no more.
    pub after: Option<Arc<str>>,
    /// Why, where the request said so.
    pub reason: Option<Arc<str>>,
}

/// Reads the history, which only ever grows: no method changes it, and the
/// database refuses whoever tries.
#[async_trait]
pub trait Changes: Send + Sync + 'static {
    /// All changes, newest first.
    async fn changes(&self, page: Page<ChangeId>) -> Result<PageOf<ChangeRecord>, Fault>;
}
