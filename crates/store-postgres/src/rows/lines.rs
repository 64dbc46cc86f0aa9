//! The lines of an order, which its row holds as JSON:
//! `[[productId, quantity, unitPrice, discount, "name"], …]`.

use std::borrow::Cow;
use std::sync::Arc;

use jumun_domain::{Line, Money, ProductId, Units};

use super::Result;
use crate::storage::StorageError;

type StoredLine<'a> = (i64, i64, i64, i64, Cow<'a, str>);

pub(crate) fn encode(lines: &[Line]) -> Result<String> {
    let stored: Vec<StoredLine<'_>> = lines
        .iter()
        .map(|line| {
            (
                line.product_id.get(),
                line.quantity.get(),
                line.unit_price.get(),
                line.discount.get(),
                line.name.as_ref().into(),
            )
        })
        .collect();
    serde_json::to_string(&stored).map_err(|error| StorageError::corrupt("orders", error))
}

pub(crate) fn decode(text: &str) -> Result<Vec<Line>> {
    let corrupt = || StorageError::corrupt("orders", "lines cannot be read");
    let stored: Vec<StoredLine<'_>> = serde_json::from_str(text).map_err(|_| corrupt())?;
    stored
        .into_iter()
        .map(|(product_id, quantity, unit_price, discount, name)| {
            let quantity = Units::new(quantity)?;
            let unit_price = Money::new(unit_price)?;
            Some(Line {
                product_id: ProductId::new(product_id)?,
                name: Arc::from(name.as_ref()),
                quantity,
                unit_price,
                amount: unit_price.times(quantity)?,
                discount: Money::new(discount)?,
            })
        })
        .collect::<Option<_>>()
        .ok_or_else(corrupt)
}
