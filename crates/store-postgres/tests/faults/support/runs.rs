//! How often a fault is tried, and with which random numbers.

/// Multiplies the number of repetitions.
const RUNS: &str = "JUMUN_FAULT_RUNS";

/// The numbers of a run that has failed, to run it again.
const SEED: &str = "JUMUN_FAULT_SEED";

/// How many times `usual` a run repeats a fault: once, unless more was asked for.
pub(crate) fn repetitions(usual: u64) -> u64 {
    usual * number(RUNS).unwrap_or(1)
}

/// Whether more than the usual was asked for.
pub(crate) fn is_thorough() -> bool {
    number(RUNS).is_some_and(|runs| runs > 1)
}

/// Random numbers that can be had again: their seed is printed.
pub(crate) fn random() -> fastrand::Rng {
    let seed = number(SEED).unwrap_or_else(|| fastrand::u64(..));
    println!("{SEED}={seed}");
    fastrand::Rng::with_seed(seed)
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
