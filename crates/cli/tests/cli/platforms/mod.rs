//! Data platforms on the command line.

mod options;
mod secrets;
