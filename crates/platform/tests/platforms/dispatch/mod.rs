//! The dispatcher, over a real engine, to real platforms.

mod clock;
mod files;
mod hindered;
mod instances;
#[cfg(feature = "kafka")]
mod kafka;
mod outages;
mod replays;
mod restarts;
mod shop;
mod streams;
mod taken;
mod troubles;
mod unruly;
mod unruly_platforms;
