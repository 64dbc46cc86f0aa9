//! What an order would be decided now, with nothing locked and nothing kept.

use jumun_domain::{Command, PlaceOrder, Quote, Request, quote};

use crate::gather::{Purpose, gather};
use crate::session::Session;
use crate::statements::OF_A_QUOTE;
use crate::storage::StorageError;

/// Several statements that have to see one moment.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

pub(crate) async fn run(session: &Session, order: PlaceOrder) -> Result<Quote, StorageError> {
    session.statements().prepare(session, OF_A_QUOTE).await?;
    let request = Request::new(Command::PlaceOrder(order), None);
    let requests = std::slice::from_ref(&request);
    let gathered = gather(session, requests, Purpose::Look, Some(BEGIN)).await?;
    session.batch_execute("COMMIT").await?;
    let Command::PlaceOrder(order) = &request.command else {
        return Err(StorageError::Engine("a quote of what is no order"));
    };
    quote(&gathered.set, order, gathered.now)
        .map_err(|_| StorageError::Engine("a row that the quote needs was not gathered"))
}
