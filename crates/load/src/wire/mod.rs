//! HTTP/1.1 as a load generator needs it: keep-alive connections with one
//! request in flight each.

mod answer;
mod connection;
mod request;
mod stream;
mod target;

pub use answer::Answer;
pub use connection::{ANSWER_LIMIT, Connection, Loss};
pub use request::Writer;
pub use target::{InvalidTarget, Target};

pub(crate) use request::NO_KEY_YET;
