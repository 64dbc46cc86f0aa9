//! Whole lists, a page at a time.

use crate::{Fault, Page, PageOf};

/// Reads a list to its end in pages of `limit`, and checks on the way what
/// holds of every page: never more than asked for, full while there are more.
pub(super) async fn read_all<K: Copy, T>(
    limit: usize,
    key: impl Fn(&T) -> K,
    read: impl AsyncFn(Page<K>) -> Result<PageOf<T>, Fault>,
) -> Vec<T> {
    let mut all = Vec::new();
    loop {
        let page = Page {
            after: all.last().map(&key),
            limit,
        };
        let PageOf { items, more } = read(page).await.unwrap();
        assert!(
            items.len() <= limit,
            "a page of {limit} holds {}",
            items.len()
        );
        assert!(
            !more || items.len() == limit,
            "a page of {limit} stops short at {}",
            items.len()
        );
        all.extend(items);
        if !more {
            return all;
        }
    }
}

/// A list of something that the case knows to be there.
pub(super) fn there<T>(found: Result<Option<PageOf<T>>, Fault>) -> Result<PageOf<T>, Fault> {
    found.map(|page| page.unwrap_or_else(|| panic!("the owner of the list is there")))
}
