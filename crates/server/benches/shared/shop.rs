//! How large the shops of the benches are.

use jumun_load::Shop;

/// The shop that is measured.
pub(crate) fn full() -> Shop {
    Shop::from_one(100_000, 10_000)
}

/// A shop that is quickly filled, for the smoke run.
pub(crate) fn small() -> Shop {
    Shop::from_one(1_000, 100)
}
