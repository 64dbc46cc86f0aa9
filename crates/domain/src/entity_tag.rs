//! What a product's catalogue entry is, in 128 bits, and what an edit expects of it.

use std::fmt;
use std::sync::Arc;

use crate::fingerprint::Encoder;
use crate::product::Product;

/// A digest of the fields of a product that an edit replaces: name, price,
/// state and limit. The stock is left out, since every order changes it.
///
/// Equal fields have equal tags, whatever engine holds them and whenever they
/// were put. Clients keep tags, so the encoding must never change; a test pins it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct EntityTag([u8; 16]);

impl EntityTag {
    /// The tag of a product as it is now.
    pub fn of(product: &Product) -> Self {
        let mut encoder = Encoder::new();
        encoder
            .text(Some(&product.name))
            .integer(product.price.get())
            .integer(i64::from(product.active))
            .optional(product.max_per_user.map(|limit| limit.get()));
        Self(encoder.finish())
    }

    /// The tag that is written like this; `None` for text that no product's tag
    /// is written like. Tags are compared by character, so there is one form only.
    ///
    /// ```
    /// use jumun_domain::EntityTag;
    ///
    /// let text = "00112233445566778899aabbccddeeff";
    /// assert_eq!(EntityTag::parse(text).map(|tag| tag.to_string()).as_deref(), Some(text));
    /// assert_eq!(EntityTag::parse(&text.to_uppercase()), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = u128::from_str_radix(text, 16).ok()?.to_be_bytes();
        Some(Self(bytes)).filter(|tag| tag.to_string() == text)
    }
}

impl fmt::Display for EntityTag {
    /// 32 hexadecimal digits in lower case, without the quotes of a header.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// What an edit expects of the product before it. It is compared under the
/// locks of the edit, so nothing comes between.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub enum Precondition {
    /// Nothing: the edit is done whatever there is.
    #[default]
    Nothing,
    /// The product is not there yet.
    Absent,
    /// The product is there, whatever it is like.
    Present,
    /// The product is there and its tag is one of these; none of them is a
    /// precondition that never holds.
    AnyOf(Arc<[EntityTag]>),
}

impl Precondition {
    /// Whether the product is as expected; `None` is one that is not there.
    pub(crate) fn holds(&self, product: Option<&Product>) -> bool {
        match (self, product) {
            (Self::Nothing, _) | (Self::Absent, None) | (Self::Present, Some(_)) => true,
            (Self::AnyOf(tags), Some(product)) => tags.contains(&EntityTag::of(product)),
            (Self::Absent, Some(_)) | (Self::Present | Self::AnyOf(_), None) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::{Money, Units};
    use crate::id::ProductId;
    use crate::time::Timestamp;

    fn product(name: &str, price: i64, active: bool, limit: Option<i64>) -> Product {
        Product {
            id: ProductId::new(3).unwrap(),
            name: name.into(),
            price: Money::new(price).unwrap(),
            stock: Units::ZERO,
            sold: Units::ZERO,
            active,
            max_per_user: limit.map(|limit| Units::new(limit).unwrap()),
            counts_purchases: limit.is_some(),
            created_at: Timestamp::from_micros(1),
        }
    }

    /// Clients keep tags: a value here may never be changed.
    #[test]
    fn the_tag_of_a_product_is_pinned() {
        let table = [
            (
                product("shoe", 12_900, true, Some(2)),
                "7589718b8ada80bb057061a5ecdde4b5",
            ),
            (
                product("동백 비누", 0, false, None),
                "91cd3a5a7d24fbb0f0b463d16ea34bd8",
            ),
        ];
        for (product, expected) in table {
            assert_eq!(EntityTag::of(&product).to_string(), expected, "{product:?}");
        }
    }

    #[test]
    fn products_that_differ_in_one_catalogue_field_have_different_tags() {
        let products = [
            product("shoe", 100, true, Some(2)),
            product("shoe ", 100, true, Some(2)),
            product("shoe", 101, true, Some(2)),
            product("shoe", 100, false, Some(2)),
            product("shoe", 100, true, Some(1)),
            product("shoe", 100, true, None),
        ];
        for (index, product) in products.iter().enumerate() {
            for other in &products[..index] {
                assert_ne!(
                    EntityTag::of(product),
                    EntityTag::of(other),
                    "{product:?} {other:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_catalogue_field_is_not_in_the_tag() {
        let product = product("shoe", 100, true, None);
        let other = Product {
            id: ProductId::new(4).unwrap(),
            stock: Units::new(7).unwrap(),
            sold: Units::new(5).unwrap(),
            counts_purchases: true,
            created_at: Timestamp::from_micros(2),
            ..product.clone()
        };
        assert_eq!(EntityTag::of(&product), EntityTag::of(&other));
    }

    #[test]
    fn a_tag_is_written_in_one_way_only() {
        let table = [
            ("00112233445566778899aabbccddeeff", true),
            ("00000000000000000000000000000000", true),
            ("00112233445566778899AABBCCDDEEFF", false),
            ("+0112233445566778899aabbccddeeff", false),
            ("0112233445566778899aabbccddeeff", false),
            ("000112233445566778899aabbccddeeff", false),
            ("00112233445566778899aabbccddeefg", false),
            ("", false),
        ];
        for (text, readable) in table {
            let tag = EntityTag::parse(text);
            assert_eq!(tag.is_some(), readable, "{text}");
            assert!(
                tag.is_none_or(|tag| tag.to_string() == text),
                "{text} is not written as it was read"
            );
        }
    }
}
