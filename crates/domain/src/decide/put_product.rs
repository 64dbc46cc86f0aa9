use std::sync::Arc;

use super::{Stamp, Stop};
use crate::amount::Units;
use crate::answer::Answer;
use crate::command::PutProduct;
use crate::id::AdjustmentId;
use crate::ledger::StockAdjustment;
use crate::product::Product;
use crate::rejection::Rejection;
use crate::working_set::WorkingSet;

/// Creates a product with its opening stock as the first adjustment, or
/// replaces name, price, state and limit of one that is there. Its stock
/// changes by orders, cancels and adjustments only. Where the product is not
/// what the command expects, nothing is done.
pub(super) fn put_product(
    set: &mut WorkingSet,
    command: &PutProduct,
    stamp: &mut Stamp<'_>,
) -> Result<Answer, Stop> {
    let product = set.products.get(&command.product_id)?;
    if !command.expected.holds(product) {
        let product_id = command.product_id;
        return Err(Rejection::PreconditionFailed { product_id }.into());
    }
    let Some(product) = product else {
        return Ok(Answer::Product {
            product: create(set, command, stamp),
            created: true,
        });
    };

    let product = Product {
        name: command.name.clone(),
        price: command.price,
        active: command.active,
        max_per_user: command.max_per_user,
        counts_purchases: product.counts_purchases || command.max_per_user.is_some(),
        ..product.clone()
    };
    set.products
        .update(&product.id, |row| *row = product.clone());
    Ok(Answer::Product {
        product,
        created: false,
    })
}

fn create(set: &mut WorkingSet, command: &PutProduct, stamp: &mut Stamp<'_>) -> Product {
    let stock = command.stock.unwrap_or(Units::ZERO);
    let product = Product {
        id: command.product_id,
        name: command.name.clone(),
        price: command.price,
        stock,
        sold: Units::ZERO,
        active: command.active,
        max_per_user: command.max_per_user,
        counts_purchases: command.max_per_user.is_some(),
        created_at: stamp.now,
    };
    set.journal.adjustments.push(StockAdjustment {
        id: AdjustmentId(stamp.ids.next(stamp.now)),
        product_id: product.id,
        delta: stock,
        stock,
        reason: Some(Arc::from(OPENING_STOCK)),
        opening: true,
        created_at: stamp.now,
    });
    set.products.insert(product.id, product.clone());
    product
}

/// The reason printed with the first line of a product's stock history.
const OPENING_STOCK: &str = "opening stock";

#[cfg(test)]
mod tests {
    use crate::answer::Answer;
    use crate::command::PutProduct;
    use crate::decide::testing::*;
    use crate::entity_tag::{EntityTag, Precondition};
    use crate::product::Product;
    use crate::time::Timestamp;

    fn put(shop: &mut Shop, command: PutProduct) -> (Product, bool) {
        match shop.done(command) {
            Answer::Product { product, created } => {
                assert_eq!(shop.set.products.get(&product.id).unwrap(), Some(&product));
                (product, created)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_opening_stock_is_the_first_adjustment_even_when_it_is_nothing() {
        for (stock, expected) in [(Some(7), 7), (Some(0), 0), (None, 0)] {
            let mut shop = Shop::new();
            let command = PutProduct {
                stock: stock.map(units),
                ..product(1, 100, 0)
            };
            let (created, first) = put(&mut shop, command);
            assert!(first);
            assert_eq!((created.stock, created.sold), (units(expected), units(0)));
            let adjustments = &shop.set.journal.adjustments;
            assert_eq!(adjustments.len(), 1);
            assert!(adjustments[0].opening);
            assert_eq!(
                (adjustments[0].delta, adjustments[0].stock),
                (created.stock, created.stock)
            );
        }
    }

    #[test]
    fn a_later_put_replaces_everything_but_the_stock() {
        let mut shop = Shop::new();
        put(&mut shop, limited(1, 100, 7, Some(3)));
        shop.at(NOW + 1);
        let command = PutProduct {
            name: "new".into(),
            active: false,
            ..product(1, 5, 99)
        };
        let (replaced, first) = put(&mut shop, command);
        assert!(!first);
        assert_eq!((replaced.name.as_ref(), replaced.price), ("new", money(5)));
        assert_eq!((replaced.active, replaced.max_per_user), (false, None));
        assert_eq!(
            (replaced.stock, shop.set.journal.adjustments.len()),
            (units(7), 1)
        );
        assert_eq!(replaced.created_at, Timestamp::from_micros(NOW));
    }

    #[test]
    fn purchases_are_counted_from_the_first_limit_on_for_ever() {
        let mut shop = Shop::new();
        for (limit, counts) in [
            (None, false),
            (Some(3), true),
            (None, true),
            (Some(1), true),
        ] {
            let (product, _) = put(&mut shop, limited(1, 100, 7, limit));
            assert_eq!(
                (product.counts_purchases, product.max_per_user),
                (counts, limit.map(units))
            );
        }
    }

    fn any_of(tags: &[EntityTag]) -> Precondition {
        Precondition::AnyOf(tags.into())
    }

    #[test]
    fn a_put_is_done_only_where_what_it_expects_holds() {
        let mut other = Shop::new();
        let (stranger, _) = put(&mut other, product(1, 101, 7));
        let stranger = stranger.entity_tag();
        let mut shop = Shop::new();
        let (known, _) = put(&mut shop, product(1, 100, 7));
        let known = known.entity_tag();
        // (precondition, whether product 1, which is there, is put, and product 2, which is not).
        let table = [
            (Precondition::Nothing, true, true),
            (Precondition::Absent, false, true),
            (Precondition::Present, true, false),
            (any_of(&[known]), true, false),
            (any_of(&[stranger, known]), true, false),
            (any_of(&[stranger]), false, false),
            (any_of(&[]), false, false),
        ];
        for (expected, there, missing) in table {
            for (id, done) in [(1, there), (2, missing)] {
                let mut shop = Shop::new();
                shop.given_product(1, 100, 7);
                let command = product(id, 55, 3).expecting(expected.clone());
                if done {
                    assert_eq!(put(&mut shop, command).0.price, money(55), "{expected:?}");
                } else {
                    let told = format!("precondition-failed {id}");
                    assert_eq!(shop.rejected(command), [told], "{expected:?}");
                }
            }
        }
    }

    #[test]
    fn of_two_edits_that_expect_one_tag_the_second_is_refused_and_a_sale_refuses_none() {
        let mut shop = Shop::new();
        let (read, _) = put(&mut shop, product(1, 100, 7));
        let expected = any_of(&[read.entity_tag()]);
        shop.given_user(1, 100);
        shop.done(order(1, &[(1, 1)]));
        let (edited, _) = put(&mut shop, product(1, 200, 0).expecting(expected.clone()));
        assert_eq!((edited.price, edited.stock), (money(200), units(6)));
        assert_eq!(
            shop.rejected(product(1, 300, 0).expecting(expected.clone())),
            ["precondition-failed 1"]
        );
        // What is as it was has the tag that it had.
        put(&mut shop, product(1, 100, 0));
        put(&mut shop, product(1, 300, 0).expecting(expected));
    }
}
