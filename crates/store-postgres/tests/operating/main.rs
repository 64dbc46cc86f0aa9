//! Proves that docs/operating/postgres.md is true: its statements are run, and
//! its tables are compared with the program.

mod access;
mod deliveries;
mod deployment;
mod document;
mod figures;
mod names;
mod parameters;
mod queries;
mod reading;
mod requests;
mod rights;
mod sales;
mod shop;
mod waits;
