//! Data platforms on the command line.

mod delivery;
mod operators;
mod options;
mod secrets;
