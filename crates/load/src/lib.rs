//! A load generator for the server, which it sees as a client does: it depends
//! on no engine and on nothing of the server.
//!
//! A [`Plan`] says what a load is to be, [`run`] carries it out, and a [`Tally`]
//! is what came of it:
//!
//! ```no_run
//! use std::time::Duration;
//! use jumun_load::{Keys, Pace, Plan, Shop, Target, Timing, Workload, run};
//!
//! let plan = Plan {
//!     target: Target::parse("http://127.0.0.1:8080", None).unwrap(),
//!     connections: 256,
//!     pace: Pace::PerSecond(5_000.0),
//!     workload: Workload::Uniform,
//!     keys: Keys::TimeOrdered,
//!     shop: Shop::from_one(100_000, 10_000),
//!     timing: Timing {
//!         warm_up: Duration::from_secs(2),
//!         window: Duration::from_secs(10),
//!     },
//!     threads: Plan::threads_for(256),
//! };
//! let (tally, ()) = run(&plan, ()).unwrap();
//! assert!(tally.orders_per_second() > 0.0);
//! ```
//!
//! An [`Observer`] hears of every order of it. Other [`Traffic`] than orders is
//! driven by [`drive`]. A [`session`] prepares a shop for a load, and checks
//! afterwards that the server has what it has acknowledged.

mod books;
mod driver;
mod limits;
pub mod plot;
pub mod session;
mod tally;
mod wire;
mod workload;

pub use books::Books;
pub use driver::{
    Control, Counts, Failure, InvalidPlan, Outcome, Pace, Plan, Timing, Traffic, drive, run,
};
pub use limits::{TooFewFiles, allow_connections};
pub use tally::{KindTally, Latency, Outcomes, Percentiles, Point, Refusal, Series, Tally};
pub use wire::{ANSWER_LIMIT, Answer, Connection, InvalidTarget, Loss, Target, Writer};
pub use workload::{
    Basket, Baskets, Item, KeyMint, Keys, Observer, OrderSent, Orders, Shop, Workload, now,
};
