//! Who may do what: every operation of the description, tried by everybody.

mod before_the_body;
mod limits;
mod operations;
mod others_orders;
mod stage;
mod tokens;
