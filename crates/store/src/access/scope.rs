//! What a token may be allowed.

use std::fmt;
use std::str::FromStr;

macro_rules! scopes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// One right that a token can carry.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Scope {
            $($(#[$doc])* $variant,)*
        }

        impl Scope {
            /// Every scope.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

scopes! {
    /// Acts for every user: registers them, sees what is theirs, places and
    /// cancels their orders, takes their coupons.
    OrdersActAs = "orders:act-as";
    /// Puts products, adjusts stock, opens campaigns.
    CatalogWrite = "catalog:write";
    /// Pays money in.
    BalanceCharge = "balance:charge";
    /// Reads events, and what became of them at the data platforms.
    EventsRead = "events:read";
    /// Reads the server's figures.
    MetricsRead = "metrics:read";
    /// Everything.
    Admin = "admin";
}

/// The text names no scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "a scope is one of orders:act-as, catalog:write, balance:charge, events:read, metrics:read, admin"
)]
pub struct UnknownScope;

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        let mut all = Self::ALL.iter().copied();
        all.find(|scope| scope.name() == text).ok_or(UnknownScope)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A set of scopes. [`Scope::Admin`] holds all others.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Scopes(u8);

impl Scopes {
    const fn bit(scope: Scope) -> u8 {
        1 << scope as u8
    }

    /// Whether the scope is held, by itself or through `admin`.
    pub const fn allow(self, scope: Scope) -> bool {
        self.0 & (Self::bit(scope) | Self::bit(Scope::Admin)) != 0
    }

    /// The scopes that were given, as they were named.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        let all = Scope::ALL.iter().copied();
        all.filter(move |scope| self.0 & Self::bit(*scope) != 0)
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The names with a space between (as in RFC 6749, section 3.3), which is
    /// how they are stored.
    pub fn names(self) -> String {
        let names: Vec<_> = self.iter().map(Scope::name).collect();
        names.join(" ")
    }

    /// Reads what [`Scopes::names`] wrote.
    ///
    /// # Errors
    ///
    /// [`UnknownScope`] where any of the names is none: a newer version wrote it.
    pub fn from_names(text: &str) -> Result<Self, UnknownScope> {
        text.split_ascii_whitespace().map(str::parse).collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |all, it| all | Self::bit(it)))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.names())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_allows_itself_alone_and_admin_all() {
        for given in Scope::ALL {
            let scopes: Scopes = [*given].into_iter().collect();
            for asked in Scope::ALL {
                let expected = given == asked || *given == Scope::Admin;
                assert_eq!(scopes.allow(*asked), expected, "{given} for {asked}");
                assert!(!Scopes::default().allow(*asked));
            }
            assert_eq!(Scopes::from_names(&scopes.names()), Ok(scopes));
        }
        let all: Scopes = Scope::ALL.iter().copied().collect();
        assert_eq!(Scopes::from_names(&all.names()), Ok(all));
        assert_eq!(Scopes::from_names("admin sudo"), Err(UnknownScope));
        for scope in Scope::ALL {
            assert!(UnknownScope.to_string().contains(scope.name()), "{scope}");
        }
    }
}
