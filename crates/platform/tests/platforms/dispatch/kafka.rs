//! Kafka as a platform, by the library's own imitation of a cluster.

use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

use super::shop::{Shop, settings};
use super::taken::Taken;
use crate::kafka::{cluster, consume_all};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_has_every_event_though_its_cluster_errs() {
    let cluster = cluster();
    let servers = cluster.bootstrap_servers();
    let (first, _) = servers.split_once(',').unwrap();
    let shop = Shop::open(20).await;
    let dispatchers = shop
        .dispatch(vec![settings(&format!("kafka://{first}/orders"))])
        .await;
    for _ in 0..5 {
        // Each of the next requests fails in another way.
        cluster.request_errors(
            RDKafkaApiKey::Produce,
            &[
                RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                RDKafkaRespErr::RD_KAFKA_RESP_ERR__TRANSPORT,
                RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
                RDKafkaRespErr::RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
            ],
        );
        shop.orders((0..200).map(|n| n % 20 + 1)).await;
    }
    shop.all_told().await;
    dispatchers.stop().await;
    let taken = Taken::default();
    for message in consume_all(&cluster).await {
        taken.take(&message);
    }
    taken.assert_all_of(&shop.events().await);
}
