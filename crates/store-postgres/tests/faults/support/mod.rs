//! What the tests share.

pub(crate) mod asking;
pub(crate) mod commands;
pub(crate) mod deliveries;
pub(crate) mod follower;
pub(crate) mod gate;
pub(crate) mod held_commits;
pub(crate) mod history;
pub(crate) mod laws;
pub(crate) mod load;
mod messages;
pub(crate) mod one_batch;
pub(crate) mod other_process;
pub(crate) mod points;
pub(crate) mod replicas;
pub(crate) mod runs;
pub(crate) mod session;
pub(crate) mod shop;
pub(crate) mod tokens;
pub(crate) mod wait;
