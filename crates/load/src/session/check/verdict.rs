//! What a check has found.

use super::Resolved;

/// Offenders of a kind that are told; the others are counted.
const MAX_TOLD: usize = 5;

/// What can be wrong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Finding {
    /// An order was acknowledged, and is not there.
    Missing,
    /// An order is not what its answer said, or not what was asked for.
    Different,
    /// More pieces were acknowledged than there were.
    Oversold,
    /// A stock or a balance is below zero.
    BelowZero,
    /// A stock is not what was there less what was acknowledged.
    Stock,
    /// A balance is not what was there less what was acknowledged.
    Balance,
    /// An answer says that something was done, and not what.
    Unreadable,
}

impl Finding {
    /// A name for reports, which never changes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing-order",
            Self::Different => "different-order",
            Self::Oversold => "oversold",
            Self::BelowZero => "below-zero",
            Self::Stock => "stock",
            Self::Balance => "balance",
            Self::Unreadable => "unreadable-answer",
        }
    }
}

/// How the server stands against the books.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Orders that the server has acknowledged.
    pub acknowledged: u64,
    /// Of these, orders that were read back, and compared.
    pub orders: u64,
    /// Products whose stock was compared.
    pub products: u64,
    /// Users whose balance was compared.
    pub users: u64,
    /// What became of requests whose answer was lost.
    pub resolved: Resolved,
    /// Requests of which it stays unknown whether they were carried out. What
    /// is expected of their user and products is a range.
    pub unresolved: u64,
    findings: Vec<Found>,
}

#[derive(Clone, Debug)]
struct Found {
    finding: Finding,
    count: u64,
    told: Vec<String>,
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.findings.is_empty()
    }

    /// What is wrong: each kind, how often, and a sentence on some of them.
    pub fn findings(&self) -> impl Iterator<Item = (Finding, u64, &[String])> {
        let all = self.findings.iter();
        all.map(|it| (it.finding, it.count, &*it.told))
    }

    pub(super) fn found(&mut self, finding: Finding, sentence: String) {
        let known = self.findings.iter_mut().find(|it| it.finding == finding);
        match known {
            Some(found) => {
                found.count += 1;
                if found.told.len() < MAX_TOLD {
                    found.told.push(sentence);
                }
            }
            None => {
                self.findings.push(Found {
                    finding,
                    count: 1,
                    told: vec![sentence],
                });
                self.findings.sort_by_key(|it| it.finding);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_offenders_are_counted_and_some_are_told() {
        let mut verdict = Verdict::default();
        assert!(verdict.is_good());
        for product in 0..100 {
            verdict.found(Finding::Stock, format!("product {product}"));
        }
        verdict.found(Finding::Missing, "order".to_owned());
        assert!(!verdict.is_good());
        let found: Vec<_> = verdict
            .findings()
            .map(|(it, count, told)| (it, count, told.len()))
            .collect();
        let expected = [(Finding::Missing, 1, 1), (Finding::Stock, 100, MAX_TOLD)];
        assert_eq!(found, expected);
    }
}
