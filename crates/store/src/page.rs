//! Lists, one page at a time.

/// Which part of a list to read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page<K> {
    /// The key of the last item seen; `None` for the first page. A key that is
    /// not of this list gives an empty page, but in the lists of a whole shop,
    /// which are sorted by the key itself: they go on above it.
    pub after: Option<K>,
    /// The most items to return, at least 1.
    pub limit: usize,
}

/// A part of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PageOf<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Whether there are items after the last of these.
    pub more: bool,
}

impl<T> PageOf<T> {
    /// A page from up to `limit + 1` items: the one too many says that there are more.
    pub fn from_one_more(mut items: Vec<T>, limit: usize) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        Self { items, more }
    }
}
