//! Which lines of the history are meant.

use std::str::FromStr;

use jumun_store::access::ChangeRecord;

/// Kinds of what changes, as `jumun_store::access::ChangeLine` writes them.
const KINDS: [&str; 6] = ["user", "product", "campaign", "order", "token", "platform"];

/// One thing, or all of a kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Subject {
    /// `product:3`
    One(String),
    /// `product`
    Kind(String),
}

impl FromStr for Subject {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, name) = match text.split_once(':') {
            Some((kind, name)) => (kind, Some(name)),
            None => (text, None),
        };
        match name {
            _ if !KINDS.contains(&kind) => Err(()),
            Some("") => Err(()),
            Some(_) => Ok(Self::One(text.to_owned())),
            None => Ok(Self::Kind(kind.to_owned())),
        }
        .map_err(|()| {
            format!(
                "write what changed, such as product:3, or one of {}",
                KINDS.join(", ")
            )
        })
    }
}

/// What a line must be like to be shown.
#[derive(Debug)]
pub(super) struct Filter {
    subject: Option<Subject>,
    since_micros: Option<i64>,
}

impl Filter {
    /// What the options say.
    pub(super) fn new(subject: Option<Subject>, since: Option<jiff::Timestamp>) -> Self {
        Self {
            subject,
            since_micros: since.map(|it| it.as_microsecond()),
        }
    }

    /// Whether a line is to be shown.
    pub(super) fn includes(&self, line: &ChangeRecord) -> bool {
        let is_of = match &self.subject {
            None => true,
            Some(Subject::One(subject)) => **subject == *line.subject,
            Some(Subject::Kind(kind)) => line
                .subject
                .split_once(':')
                .is_some_and(|(it, _)| it == kind),
        };
        is_of && self.since_micros.is_none_or(|it| line.at.as_micros() >= it)
    }

    /// Whether no line that comes after this one, newest first, is to be shown.
    /// Lines of several instances are by their ids, which can be a little out of
    /// the order of their times.
    pub(super) fn is_past(&self, line: &ChangeRecord) -> bool {
        let earliest = self
            .since_micros
            .map(|it| it.saturating_sub(DISORDER_MICROS));
        earliest.is_some_and(|it| line.at.as_micros() < it)
    }
}

/// How much newer a line can be than one that comes before it: far longer than
/// a transaction lasts.
const DISORDER_MICROS: i64 = 5 * 60 * 1_000_000;

#[cfg(test)]
mod tests {
    use jumun_domain::{Actor, ChangeId, Timestamp};

    use super::*;

    fn line(subject: &str, micros: i64) -> ChangeRecord {
        ChangeRecord {
            id: ChangeId(uuid::Uuid::nil()),
            at: Timestamp::from_micros(micros),
            actor: Actor::local(),
            action: "product.put".into(),
            subject: subject.into(),
            before: None,
            after: None,
            reason: None,
        }
    }

    #[test]
    fn a_subject_is_one_thing_or_all_of_a_kind() {
        let table = [
            ("product:3", "product:3", true),
            ("product:3", "product:33", false),
            ("product", "product:33", true),
            (
                "platform:https://host/a:b",
                "platform:https://host/a:b",
                true,
            ),
            ("user", "product:3", false),
        ];
        for (wanted, subject, shown) in table {
            let filter = Filter::new(Some(wanted.parse().unwrap()), None);
            assert_eq!(
                filter.includes(&line(subject, 0)),
                shown,
                "{wanted} {subject}"
            );
        }
        for wrong in ["", "product:", "produce:3", ":3", "3"] {
            assert!(wrong.parse::<Subject>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_happened_before_is_left_out_and_ends_the_list_a_while_later() {
        let since = jiff::Timestamp::from_second(1_000).unwrap();
        let filter = Filter::new(None, Some(since));
        for (second, shown, past) in [
            (1_001, true, false),
            (1_000, true, false),
            (999, false, false),
            (701, false, false),
            (699, false, true),
        ] {
            let line = line("product:3", second * 1_000_000);
            assert_eq!(filter.includes(&line), shown, "{second}");
            assert_eq!(filter.is_past(&line), past, "{second}");
        }
    }
}
