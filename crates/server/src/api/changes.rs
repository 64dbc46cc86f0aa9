//! `/changes`

use axum::response::Response;

use super::reply::ok;
use crate::access::WithAdmin;
use crate::extract::{PageQuery, Query};
use crate::problem::Problem;
use crate::view::{ChangeView, List};

/// List changes
///
/// The history of what operators and their programs have changed, newest first:
/// every write that no shopper can do, in the same transaction. It only grows.
#[utoipa::path(
    get, path = "/changes", operation_id = "listChanges", tag = "Access",
    params(PageQuery),
    responses((status = 200, description = "A page of the history.", body = List<ChangeView>)),
)]
pub(super) async fn list_changes(
    WithAdmin(by): WithAdmin,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let page = by.app().access().changes(query.page()?).await?;
    Ok(ok(&List::of(&page, |change| change.id, ChangeView::of)))
}
