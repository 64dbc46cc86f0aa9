//! The laws that an audit checks, named the same for every engine.

/// A law that holds in every committed state.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Law {
    /// Each user's ledger sums to the balance, step by step, and no balance is
    /// negative.
    Ledger,
    /// Opening stock and adjustments − sold + restocked = on hand, never negative.
    Stock,
    /// Coupons issued are at most the campaign's quantity, numbered 1, 2, 3, …,
    /// one a user.
    Campaigns,
    /// A coupon is used exactly when one paid order names it.
    Coupons,
    /// An order's lines less its discount are what was paid, and what was paid
    /// is in the ledger, once; a cancelled order was refunded, once.
    Orders,
    /// Exactly one event an order and one a cancel.
    Events,
    /// A platform's position is at most that of the newest event, and what is
    /// pending there are events up to it.
    Deliveries,
    /// The database's own structure is intact.
    Storage,
}

impl Law {
    /// Every law, in the order of a report.
    pub const ALL: [Self; 8] = [
        Self::Ledger,
        Self::Stock,
        Self::Campaigns,
        Self::Coupons,
        Self::Orders,
        Self::Events,
        Self::Deliveries,
        Self::Storage,
    ];

    /// A stable short name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ledger => "ledger",
            Self::Stock => "stock",
            Self::Campaigns => "campaigns",
            Self::Coupons => "coupons",
            Self::Orders => "orders",
            Self::Events => "events",
            Self::Deliveries => "deliveries",
            Self::Storage => "storage",
        }
    }

    /// The law in a sentence.
    pub const fn statement(self) -> &'static str {
        match self {
            Self::Ledger => "each user's ledger sums to the balance",
            Self::Stock => "opening stock and adjustments - sold + restocked = on hand",
            Self::Campaigns => "coupons issued <= quantity, numbered without gaps, one a user",
            Self::Coupons => "a coupon is used exactly when one paid order names it",
            Self::Orders => "lines - discount = payment, in the ledger once; cancels refunded once",
            Self::Events => "exactly one event an order and one a cancel",
            Self::Deliveries => "pending events <= position of the platform <= newest event",
            Self::Storage => "the database is intact",
        }
    }
}

/// Something that breaks a law.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// What it is about, such as `user 7` or an order's id.
    pub subject: String,
    /// What is wrong, with both figures.
    pub detail: String,
}

/// The outcome for one law.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LawReport {
    /// Which law.
    pub law: Law,
    /// How many subjects were checked.
    pub checked: u64,
    /// How many break it.
    pub broken: u64,
    /// The first of those, up to [`LawReport::MAX_FINDINGS`].
    pub findings: Vec<Finding>,
}

impl LawReport {
    /// How many findings a report keeps for each law: enough to see the
    /// pattern, few enough to read.
    pub const MAX_FINDINGS: usize = 100;

    /// A report on nothing yet.
    pub const fn new(law: Law) -> Self {
        Self {
            law,
            checked: 0,
            broken: 0,
            findings: Vec::new(),
        }
    }

    /// Notes one subject that breaks the law.
    pub fn broken(&mut self, subject: impl Into<String>, detail: impl Into<String>) {
        self.broken += 1;
        if self.findings.len() < Self::MAX_FINDINGS {
            self.findings.push(Finding {
                subject: subject.into(),
                detail: detail.into(),
            });
        }
    }
}

/// How far an audit has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AuditProgress {
    /// Rows checked.
    pub done: u64,
    /// About how many there are.
    pub total: u64,
}

/// The outcome of an audit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditReport {
    /// One report for each of [`Law::ALL`].
    pub laws: Vec<LawReport>,
}

impl AuditReport {
    /// Whether every law holds.
    pub fn is_clean(&self) -> bool {
        self.laws.iter().all(|law| law.broken == 0)
    }
}
