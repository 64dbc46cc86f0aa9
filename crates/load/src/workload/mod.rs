//! What shoppers want, and how their requests look.

mod basket;
mod keys;
mod orders;
mod popularity;
mod shop;

pub use basket::{Basket, Baskets, Item};
pub use keys::{KeyMint, Keys, now};
pub use orders::{Observer, OrderSent, Orders};
pub use shop::Shop;

pub(crate) use basket::{is_plentiful, write_body};
pub(crate) use shop::price;

/// What is asked of the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Workload {
    /// Orders of 1 to 3 lines of any products
    Uniform,
    /// The same, where the product of rank n is wanted n times less often than the first
    Zipf,
    /// One piece of the one product that everybody wants
    Hot,
    /// Orders of which nine in ten come too late: the product is sold out
    #[cfg_attr(feature = "clap", value(name = "soldout"))]
    SoldOut,
    /// Orders that each use a coupon of their own
    Coupon,
    /// Orders beside charges, coupons, cancels and reads
    Mixed,
}

impl Workload {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Uniform,
        Self::Zipf,
        Self::Hot,
        Self::SoldOut,
        Self::Coupon,
        Self::Mixed,
    ];

    /// Its name on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Zipf => "zipf",
            Self::Hot => "hot",
            Self::SoldOut => "soldout",
            Self::Coupon => "coupon",
            Self::Mixed => "mixed",
        }
    }
}
