//! Everything that is left behind.

use super::canaries::Canaries;

/// Bytes with the place where they were found.
#[derive(Default)]
pub(super) struct Trail(Vec<(String, Vec<u8>)>);

impl Trail {
    /// Takes something in.
    pub(super) fn add(&mut self, place: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.push((place.into(), bytes.into()));
    }

    /// Whether a text stands somewhere in this place.
    pub(super) fn has(&self, place: &str, text: &str) -> bool {
        let mut of_place = self.0.iter().filter(|(it, _)| it == place);
        of_place.any(|(_, bytes)| contains(bytes, text.as_bytes()))
    }

    /// Fails with the first secret that stands anywhere.
    pub(super) fn assert_free_of(&self, canaries: &Canaries) {
        for (place, bytes) in &self.0 {
            for (name, form) in canaries.forms() {
                let is_there = contains(bytes, form);
                assert!(!is_there, "{name} is in {place}: {}", around(bytes, form));
            }
        }
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|it| it == part)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    find(bytes, part).is_some()
}

/// What stands before and after, to see who wrote it.
fn around(bytes: &[u8], part: &[u8]) -> String {
    const EACH_SIDE: usize = 300;
    let at = find(bytes, part).unwrap_or(0);
    let end = (at + part.len() + EACH_SIDE).min(bytes.len());
    String::from_utf8_lossy(&bytes[at.saturating_sub(EACH_SIDE)..end]).into_owned()
}
