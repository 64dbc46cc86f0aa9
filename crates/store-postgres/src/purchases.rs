//! How many pieces of a product a user's paid orders hold, for products that
//! count them.

use std::collections::{BTreeSet, HashMap};

use jumun_domain::{ProductId, Units, UserId};
use uuid::Uuid;

use crate::gather::Gathered;
use crate::key::least_id_after;
use crate::pipeline::Pipeline;
use crate::rows::purchase::{self, Count};
use crate::session::Session;
use crate::storage::StorageError;

/// Loads the counts. Their rows change only under the locks of their user and
/// product, which are held.
pub(crate) async fn load(
    session: &Session,
    gathered: &mut Gathered,
    wanted: &BTreeSet<(ProductId, UserId)>,
) -> Result<(), StorageError> {
    let mut known = stored(session, wanted).await?;
    let mut to_count = Vec::new();
    for &key in wanted {
        if known.contains_key(&key) {
            continue;
        }
        match newest_relevant_order(gathered, key) {
            None => {
                known.insert(key, Units::ZERO);
            }
            Some(count) => {
                to_count.push(count);
                gathered.counted.push(key);
            }
        }
    }
    if !to_count.is_empty() {
        for (key, quantity) in counted(session, &to_count).await? {
            known.insert(key, quantity);
        }
    }
    for &key in wanted {
        let bought = known.get(&key).copied().unwrap_or(Units::ZERO);
        gathered.set.purchases.load(key, Some(bought));
    }
    Ok(())
}

/// From where to count, or `None` where no order can name the product.
fn newest_relevant_order(gathered: &Gathered, key: (ProductId, UserId)) -> Option<Count> {
    let (product, user) = key;
    let counting = gathered.counting.get(&product)?;
    let newest = gathered.heads.get(&user)?.order?;
    let oldest = least_id_after(counting.created_position);
    let none = counting.always || newest < oldest;
    (!none).then_some(Count {
        product,
        user,
        newest,
        oldest,
    })
}

async fn stored(
    session: &Session,
    wanted: &BTreeSet<(ProductId, UserId)>,
) -> Result<HashMap<(ProductId, UserId), Units>, StorageError> {
    let products: Vec<i64> = wanted.iter().map(|(product, _)| product.get()).collect();
    let users: Vec<i64> = wanted.iter().map(|(_, user)| user.get()).collect();
    let mut pipeline = Pipeline::new(session);
    let rows = pipeline.query(purchase::FIND, vec![Box::new(products), Box::new(users)])?;
    pipeline.finish().await?;
    rows.answer().await?.iter().map(purchase::decode).collect()
}

async fn counted(
    session: &Session,
    wanted: &[Count],
) -> Result<Vec<((ProductId, UserId), Units)>, StorageError> {
    let products: Vec<i64> = wanted.iter().map(|it| it.product.get()).collect();
    let users: Vec<i64> = wanted.iter().map(|it| it.user.get()).collect();
    let newest: Vec<Uuid> = wanted.iter().map(|it| it.newest).collect();
    let oldest: Vec<Uuid> = wanted.iter().map(|it| it.oldest).collect();
    let mut pipeline = Pipeline::new(session);
    let rows = pipeline.query(
        purchase::COUNT,
        vec![
            Box::new(products),
            Box::new(users),
            Box::new(newest),
            Box::new(oldest),
        ],
    )?;
    pipeline.finish().await?;
    rows.answer().await?.iter().map(purchase::decode).collect()
}
