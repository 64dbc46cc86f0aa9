//! The known name that a misspelt one was meant to be.

/// How alike two names must be, from 0 to 1, for one to be proposed for the
/// other: one letter swapped or missing, not another word.
const LEAST_LIKENESS: f64 = 0.75;

/// The known name that is most like `name`, when one is like it at all.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(candidate, name), candidate))
        .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, candidate)| candidate)
}
