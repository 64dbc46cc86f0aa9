//! Sets of names, one from the document and one from the program.

use std::collections::BTreeSet;

/// Panics with what is missing on either side.
pub(crate) fn compare(documented: BTreeSet<String>, real: BTreeSet<String>) {
    let untold: Vec<_> = real.difference(&documented).collect();
    assert!(untold.is_empty(), "the document lacks {untold:?}");
    let unreal: Vec<_> = documented.difference(&real).collect();
    assert!(unreal.is_empty(), "there is no such thing: {unreal:?}");
}
