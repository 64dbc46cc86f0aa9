//! The rules of a shop's orders and payments, and nothing else.
//!
//! This crate is pure: it does no I/O, awaits nothing, reads no clock, draws no
//! randomness, serialises nothing and logs nothing. Time and fresh ids are
//! inputs. Every engine loads rows into a [`WorkingSet`], calls [`decide`] for
//! each [`Request`] in turn, and writes back what the set says has changed.
//!
//! ```
//! use jumun_domain::{
//!     Charge, Command, Decision, IdSequence, Request, Stamp, Timestamp, User, UserId, WorkingSet,
//!     decide,
//! };
//!
//! let user_id = UserId::new(7).unwrap();
//! let now = Timestamp::from_micros(1_700_000_000_000_000);
//! let mut set = WorkingSet::default();
//! set.users.load(user_id, Some(User::new(user_id, None, now)));
//!
//! let charge = Charge::new(user_id, 50_000, None).unwrap();
//! let request = Request::new(Command::Charge(charge), None);
//! let mut ids = IdSequence::new(None, 42);
//! let decision = decide(&mut set, &request, &mut Stamp { now, ids: &mut ids }).unwrap();
//! assert!(matches!(decision, Decision::Done(_)));
//! ```

mod amount;
mod answer;
mod campaign;
mod change;
mod check;
mod command;
mod decide;
mod discount;
mod entity_tag;
mod event;
mod fingerprint;
mod id;
mod idempotency;
mod ledger;
pub mod limits;
mod needs;
mod order;
mod product;
mod rejection;
mod table;
mod time;
mod user;
mod working_set;

pub use amount::{Money, Units};
pub use answer::{Answer, Decision, Quote};
pub use campaign::{Campaign, Coupon, CouponUse, Discount};
pub use change::{Action, Actor, Change, Subject};
pub use check::{Rule, Violation};
pub use command::{
    AdjustBalance, AdjustStock, CancelOrder, Charge, Command, CreateCampaign, IssueCoupon,
    OrderLine, PlaceOrder, PutProduct, RawDiscount, RegisterUser, Request,
};
pub use decide::{Stamp, decide, quote};
pub use entity_tag::{EntityTag, Precondition};
pub use event::{Event, EventKind};
pub use fingerprint::Fingerprint;
pub use id::{
    AdjustmentId, CampaignId, ChangeId, CouponId, EntryId, EventId, IdSequence, OrderId, ProductId,
    UserId,
};
pub use idempotency::{Idempotency, IdempotencyKey, InvalidKey, Remembered, Scope};
pub use ledger::{Entry, EntryKind, StockAdjustment};
pub use needs::{Needs, needs};
pub use order::{Cancellation, Line, Order};
pub use product::{Product, Sale};
pub use rejection::{CouponFault, Rejection};
pub use table::{NotLoaded, Table};
pub use time::{Hour, Timestamp};
pub use user::User;
pub use working_set::{Journal, WorkingSet};
