//! What every bench of the server has: the shop, the server as a process of its
//! own, and what was seen of it. The load is that of `jumun-load`.

pub(crate) mod child;
pub(crate) mod conditions;
pub(crate) mod figures;
pub(crate) mod files;
pub(crate) mod fill;
pub(crate) mod load;
pub(crate) mod machine;
pub(crate) mod question;
pub(crate) mod serve;
pub(crate) mod shop;
pub(crate) mod statistics;
