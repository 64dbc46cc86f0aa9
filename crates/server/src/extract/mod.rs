//! What handlers take from a request; whatever is wrong becomes a [`Problem`].
//!
//! [`Problem`]: crate::problem::Problem

mod body;
mod cursor;
mod key;
mod object;
mod path;
mod precondition;
mod query;
mod rules;
mod sequence;
mod shape;
mod time;
mod tree;

pub(crate) use body::{Json, OptionalJson, read};
pub(crate) use cursor::{Cursor, MAX_LIMIT, PageQuery};
pub(crate) use key::{Key, RequiredKey};
pub(crate) use object::{Object, objects};
pub(crate) use path::{OrderPath, PathId, PlatformName, TokenPath, uuid};
pub(crate) use precondition::Expected;
pub(crate) use query::{NoQuery, Query, integer_parameter};
pub(crate) use sequence::Sequence;
pub(crate) use time::timestamp;
