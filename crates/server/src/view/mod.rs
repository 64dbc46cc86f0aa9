//! What answers look like: one type for each shape of the API.

mod attempt;
mod campaign;
mod change;
mod delivery;
mod event;
mod ledger;
mod list;
mod order;
mod platform;
mod product;
mod render;
mod scalar;
mod token;
mod user;

pub(crate) use campaign::{CampaignView, CouponView};
pub(crate) use change::ChangeView;
pub(crate) use delivery::{DeliveryView, DeliveryWithAttemptsView};
pub(crate) use event::{DATA_SCHEMA, EventList, EventView};
pub(crate) use ledger::{CreditView, EntryView, StockAdjustedView, StockAdjustmentView};
pub(crate) use list::List;
pub(crate) use order::{OrderView, QuoteView};
pub(crate) use platform::{PlatformList, PlatformView, ReplayView};
pub(crate) use product::{BestSellerList, BestSellerView, ProductView};
pub(crate) use scalar::{CurrencyCode, Id, Text, Time};
pub(crate) use token::{CreatedTokenView, ScopeName, TokenView};
pub(crate) use user::{BalanceView, UserView};

pub use render::{
    render_change, render_deliveries, render_event, render_order, render_platforms, render_time,
    render_token,
};
