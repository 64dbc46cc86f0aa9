//! Prepared statements of one connection.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_postgres::{Client, Error, Statement};

use crate::pipeline::Sent;
use crate::rows::{
    campaign, change, coupon, entry, order, product, purchase, sale, stock_adjustment, user,
};
use crate::{batches, clock, remembered};

/// Prepared statements by their text.
#[derive(Default)]
pub(crate) struct Statements(Mutex<HashMap<&'static str, Statement>>);

/// All that a batch may send, so that none of it waits for a preparation.
pub(crate) const OF_A_BATCH: &[&str] = &[
    clock::NOW,
    user::LOCK,
    user::INSERT,
    user::UPDATE,
    product::LOCK,
    product::INSERT,
    product::UPDATE,
    campaign::LOCK,
    campaign::FIND,
    campaign::LAST,
    campaign::INSERT,
    campaign::UPDATE,
    coupon::LOCK,
    coupon::FIND,
    coupon::HELD,
    coupon::INSERT,
    coupon::UPDATE,
    order::LOCK,
    order::FIND,
    order::INSERT,
    order::CANCEL,
    entry::FIND,
    entry::INSERT,
    stock_adjustment::FIND,
    stock_adjustment::INSERT,
    purchase::FIND,
    purchase::COUNT,
    purchase::UPSERT,
    sale::LOG,
    change::INSERT,
    remembered::FIND,
    remembered::INSERT,
    batches::INSERT,
    batches::ANNOUNCE,
];

/// All that a quote sends.
pub(crate) const OF_A_QUOTE: &[&str] = &[
    clock::NOW,
    user::FIND,
    product::FIND,
    campaign::FIND,
    coupon::FIND,
    purchase::FIND,
    purchase::COUNT,
];

impl Statements {
    /// Prepares those of `texts` that are not yet, in one round trip.
    ///
    /// # Errors
    ///
    /// Those of the server, as where a table is missing.
    pub(crate) async fn prepare(
        &self,
        client: &Client,
        texts: &[&'static str],
    ) -> Result<(), Error> {
        let missing: Vec<&'static str> = {
            let prepared = self.lock();
            let missing = texts.iter().filter(|text| !prepared.contains_key(*text));
            missing.copied().collect()
        };
        let sent: Vec<_> = missing
            .into_iter()
            .map(|text| (text, Sent::send(client.prepare(text))))
            .collect();
        for (text, sent) in sent {
            let statement = sent.answer().await?;
            self.lock().insert(text, statement);
        }
        Ok(())
    }

    /// A statement that was prepared.
    pub(crate) fn get(&self, text: &'static str) -> Option<Statement> {
        self.lock().get(text).cloned()
    }

    // Whole between any two statements.
    fn lock(&self) -> MutexGuard<'_, HashMap<&'static str, Statement>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
