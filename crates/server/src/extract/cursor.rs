//! Cursors: the key of the last item seen, opaque to clients.

use jumun_domain::{AdjustmentId, CampaignId, ChangeId, CouponId, EntryId, OrderId, ProductId};
use jumun_store::Page;
use jumun_store::access::TokenId;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::Sequence;
use super::query::integer_parameter;
use crate::problem::{FieldError, Issue, Problem};

/// Items in a page where the request does not say: a screen or two.
const DEFAULT_LIMIT: i64 = 50;

/// The most items in a page: bounds the size and the cost of one answer.
pub(crate) const MAX_LIMIT: i64 = 200;

/// A key that a list can go on from.
pub(crate) trait Cursor: Sized {
    /// The text that stands for it; its first letter says which list it is of.
    fn encode(&self) -> String;
    /// `None` for a text that this list did not give out.
    fn decode(text: &str) -> Option<Self>;
}

macro_rules! uuid_cursor {
    ($($id:ident = $letter:literal),*) => {$(
        impl Cursor for $id {
            fn encode(&self) -> String {
                format!("{}{}", $letter, self.0.simple())
            }
            fn decode(text: &str) -> Option<Self> {
                let hex = text.strip_prefix($letter)?;
                // `try_parse` takes other forms as well; only ours was given out.
                let id = Uuid::try_parse(hex).ok()?;
                (hex.len() == 32).then_some(Self(id))
            }
        }
    )*};
}

macro_rules! integer_cursor {
    ($($id:ident = $letter:literal),*) => {$(
        impl Cursor for $id {
            fn encode(&self) -> String {
                format!("{}{:014x}", $letter, self.get())
            }
            fn decode(text: &str) -> Option<Self> {
                let hex = text.strip_prefix($letter)?;
                let digits = hex.len() == 14 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
                Self::new(i64::from_str_radix(hex, 16).ok().filter(|_| digits)?)
            }
        }
    )*};
}

uuid_cursor!(
    EntryId = 'e',
    CouponId = 'c',
    OrderId = 'o',
    AdjustmentId = 's',
    ChangeId = 'h'
);
integer_cursor!(ProductId = 'p', CampaignId = 'm', Sequence = 'd');

impl Cursor for TokenId {
    fn encode(&self) -> String {
        format!("t{self}")
    }

    fn decode(text: &str) -> Option<Self> {
        Self::parse(text.strip_prefix('t')?)
    }
}

/// Which part of a list.
#[derive(Deserialize, Default, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// The most items to return.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50, nullable = false)]
    limit: Option<String>,
    /// The `nextCursor` of the page before. Leave it out for the first page.
    #[param(nullable = false)]
    cursor: Option<String>,
}

impl PageQuery {
    /// From the parameters of a list that has others, too.
    pub(crate) fn new(limit: Option<String>, cursor: Option<String>) -> Self {
        Self { limit, cursor }
    }

    /// The page that was asked for.
    pub(crate) fn page<K: Cursor>(&self) -> Result<Page<K>, Problem> {
        self.read().map_err(Problem::invalid)
    }

    /// The page that was asked for, or all that is wrong with it.
    pub(crate) fn read<K: Cursor>(&self) -> Result<Page<K>, Vec<FieldError>> {
        let mut errors = Vec::new();
        let limit = match &self.limit {
            None => DEFAULT_LIMIT,
            Some(text) => integer_parameter("limit", text, 1, MAX_LIMIT).unwrap_or_else(|error| {
                errors.push(error);
                DEFAULT_LIMIT
            }),
        };
        let after = self.cursor.as_deref().and_then(|text| {
            let key = K::decode(text);
            if key.is_none() {
                errors.push(FieldError::parameter("cursor", Issue::UnknownCursor));
            }
            key
        });
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Page {
            after,
            limit: usize::try_from(limit).unwrap_or(1),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_by_its_own_list_only() {
        let order = OrderId(Uuid::from_u128(7));
        assert_eq!(OrderId::decode(&order.encode()), Some(order));
        assert_eq!(EntryId::decode(&order.encode()), None);
        let product = ProductId::new(42).unwrap();
        assert_eq!(ProductId::decode(&product.encode()), Some(product));
        assert_eq!(CampaignId::decode(&product.encode()), None);
        for text in [
            "",
            "p",
            "p+0000000000002",
            "p00000000000000",
            "pfffffffffffffff",
            "o",
            "é",
        ] {
            assert_eq!(ProductId::decode(text), None, "{text}");
            assert_eq!(OrderId::decode(text), None, "{text}");
        }
    }
}
