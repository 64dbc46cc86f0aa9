//! Figures summed from the histories, beside those the rows claim.

use std::collections::HashMap;

use jumun_store::Law;

use super::Audit;

#[derive(Default)]
pub(super) struct Sums {
    pub(super) users: HashMap<i64, UserSums>,
    pub(super) products: HashMap<i64, ProductSums>,
    /// By product and user: claimed, and summed from the orders.
    pub(super) purchases: HashMap<(i64, i64), (i64, i64)>,
}

#[derive(Default)]
pub(super) struct UserSums {
    /// Claimed by the user's row.
    pub(super) balance: i64,
    pub(super) paid: i64,
    /// Summed.
    pub(super) entries: i64,
    pub(super) orders: i64,
}

#[derive(Default)]
pub(super) struct ProductSums {
    /// Claimed by the product's row and by the best-seller figures.
    pub(super) stock: i64,
    pub(super) sold: i64,
    pub(super) best_seller: i64,
    /// Summed.
    pub(super) adjusted: i64,
    pub(super) openings: i64,
    pub(super) placed: i64,
    pub(super) cancelled: i64,
    pub(super) restocked: i64,
}

impl Sums {
    /// Compares what was summed with what is claimed.
    pub(super) fn check(&self, audit: &mut Audit<'_>) {
        let report = audit.law(Law::Ledger);
        for (id, user) in &self.users {
            report.checked += 1;
            let subject = || format!("user {id}");
            if user.balance != user.entries {
                let UserSums {
                    balance, entries, ..
                } = user;
                report.broken(
                    subject(),
                    format!("balance {balance}, ledger sums to {entries}"),
                );
            } else if user.balance < 0 {
                report.broken(subject(), format!("balance {} is negative", user.balance));
            } else if user.paid != user.orders {
                let UserSums { paid, orders, .. } = user;
                report.broken(
                    subject(),
                    format!("paid {paid}, paid orders sum to {orders}"),
                );
            }
        }

        let report = audit.law(Law::Stock);
        for (id, product) in &self.products {
            report.checked += 1;
            let subject = || format!("product {id}");
            let expected = product.adjusted - product.placed + product.restocked;
            let kept = product.placed - product.cancelled;
            if product.stock != expected {
                report.broken(
                    subject(),
                    format!(
                        "on hand {}, but opening stock and adjustments {} - sold {} + restocked {} = {expected}",
                        product.stock, product.adjusted, product.placed, product.restocked
                    ),
                );
            } else if product.stock < 0 {
                report.broken(subject(), format!("on hand {} is negative", product.stock));
            } else if product.openings != 1 {
                report.broken(subject(), format!("{} opening stocks", product.openings));
            } else if product.sold != kept || product.best_seller != kept {
                report.broken(
                    subject(),
                    format!(
                        "sold {}, best-seller figures {}, paid orders sum to {kept}",
                        product.sold, product.best_seller
                    ),
                );
            }
        }
        for ((product, user), (claimed, summed)) in &self.purchases {
            report.checked += 1;
            if claimed != summed {
                report.broken(
                    format!("product {product}, user {user}"),
                    format!("purchases {claimed}, paid orders sum to {summed}"),
                );
            }
        }
    }
}
