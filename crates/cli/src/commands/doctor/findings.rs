//! What the checks have found.

use crate::failure::Failure;

/// How a check ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Verdict {
    /// As it should be.
    Ok,
    /// It works, and somebody should look.
    Warning,
    /// A server would not start, or lose something, or let somebody in.
    Wrong,
}

impl Verdict {
    /// The word for it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "warning",
            Self::Wrong => "wrong",
        }
    }
}

/// One check.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Finding {
    /// The check's name, the same in every run.
    pub(super) check: &'static str,
    /// How it ended.
    pub(super) verdict: Verdict,
    /// What was found.
    pub(super) found: String,
    /// What to do; nothing where all is well.
    pub(super) remedy: Option<String>,
}

/// All checks that were made, in their order.
#[derive(Default, Debug)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    /// All is well.
    pub(super) fn ok(&mut self, check: &'static str, found: impl Into<String>) {
        self.add(check, Verdict::Ok, found.into(), None);
    }

    /// Somebody should look.
    pub(super) fn warning(
        &mut self,
        check: &'static str,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(check, Verdict::Warning, found.into(), Some(remedy.into()));
    }

    /// It must not stay so.
    pub(super) fn wrong(
        &mut self,
        check: &'static str,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(check, Verdict::Wrong, found.into(), Some(remedy.into()));
    }

    /// What a server would say when it refuses to start.
    pub(super) fn refusal(&mut self, check: &'static str, failure: Failure) {
        if let Failure::Told { message, help, .. } = failure {
            self.add(check, Verdict::Wrong, message, help);
        }
    }

    /// What came of something that can be refused.
    pub(super) fn outcome<T>(
        &mut self,
        check: &'static str,
        outcome: Result<T, Failure>,
        found: impl Into<String>,
    ) -> Option<T> {
        match outcome {
            Ok(value) => {
                self.ok(check, found);
                Some(value)
            }
            Err(failure) => {
                self.refusal(check, failure);
                None
            }
        }
    }

    /// The worst of all.
    pub(super) fn worst(&self) -> Verdict {
        let verdicts = self.0.iter().map(|it| it.verdict);
        verdicts.max().unwrap_or(Verdict::Ok)
    }

    /// Every check.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.0.iter()
    }

    fn add(
        &mut self,
        check: &'static str,
        verdict: Verdict,
        found: String,
        remedy: Option<String>,
    ) {
        self.0.push(Finding {
            check,
            verdict,
            found,
            remedy,
        });
    }
}
