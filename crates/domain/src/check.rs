//! Checks of a command's own values, before any row is looked at.

use std::sync::Arc;

use crate::amount::{Money, Units};
use crate::limits::MAX_SAFE_INTEGER;

/// A value of a request that cannot be accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// Where, as a JSON pointer into the request's body (RFC 6901).
    pub pointer: String,
    /// What was asked of the value.
    pub rule: Rule,
}

impl Violation {
    /// A violation of `rule` at `pointer`.
    pub fn new(pointer: impl Into<String>, rule: Rule) -> Self {
        Self {
            pointer: pointer.into(),
            rule,
        }
    }
}

/// What a value has to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    /// An integer from `min` to `max`, both included.
    IntegerBetween {
        /// The least accepted value.
        min: i64,
        /// The greatest accepted value.
        max: i64,
    },
    /// An integer other than zero.
    NotZero,
    /// Text of `min` to `max` characters.
    LengthBetween {
        /// The least number of characters.
        min: usize,
        /// The greatest number of characters.
        max: usize,
    },
    /// Text without control characters.
    NoControlCharacters,
    /// A list of `min` to `max` members.
    ItemsBetween {
        /// The least number of members.
        min: usize,
        /// The greatest number of members.
        max: usize,
    },
    /// `validUntil` after `validFrom`.
    AfterValidFrom,
    /// The request's arithmetic stays within ±(2^53 − 1), with headroom for
    /// every refund that may still come.
    WithinSafeRange,
}

/// Collects every violation of one command, so that all are told at once.
#[derive(Default)]
pub(crate) struct Check {
    violations: Vec<Violation>,
}

impl Check {
    pub(crate) fn fail(&mut self, pointer: impl Into<String>, rule: Rule) {
        self.violations.push(Violation::new(pointer, rule));
    }

    /// A value from `min` to 2^53 − 1.
    pub(crate) fn money(&mut self, pointer: &str, value: i64, min: i64) -> Money {
        self.between(pointer, value, min, MAX_SAFE_INTEGER);
        Money::new(value).unwrap_or_default()
    }

    /// A value from `min` to 2^53 − 1.
    pub(crate) fn units(&mut self, pointer: &str, value: i64, min: i64) -> Units {
        self.between(pointer, value, min, MAX_SAFE_INTEGER);
        Units::new(value).unwrap_or_default()
    }

    pub(crate) fn not_zero(&mut self, pointer: &str, value: i64) {
        if value == 0 {
            self.fail(pointer, Rule::NotZero);
        }
    }

    pub(crate) fn between(&mut self, pointer: &str, value: i64, min: i64, max: i64) {
        if value < min || value > max {
            self.fail(pointer, Rule::IntegerBetween { min, max });
        }
    }

    /// Text of 1 to `max_chars` characters, none of them a control character.
    pub(crate) fn text(&mut self, pointer: &str, value: &str, max_chars: usize) -> Arc<str> {
        if value.is_empty() || value.chars().count() > max_chars {
            self.fail(
                pointer,
                Rule::LengthBetween {
                    min: 1,
                    max: max_chars,
                },
            );
        } else if value.chars().any(char::is_control) {
            self.fail(pointer, Rule::NoControlCharacters);
        }
        Arc::from(value)
    }

    pub(crate) fn optional_text(
        &mut self,
        pointer: &str,
        value: Option<&str>,
        max_chars: usize,
    ) -> Option<Arc<str>> {
        value.map(|value| self.text(pointer, value, max_chars))
    }

    /// The command when nothing was wrong, else everything that was.
    pub(crate) fn finish<T>(self, command: T) -> Result<T, Vec<Violation>> {
        if self.violations.is_empty() {
            Ok(command)
        } else {
            Err(self.violations)
        }
    }
}
