//! A row of `productId,name,price,stock`.

use jumun_domain::{Command, ProductId, PutProduct};

use super::problems::{integer, sentence};
use super::sheet::{Numbered, Row};
use crate::database::Importer;
use crate::failure::Failure;

/// A product with its opening stock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct ProductRow {
    put: PutProduct,
}

impl Row for ProductRow {
    const COLUMNS: &'static [&'static str] = &["productId", "name", "price", "stock"];

    fn parse(cells: &[&str]) -> Result<Self, Vec<String>> {
        let [id, name, price, stock] = cells else {
            return Err(vec!["not four columns".to_owned()]);
        };
        let id = integer("productId", id).and_then(|id| {
            ProductId::new(id)
                .ok_or_else(|| format!("productId {id} is not a positive whole number"))
        });
        match (id, integer("price", price), integer("stock", stock)) {
            (Ok(id), Ok(price), Ok(stock)) => {
                match PutProduct::new(id, name, price, Some(stock), true, None) {
                    Ok(put) => Ok(Self { put }),
                    Err(violations) => Err(violations
                        .iter()
                        // The members of the request are the columns of the file.
                        .map(|violation| {
                            sentence(violation, violation.pointer.trim_start_matches('/'))
                        })
                        .collect()),
                }
            }
            (id, price, stock) => Err(id
                .err()
                .into_iter()
                .chain(price.err())
                .chain(stock.err())
                .collect()),
        }
    }

    fn id(&self) -> i64 {
        self.put.product_id.get()
    }

    fn existing(importer: &dyn Importer, rows: &[Numbered<Self>]) -> Result<Vec<i64>, Failure> {
        let ids: Vec<ProductId> = rows
            .iter()
            .map(|numbered| numbered.row.put.product_id)
            .collect();
        Ok(importer
            .existing_products(&ids)?
            .into_iter()
            .map(ProductId::get)
            .collect())
    }

    fn into_commands(self) -> Vec<Command> {
        vec![Command::PutProduct(self.put)]
    }
}
