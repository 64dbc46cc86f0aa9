//! How the server is to plan the statements of orders and reads.

use tokio_postgres::{Client, Error};

/// Every statement finds its rows by a key, and is planned once for each
/// connection. Planned while a table is small, a scan of all of it looks cheap,
/// and the plan would stay when the table has grown; so scans are made to look
/// dear. The statements leave no choice in the order of joins either: rows are
/// looked up one by one (`LATERAL … LIMIT 1`), and changed rows are upserted.
///
/// Settings that a server does not know are left out.
const BY_KEY: &str = "SELECT set_config(it.name, it.setting, false) \
     FROM (VALUES ('enable_seqscan', 'off'), ('plan_cache_mode', 'force_generic_plan'), \
     ('jit', 'off')) AS it (name, setting) \
     WHERE current_setting(it.name, true) IS NOT NULL";

/// Sets the session up so.
pub(crate) async fn by_key(client: &Client) -> Result<(), Error> {
    client.batch_execute(BY_KEY).await
}

#[cfg(test)]
mod tests {
    use jumun_test_cluster::Cluster;
    use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

    use super::*;
    use crate::statements::{OF_A_BATCH, OF_A_QUOTE};
    use crate::{
        Options, Target, access, deliveries, events, history, migrate, reads, rows, sequencer,
    };

    /// They read a stretch of an index from its end, which is what they are for.
    const WALKS: &[(&str, &str)] = &[
        (rows::campaign::LAST, "campaigns_pkey"),
        (sequencer::UNNUMBERED, "unnumbered_batches_pkey"),
        (sequencer::NEWEST, "unnumbered_batches_pkey"),
    ];

    async fn empty_shop(url: &str) -> Client {
        let target = Target::parse(url).unwrap();
        migrate(&target, &Options::default()).await.unwrap();
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        // Known to be empty: nothing is cheaper than to scan them.
        client.batch_execute("VACUUM ANALYZE").await.unwrap();
        client
    }

    async fn plan(client: &Client, text: &str) -> Vec<String> {
        let values = (1..100).take_while(|number| text.contains(&format!("${number}")));
        let values: Vec<_> = values.map(|_| "NULL").collect();
        let arguments = match values.as_slice() {
            [] => String::new(),
            some => format!("({})", some.join(", ")),
        };
        let script = format!(
            "DEALLOCATE ALL; PREPARE it AS {text}; EXPLAIN (COSTS OFF) EXECUTE it{arguments}"
        );
        let answer = client.simple_query(&script).await;
        let answer = answer.unwrap_or_else(|error| panic!("{text}: {error:?}"));
        let lines = answer.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        lines.collect()
    }

    #[tokio::test]
    async fn no_statement_scans_a_table_even_when_it_is_planned_on_an_empty_one() {
        let database = Cluster::shared().create_database();
        let client = empty_shop(&database.url()).await;
        by_key(&client).await.unwrap();
        let texts = [
            OF_A_BATCH,
            OF_A_QUOTE,
            reads::BY_KEY,
            sequencer::TEXTS,
            history::TEXTS,
        ];
        let texts = [&texts, deliveries::TEXTS, access::TEXTS].concat().concat();
        let walks_along = [WALKS, deliveries::WALKS].concat();
        let others = [events::READ, sequencer::NEWEST, rows::change::NEWEST];
        for text in texts.into_iter().chain(others) {
            let plan = plan(&client, text).await;
            let whole = plan.join("\n");
            assert!(!whole.contains("Seq Scan"), "{text}\n{whole}");
            for (index, line) in plan.iter().enumerate() {
                let scans = line.contains("Index Scan") || line.contains("Index Only Scan");
                let bounded = plan
                    .get(index + 1)
                    .is_some_and(|next| next.contains("Index Cond"));
                let walks = |(it, index): &(&str, &str)| *it == text && line.contains(index);
                let harmless = walks_along.iter().any(walks) || line.contains("Backward using");
                assert!(!scans || bounded || harmless, "{text}\n{whole}");
            }
        }
    }
}
