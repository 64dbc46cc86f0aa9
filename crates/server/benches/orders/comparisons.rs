//! What is compared.

use jumun_load::{Keys, Workload};

use crate::bars;
use crate::side::{Comparison, Filling, Side, System};

/// Numbers of connections that a full run compares.
pub(crate) const CONNECTIONS: [usize; 4] = [1, 32, 256, 1_024];
/// Workloads that a full run compares.
const WORKLOADS: [Workload; 4] = [
    Workload::Uniform,
    Workload::Zipf,
    Workload::Hot,
    Workload::SoldOut,
];
/// Kinds of keys that a full run compares.
const KEYS: [Keys; 3] = [Keys::TimeOrdered, Keys::Random, Keys::None];

/// What is compared when nothing is chosen: whatever has a bar, and the other
/// numbers of connections, workloads and keys once.
pub(crate) fn usual() -> Vec<Comparison> {
    let embedded = Side::usual(System::Embedded);
    let connections = CONNECTIONS.map(|connections| Side {
        connections,
        ..embedded
    });
    let without_keys = Side {
        keys: Keys::None,
        ..embedded
    };
    let zipf = Side {
        workload: Workload::Zipf,
        ..embedded
    };
    let others = connections.into_iter().chain([without_keys, zipf]);
    let with_bars = bars::all().into_iter().map(|(comparison, _)| comparison);
    once(with_bars.chain(others.map(Comparison::usual)))
}

/// Every combination that says something: workloads and connections with the
/// recommended keys, the other keys with the uniform workload, a large file with
/// all workloads and keys.
pub(crate) fn full() -> Vec<Comparison> {
    let mut all = usual();
    for system in [System::Embedded, System::Postgres] {
        let side = Side::usual(system);
        for workload in WORKLOADS {
            // The textbook sells out of nothing.
            if system == System::Postgres && workload == Workload::SoldOut {
                continue;
            }
            for connections in CONNECTIONS {
                all.push(Comparison::usual(Side {
                    workload,
                    connections,
                    ..side
                }));
            }
        }
        for keys in KEYS {
            for connections in CONNECTIONS {
                all.push(Comparison::usual(Side {
                    keys,
                    connections,
                    ..side
                }));
            }
        }
    }
    for workload in [Workload::Uniform, Workload::Zipf, Workload::Hot] {
        for keys in KEYS {
            let base = Side {
                workload,
                keys,
                ..Side::usual(System::Embedded)
            };
            let subject = Side {
                filling: Filling::Large,
                ..base
            };
            all.push(Comparison { subject, base });
        }
    }
    once(all.into_iter())
}

/// The same without repeats.
pub(crate) fn once(all: impl Iterator<Item = Comparison>) -> Vec<Comparison> {
    let mut once: Vec<Comparison> = Vec::new();
    for comparison in all {
        if !once.contains(&comparison) {
            once.push(comparison);
        }
    }
    once
}
