//! Who may do what.
//!
//! A handler reaches the shop through one of the extractors of [`callers`], each
//! of which says who may call, and through nothing else: the router's state is a
//! [`Gate`], which opens for them alone. So an operation cannot be written
//! without its right, and who may not is told before the body is looked at.

mod authenticate;
mod callers;
mod console_user;
mod gate;
mod known;
mod principal;
mod rates;
mod rights;
mod tokens;

pub(crate) use authenticate::bearer;
pub(crate) use callers::{
    AnyToken, Anyone, Granted, OnBehalf, OrderReader, PathUser, Probe, WithAdmin,
    WithBalanceCharge, WithCatalogWrite, WithEventsRead, WithMetricsRead, WithOrdersActAs,
};
pub(crate) use console_user::{ConsoleUser, ConsoleVisitor, cookie, cookie_name, is_secure};
pub(crate) use gate::{Gate, Guards};
pub use rates::Rates;
pub(crate) use rights::{Right, right_of};
