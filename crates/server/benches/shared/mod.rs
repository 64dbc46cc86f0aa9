//! What every bench of the server has: the shop, the shoppers, the server as a
//! process of its own, and what was seen of it.

pub(crate) mod child;
pub(crate) mod connection;
pub(crate) mod demand;
pub(crate) mod figures;
pub(crate) mod files;
pub(crate) mod fill;
pub(crate) mod load;
pub(crate) mod machine;
pub(crate) mod serve;
pub(crate) mod tally;
