//! The API over real HTTP and a real database. The modules mirror the routes.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod harness;
mod rigged;

mod balance;
mod campaigns;
mod connections;
mod console;
mod coupons;
mod description;
mod edges;
mod entity_tags;
mod events;
mod headers;
mod hostile;
mod idempotency;
mod instances;
mod listening;
mod operations;
mod orders;
mod outage;
mod pages;
mod platforms;
mod problems;
mod products;
mod races;
mod rights;
mod shutdown;
mod stock;
mod transport;
mod users;
