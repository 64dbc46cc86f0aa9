//! What several errors have in common.

use super::OpenError;

impl OpenError {
    /// Whether the same attempt may succeed later although nobody changes a
    /// setting: the server starts, a standby is being promoted, a network heals.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::HostNotFound { .. }
                | Self::Refused { .. }
                | Self::TimedOut { .. }
                | Self::Unreachable { .. }
                | Self::Lost { .. }
                | Self::TooManyConnections { .. }
                | Self::NotReady { .. }
                | Self::Standby { .. }
        ) || matches!(self, Self::NoServer { failures } if failures.iter().any(Self::is_transient))
    }

    /// Whether nothing answered.
    pub(crate) fn is_unreached(&self) -> bool {
        matches!(
            self,
            Self::HostNotFound { .. }
                | Self::Refused { .. }
                | Self::TimedOut { .. }
                | Self::Unreachable { .. }
                | Self::Lost { .. }
        )
    }

    /// Whether the server may give without TLS what it refuses with it.
    pub(crate) fn may_be_due_to_tls(&self) -> bool {
        matches!(
            self,
            Self::TlsFailed { .. } | Self::NotTrusted { .. } | Self::NotAdmitted { .. }
        )
    }

    /// The error of one server, or of several together.
    pub(crate) fn of_several(mut failures: Vec<Self>) -> Self {
        match failures.pop() {
            Some(only) if failures.is_empty() => only,
            last => {
                failures.extend(last);
                Self::NoServer { failures }
            }
        }
    }
}

/// The sentences of several servers.
pub(super) fn listed(failures: &[OpenError]) -> String {
    let sentences = failures.iter().map(ToString::to_string).collect::<Vec<_>>();
    sentences.join(" | ")
}
