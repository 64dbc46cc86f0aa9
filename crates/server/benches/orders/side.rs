//! What runs, and what it is compared with.

use std::fmt;

use clap::ValueEnum;
use jumun_load::{Keys, Workload};

/// Who takes the orders.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, ValueEnum)]
pub(crate) enum System {
    /// The same HTTP and JSON, and no storage
    Roofline,
    /// Jumun on its embedded engine
    Embedded,
    /// Jumun on PostgreSQL
    Postgres,
    /// A textbook transaction an order on PostgreSQL, from `pgbench`
    Textbook,
}

impl System {
    /// Its name on the command line and in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Roofline => "roofline",
            Self::Embedded => "embedded",
            Self::Postgres => "postgres",
            Self::Textbook => "textbook",
        }
    }

    /// What it is compared with.
    pub(crate) fn base(self) -> Self {
        match self {
            Self::Postgres | Self::Textbook => Self::Textbook,
            Self::Roofline | Self::Embedded => Self::Roofline,
        }
    }

    /// Whether it keeps orders in a PostgreSQL server.
    pub(crate) fn is_on_postgres(self) -> bool {
        matches!(self, Self::Postgres | Self::Textbook)
    }
}

/// How many orders there are before the load.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, ValueEnum)]
pub(crate) enum Filling {
    /// None
    Empty,
    /// As many as `--orders` says
    Large,
}

impl Filling {
    /// Its name on the command line and in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Large => "large",
        }
    }
}

/// A system under a load.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Side {
    /// Who takes the orders.
    pub(crate) system: System,
    /// What is ordered.
    pub(crate) workload: Workload,
    /// Connections with one request in flight each.
    pub(crate) connections: usize,
    /// Which keys the requests carry.
    pub(crate) keys: Keys,
    /// What is in the database before.
    pub(crate) filling: Filling,
}

impl Side {
    /// The load that everything else is a variation of.
    pub(crate) const fn usual(system: System) -> Self {
        Self {
            system,
            workload: Workload::Uniform,
            connections: 256,
            keys: Keys::TimeOrdered,
            filling: Filling::Empty,
        }
    }

    /// Its aspects in words.
    fn aspects(self) -> [String; 5] {
        let (system, workload) = (self.system.name(), self.workload.name());
        let filling = self.filling.name();
        let keys = match self.keys {
            Keys::None => "no",
            keys => keys.name(),
        };
        let connections = format!("{} conn.", self.connections);
        [
            system.to_owned(),
            workload.to_owned(),
            connections,
            format!("{keys} keys"),
            filling.to_owned(),
        ]
    }
}

/// The side in a few words.
impl fmt::Display for Side {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.aspects().join(", "))
    }
}

/// A side, and the one that its figures are divided by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Comparison {
    /// What is measured.
    pub(crate) subject: Side,
    /// What it is measured by.
    pub(crate) base: Side,
}

impl Comparison {
    /// A side beside the system that it is usually compared with.
    pub(crate) fn usual(subject: Side) -> Self {
        let system = subject.system.base();
        // The roofline refuses nothing and keeps nothing, so that one load of
        // each kind is enough of it.
        let base = match system {
            System::Roofline if subject.workload == Workload::SoldOut => Side {
                system,
                workload: Workload::Hot,
                filling: Filling::Empty,
                ..subject
            },
            System::Roofline => Side {
                system,
                filling: Filling::Empty,
                ..subject
            },
            _ => Side { system, ..subject },
        };
        Self { subject, base }
    }
}

/// What both have in common, and what differs as `subject/base`.
impl fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.subject.aspects().into_iter().zip(self.base.aspects());
        let words: Vec<String> = pairs
            .map(|(subject, base)| match subject == base {
                true => subject,
                false => format!("{subject}/{base}"),
            })
            .collect();
        formatter.write_str(&words.join(", "))
    }
}
