//! Stocks and balances: what was there, and what was acknowledged.

use serde::Deserialize;

use super::verdict::{Finding, Verdict};
use crate::books::{Books, Range};
use crate::session::errand::Errand;
use crate::session::prepare::{BALANCE, Prepared, body, index};
use crate::session::{Context, Trouble};

#[derive(Deserialize)]
struct WithStock {
    stock: i64,
}

#[derive(Deserialize)]
struct WithBalance {
    balance: i64,
}

/// Compares the stock of every product.
pub(super) fn stock(
    books: &Books,
    prepared: &Prepared,
    context: &Context,
    verdict: &mut Verdict,
) -> Result<(), Trouble> {
    let shop = books.shop;
    let found = Errand {
        what: "tell a product",
        things: "stocks to compare",
        count: u64::from(shop.products),
        until: None,
    }
    .run(
        context,
        Vec::new(),
        move |turn, writer, request| {
            let id = shop.product_id(index(turn));
            writer.get(request, format_args!("/products/{id}"));
        },
        |found: &mut Vec<(u64, i64)>, turn, answer| {
            let told: Option<WithStock> = body(answer);
            told.map(|it| found.push((turn, it.stock))).is_some()
        },
    )?;
    for (product, after) in found {
        verdict.products += 1;
        let name = format!("product {}", shop.product_id(index(product)));
        let place = usize::try_from(product).unwrap_or(usize::MAX);
        let before = prepared.stock.get(place).copied().unwrap_or(0);
        let change = books.stock.get(place).copied().unwrap_or_default();
        // Even if all that is unknown was not done.
        if before + change.most < 0 {
            let sold = -change.most;
            let sentence = format!("{name}: {sold} pieces were acknowledged of {before}");
            verdict.found(Finding::Oversold, sentence);
        }
        let figure = Figure {
            name,
            before,
            after,
            change,
        };
        figure.judge(Finding::Stock, verdict);
    }
    Ok(())
}

/// Compares the balance of every user.
pub(super) fn balances(
    books: &Books,
    context: &Context,
    verdict: &mut Verdict,
) -> Result<(), Trouble> {
    let shop = books.shop;
    let found = Errand {
        what: "tell a balance",
        things: "balances to compare",
        count: u64::from(shop.users),
        until: None,
    }
    .run(
        context,
        Vec::new(),
        move |turn, writer, request| {
            let id = shop.user_id(index(turn));
            writer.get(request, format_args!("/users/{id}/balance"));
        },
        |found: &mut Vec<(u64, i64)>, turn, answer| {
            let told: Option<WithBalance> = body(answer);
            told.map(|it| found.push((turn, it.balance))).is_some()
        },
    )?;
    for (user, after) in found {
        verdict.users += 1;
        let place = usize::try_from(user).unwrap_or(usize::MAX);
        let figure = Figure {
            name: format!("user {}", shop.user_id(index(user))),
            before: BALANCE,
            after,
            change: books.money.get(place).copied().unwrap_or_default(),
        };
        figure.judge(Finding::Balance, verdict);
    }
    Ok(())
}

/// A stock or a balance.
struct Figure {
    name: String,
    before: i64,
    after: i64,
    change: Range,
}

impl Figure {
    fn judge(self, finding: Finding, verdict: &mut Verdict) {
        let Self {
            name,
            before,
            after,
            change,
        } = self;
        if after < 0 {
            verdict.found(Finding::BelowZero, format!("{name} has {after}"));
        }
        if !change.has(after.saturating_sub(before)) {
            let Range { least, most } = change;
            let expected = if least == most {
                format!("a change of {least}")
            } else {
                format!("a change from {least} to {most}")
            };
            verdict.found(
                finding,
                format!("{name} had {before} and has {after}, where {expected} was acknowledged"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_what_was_there_and_what_was_acknowledged() {
        let table = [
            (10, 7, Range::exactly(-3), &[][..]),
            (10, 10, Range::exactly(-3), &[Finding::Stock]),
            (10, 6, Range::exactly(-3), &[Finding::Stock]),
            (10, 8, Range::up_to(-3), &[]),
            (10, 6, Range::up_to(-3), &[Finding::Stock]),
            (1, -2, Range::exactly(-3), &[Finding::BelowZero]),
        ];
        for (before, after, change, expected) in table {
            let mut verdict = Verdict::default();
            let name = "product 1".to_owned();
            let figure = Figure {
                name,
                before,
                after,
                change,
            };
            figure.judge(Finding::Stock, &mut verdict);
            let found: Vec<Finding> = verdict.findings().map(|(it, ..)| it).collect();
            assert_eq!(found, expected, "{before} {after} {change:?}");
        }
    }
}
