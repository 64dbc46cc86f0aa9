//! What became of requests: answers by status and code, and losses.

use std::borrow::Cow;

use serde::Deserialize;

use crate::wire::{Answer, Loss};

/// From here on a status is a problem, with a code.
const FIRST_PROBLEM: u16 = 400;

/// Different codes that are told apart; the rest counts by its status alone. A
/// server of ours has fewer, and another might make one up for each answer.
const MAX_REFUSALS: usize = 64;

/// Counts of outcomes.
#[derive(Clone, Debug, Default)]
pub struct Outcomes {
    /// Few, and nearly all requests come to one of the first.
    answers: Vec<(Refusal, u64)>,
    losses: [u64; Loss::COUNT],
}

/// A status, and the code of the problem that came with it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Refusal {
    /// The status.
    pub status: u16,
    /// The problem's code, where the body has one.
    pub code: Option<String>,
}

#[derive(Deserialize)]
struct Problem<'a> {
    #[serde(borrow)]
    code: Cow<'a, str>,
}

/// The code of a problem.
pub(crate) fn code<'a>(answer: &Answer<'a>) -> Option<Cow<'a, str>> {
    let problem: Option<Problem<'a>> = serde_json::from_slice(answer.body).ok();
    problem.map(|it| it.code)
}

/// Whether an answer leaves open what became of the request: all that a server,
/// or a proxy in front of it, says when something has failed, but for the code
/// that says that nothing was done.
pub(crate) fn is_doubtful(answer: &Answer<'_>) -> bool {
    answer.status >= 500 && code(answer).as_deref() != Some("overloaded")
}

impl Outcomes {
    pub(crate) fn answered(&mut self, answer: &Answer<'_>) {
        let is_problem = answer.status >= FIRST_PROBLEM;
        let code = if is_problem { code(answer) } else { None };
        self.add(answer.status, code.as_deref(), 1);
    }

    pub(crate) fn lost(&mut self, loss: Loss) {
        self.losses[loss as usize] += 1;
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (refusal, count) in other.answers {
            self.add(refusal.status, refusal.code.as_deref(), count);
        }
        for (own, other) in self.losses.iter_mut().zip(other.losses) {
            *own += other;
        }
    }

    fn add(&mut self, status: u16, code: Option<&str>, count: u64) {
        let is_full = self.answers.len() >= MAX_REFUSALS;
        let mut all = self.answers.iter_mut();
        let known = all.find(|(it, _)| it.status == status && it.code.as_deref() == code);
        match known {
            Some((_, known)) => *known += count,
            None if is_full && code.is_some() => self.add(status, None, count),
            None => {
                let code = code.map(str::to_owned);
                self.answers.push((Refusal { status, code }, count));
            }
        }
    }

    /// Answers of a status.
    pub fn of_status(&self, status: u16) -> u64 {
        let of_it = self.answers.iter().filter(|(it, _)| it.status == status);
        of_it.map(|(_, count)| count).sum()
    }

    /// Requests that were not answered.
    pub fn lost_count(&self) -> u64 {
        self.losses.iter().sum()
    }

    /// All requests.
    pub fn total(&self) -> u64 {
        self.lost_count() + self.answers.iter().map(|(_, count)| count).sum::<u64>()
    }

    /// Answers by status and code, in that order.
    pub fn answers(&self) -> Vec<(Refusal, u64)> {
        let mut sorted = self.answers.clone();
        sorted.sort();
        sorted
    }

    /// Requests without an answer, by what happened.
    pub fn losses(&self) -> impl Iterator<Item = (Loss, u64)> {
        let all = [
            Loss::NotConnected,
            Loss::Closed,
            Loss::TimedOut,
            Loss::Malformed,
        ];
        let counted = all.into_iter().map(|it| (it, self.losses[it as usize]));
        counted.filter(|(_, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(outcomes: &mut Outcomes, status: u16, body: &str) {
        let body = body.as_bytes();
        outcomes.answered(&Answer { status, body });
    }

    #[test]
    fn outcomes_are_counted_by_status_and_code() {
        let mut outcomes = Outcomes::default();
        answered(
            &mut outcomes,
            400,
            r#"{"code":"out-of-stock","status":400}"#,
        );
        answered(&mut outcomes, 400, r#"{"code":"invalid-coupon"}"#);
        answered(&mut outcomes, 201, r#"{"code":"of no problem"}"#);
        answered(&mut outcomes, 502, "<html>");
        outcomes.lost(Loss::Closed);
        let mut twice = outcomes.clone();
        twice.merge(outcomes);
        let found: Vec<_> = twice
            .answers()
            .into_iter()
            .map(|(it, count)| (it.status, it.code, count))
            .collect();
        let of = |status, code: Option<&str>| (status, code.map(str::to_owned), 2);
        let expected = [
            of(201, None),
            of(400, Some("invalid-coupon")),
            of(400, Some("out-of-stock")),
            of(502, None),
        ];
        assert_eq!(found, expected);
        assert_eq!(twice.losses().collect::<Vec<_>>(), [(Loss::Closed, 2)]);
        assert_eq!((twice.total(), twice.of_status(400)), (10, 4));
    }

    #[test]
    fn a_server_that_makes_codes_up_cannot_fill_the_memory() {
        let mut outcomes = Outcomes::default();
        for turn in 0..10_000 {
            answered(&mut outcomes, 400, &format!(r#"{{"code":"c{turn}"}}"#));
        }
        assert!(outcomes.answers().len() <= MAX_REFUSALS + 1);
        assert_eq!(outcomes.total(), 10_000);
    }
}
