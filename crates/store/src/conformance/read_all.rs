//! Whole lists, a page at a time.

use crate::{Fault, Page, PageOf};

/// Reads a list to its end in pages of `limit`, and checks on the way what
/// holds of every page: never more than asked for, full while there are more,
/// and nothing twice, so that this comes to an end.
pub(super) async fn read_all<K: Copy + PartialEq, T>(
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
        for item in items {
            let again = all
                .iter()
                .rev()
                .take(limit + 1)
                .any(|seen| key(seen) == key(&item));
            assert!(!again, "an item comes twice in pages of {limit}");
            all.push(item);
        }
        if !more {
            return all;
        }
        // A list without an end is found by the time limit, which needs a turn.
        tokio::task::yield_now().await;
    }
}

/// A list of something that the case knows to be there.
pub(super) fn there<T>(found: Result<Option<PageOf<T>>, Fault>) -> Result<PageOf<T>, Fault> {
    found.map(|page| page.unwrap_or_else(|| panic!("the owner of the list is there")))
}
