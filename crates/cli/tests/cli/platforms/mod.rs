//! Data platforms on the command line.

mod delivery;
mod json;
mod logins;
mod operators;
mod options;
mod secrets;
mod settings;
