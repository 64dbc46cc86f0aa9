//! What this crate promises to the tests that use it.

mod death;
mod life;
mod proxy;
mod settings;
mod standby;
mod support;
