//! Lists, one page at a time.

use jumun_store::PageOf;
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::Cursor;

/// A part of a list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct List<T> {
    items: Vec<T>,
    /// What to send as `cursor` for the next page; `null` on the last.
    #[schema(required = true, example = json!(null))]
    next_cursor: Option<String>,
}

impl<T> List<T> {
    /// The page, each item shown by `view`; `key` is what its cursor is made of.
    pub(crate) fn of<I, K: Cursor>(
        page: &PageOf<I>,
        key: impl Fn(&I) -> K,
        view: impl Fn(&I) -> T,
    ) -> Self {
        let last = if page.more { page.items.last() } else { None };
        Self {
            items: page.items.iter().map(view).collect(),
            next_cursor: last.map(|item| key(item).encode()),
        }
    }
}
