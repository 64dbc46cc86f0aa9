//! How many files the process may have open: a connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files besides the connections: the runtime's, standard streams, a plot.
const OTHER_FILES: u64 = 64;

/// The process may not open so many connections.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "this process may have {most} files open, and that many connections need {needed}; raise the \
     hard limit (ulimit -Hn), or ask for fewer connections"
)]
pub struct TooFewFiles {
    needed: u64,
    most: u64,
}

/// Raises the limit of open files as far as these connections need it, and the
/// system lets a process do it by itself.
///
/// # Errors
///
/// When that is not far enough.
pub fn allow_connections(connections: usize) -> Result<(), TooFewFiles> {
    let needed = (connections as u64).saturating_add(OTHER_FILES);
    let limit = getrlimit(Resource::Nofile);
    let is_enough = |limit: Option<u64>| limit.is_none_or(|it| it >= needed);
    if is_enough(limit.current) {
        return Ok(());
    }
    let most = limit.maximum.unwrap_or(u64::MAX);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if is_enough(limit.maximum) && setrlimit(Resource::Nofile, raised).is_ok() {
        return Ok(());
    }
    Err(TooFewFiles { needed, most })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_connections_than_the_hard_limit_allows_are_refused_with_what_to_do() {
        assert_eq!(allow_connections(1), Ok(()));
        let Some(most) = getrlimit(Resource::Nofile).maximum else {
            return;
        };
        let refused = allow_connections(usize::try_from(most).unwrap()).unwrap_err();
        assert!(refused.to_string().contains("ulimit -Hn"), "{refused}");
    }
}
