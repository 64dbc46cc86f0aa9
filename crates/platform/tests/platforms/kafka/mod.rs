//! The library's own imitation of a cluster.

use std::sync::Arc;
use std::time::Duration;

use jumun_platform::{Client, FailureKind, PlatformSettings};
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{Headers as _, OwnedMessage};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use rdkafka::{ClientConfig, Message as _, Offset, TopicPartitionList};

use crate::support::{
    DEADLINE, assert_says, client, deliver, deliver_together, fail, message, settings,
};

/// Long enough for a cluster in this process, and short for a test.
const TIMEOUT: Duration = Duration::from_secs(5);

const PARTITIONS: i32 = 4;

pub(crate) type Cluster = MockCluster<'static, DefaultProducerContext>;

/// Three brokers and a topic.
pub(crate) fn cluster() -> Cluster {
    let cluster = MockCluster::new(3).unwrap();
    cluster.create_topic("orders", PARTITIONS, 3).unwrap();
    cluster
}

fn at(cluster: &Cluster, topic: &str) -> PlatformSettings {
    let servers = cluster.bootstrap_servers();
    let (first, _) = servers.split_once(',').unwrap();
    settings(&format!("kafka://{first}/{topic}"))
}

fn impatient(cluster: &Cluster) -> Arc<dyn Client> {
    let mut settings = at(cluster, "orders");
    settings.timeout = TIMEOUT;
    client(&settings)
}

/// All bodies of the topic, those of one user in their order.
pub(crate) async fn consume_all(cluster: &Cluster) -> Vec<Vec<u8>> {
    let servers = cluster.bootstrap_servers();
    let counting = tokio::task::spawn_blocking(move || {
        let consumer: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", servers)
            .create()
            .unwrap();
        let count = |partition| {
            let marks = consumer.fetch_watermarks("orders", partition, DEADLINE);
            let (low, high) = marks.unwrap();
            usize::try_from(high - low).unwrap()
        };
        (0..PARTITIONS).map(count).sum()
    });
    let messages = consume(cluster, counting.await.unwrap()).await;
    let body = |it: &OwnedMessage| it.payload().unwrap().to_vec();
    messages.iter().map(body).collect()
}

/// The first `count` messages of the topic.
async fn consume(cluster: &Cluster, count: usize) -> Vec<OwnedMessage> {
    let servers = cluster.bootstrap_servers();
    let reading = tokio::task::spawn_blocking(move || {
        let consumer: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", servers)
            .set("group.id", "test")
            .create()
            .unwrap();
        let mut all = TopicPartitionList::new();
        for partition in 0..PARTITIONS {
            all.add_partition_offset("orders", partition, Offset::Beginning)
                .unwrap();
        }
        consumer.assign(&all).unwrap();
        let mut consumed = Vec::new();
        while consumed.len() < count {
            let message = consumer.poll(DEADLINE).expect("in time").unwrap();
            consumed.push(message.detach());
        }
        let more = consumer.poll(Duration::from_millis(300));
        assert!(more.is_none(), "more than {count} messages");
        consumed
    });
    reading.await.unwrap()
}

#[tokio::test]
async fn a_message_is_keyed_by_its_user_and_named_by_its_event() {
    let cluster = cluster();
    let message = message(7);
    deliver(&*client(&at(&cluster, "orders")), &message).await;
    let consumed = &consume(&cluster, 1).await[0];
    assert_eq!(consumed.key(), Some(message.user_id.to_string().as_bytes()));
    assert_eq!(consumed.payload(), Some(&message.body[..]));
    let headers: Vec<(String, String)> = consumed
        .headers()
        .unwrap()
        .iter()
        .map(|header| {
            let value = String::from_utf8(header.value.unwrap().to_vec()).unwrap();
            (header.key.to_owned(), value)
        })
        .collect();
    let expected = [
        ("ce_id".to_owned(), message.id.to_string()),
        (
            "content-type".to_owned(),
            "application/cloudevents+json".to_owned(),
        ),
    ];
    assert_eq!(headers, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_messages_at_once_arrive_each_once_a_users_in_one_partition() {
    let cluster = cluster();
    deliver_together(&client(&at(&cluster, "orders")), 0..1_000).await;
    let consumed = consume(&cluster, 1_000).await;
    let mut partitions = std::collections::BTreeMap::new();
    let mut bodies = std::collections::BTreeSet::new();
    for message in &consumed {
        let partition = message.partition();
        let of_user = partitions
            .entry(message.key().unwrap())
            .or_insert(partition);
        assert_eq!(*of_user, partition);
        bodies.insert(message.payload().unwrap());
    }
    assert_eq!(partitions.len(), 10);
    assert_eq!(bodies.len(), 1_000);
}

#[tokio::test]
async fn errors_that_pass_are_outlasted() {
    let cluster = cluster();
    let passing = [
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
    ];
    cluster.request_errors(RDKafkaApiKey::Produce, &passing);
    deliver(&*client(&at(&cluster, "orders")), &message(1)).await;
    assert_eq!(consume(&cluster, 1).await.len(), 1);
}

#[tokio::test]
async fn brokers_that_are_down_are_told_and_get_messages_when_they_are_back() {
    let cluster = cluster();
    let client = impatient(&cluster);
    deliver(&*client, &message(1)).await;
    for broker in 1..=3 {
        cluster.broker_down(broker).unwrap();
    }
    let failure = fail(&*client, &message(2)).await;
    assert!(
        matches!(failure.kind, FailureKind::Connect | FailureKind::Timeout),
        "{failure:?}"
    );
    assert_says(&failure.excerpt, &["no acknowledgement in time"]);
    for broker in 1..=3 {
        cluster.broker_up(broker).unwrap();
    }
    crate::support::eventually("it is delivered", async || {
        let outcome = client.send(&message(2)).await.outcome;
        matches!(outcome, jumun_platform::Outcome::Delivered { .. })
    })
    .await;
}

#[tokio::test]
async fn an_unknown_topic_is_told_with_the_command_that_creates_it() {
    let cluster = cluster();
    let unknown = RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    cluster.topic_error("orders", unknown).unwrap();
    let failure = fail(&*impatient(&cluster), &message(1)).await;
    assert_eq!(failure.kind, FailureKind::Other, "{failure:?}");
    assert_says(
        &failure.excerpt,
        &["no topic orders", "--create --topic orders"],
    );
}

#[tokio::test]
async fn a_producer_that_has_given_up_is_replaced() {
    let cluster = cluster();
    let client = impatient(&cluster);
    // It may not be idempotent: to the library that is the end.
    let fatal = RDKafkaRespErr::RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED;
    cluster.request_errors(RDKafkaApiKey::InitProducerId, &[fatal]);
    let failure = fail(&*client, &message(1)).await;
    assert_says(&failure.excerpt, &["started again", "allow"]);
    crate::support::eventually("it is delivered", async || {
        let outcome = client.send(&message(2)).await.outcome;
        matches!(outcome, jumun_platform::Outcome::Delivered { .. })
    })
    .await;
}

#[tokio::test]
async fn where_no_broker_listens_there_is_no_connection() {
    let mut settings = settings("kafka://127.0.0.1:1/orders");
    settings.timeout = Duration::from_secs(1);
    let failure = fail(&*client(&settings), &message(1)).await;
    assert_eq!(failure.kind, FailureKind::Connect, "{failure:?}");
    assert_says(&failure.excerpt, &["127.0.0.1:1", "check host"]);
}
