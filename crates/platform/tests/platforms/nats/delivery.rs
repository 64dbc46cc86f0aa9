//! What a stream gets, and what stands in its way.

use std::collections::BTreeSet;

use jumun_platform::FailureKind;

use super::server::Server;
use super::stream;
use crate::support::{assert_says, client, deliver, deliver_together, fail, message, settings};

#[tokio::test]
async fn a_stream_keeps_each_message_once_with_its_id() {
    let server = Server::start().await;
    stream::create(&server, "orders.>").await;
    let client = client(&settings(&server.url("orders.paid")));
    for number in [1, 2, 1, 2, 2] {
        deliver(&*client, &message(number)).await;
    }
    let held = stream::held(&server).await;
    assert_eq!(held.len(), 2);
    for (held, number) in held.iter().zip(1..) {
        let message = message(number);
        assert_eq!(held.body, message.body);
        let header = |name: &str| held.headers.get(name).map(ToString::to_string);
        assert_eq!(header("Nats-Msg-Id"), Some(message.id.to_string()));
        assert_eq!(
            header("content-type").as_deref(),
            Some("application/cloudevents+json")
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_messages_at_once_are_kept_each_once() {
    let server = Server::start().await;
    stream::create(&server, "orders").await;
    let client = client(&settings(&server.url("orders")));
    deliver_together(&client, 0..2_000).await;
    let held = stream::held(&server).await;
    assert_eq!(held.len(), 2_000);
    let bodies: BTreeSet<_> = held.into_iter().map(|held| held.body).collect();
    let expected: BTreeSet<_> = (0..2_000).map(|number| message(number).body).collect();
    assert!(bodies == expected);
}

#[tokio::test]
async fn without_a_stream_it_says_how_to_create_one_and_creates_none() {
    let check = async |server: &Server| {
        let client = client(&settings(&server.url("orders")));
        let failure = fail(&*client, &message(1)).await;
        assert_eq!(failure.kind, FailureKind::Other);
        let expected = [
            "no stream",
            "nats stream add",
            "--subjects orders",
            "create_stream = true",
            "JetStream",
        ];
        assert_says(&failure.excerpt, &expected);
        client
    };
    check(&Server::with_options(&[]).await).await;

    let server = Server::start().await;
    let client = check(&server).await;
    check(&server).await;
    stream::create(&server, "orders").await;
    deliver(&*client, &message(1)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_is_created_where_it_is_wanted_and_only_where_none_is() {
    let server = Server::start().await;
    let mut settings = settings(&server.url("shop.orders"));
    settings.create_stream = true;
    let creating = client(&settings);
    deliver_together(&creating, 0..100).await;
    deliver(&*creating, &message(0)).await;
    assert_eq!(
        stream::held_by(&server, "JUMUN_shop_orders").await.len(),
        100
    );

    let server = Server::start().await;
    stream::create(&server, "shop.>").await;
    settings.url = server.url("shop.orders").parse().unwrap();
    deliver(&*client(&settings), &message(1)).await;
    assert_eq!(stream::held(&server).await.len(), 1);
}

#[tokio::test]
async fn a_message_that_the_server_finds_too_large_is_told_as_such() {
    let server = Server::start().await;
    stream::create(&server, "orders").await;
    let client = client(&settings(&server.url("orders")));
    let mut large = message(1);
    large.body = vec![b'x'; 2 * 1024 * 1024].into();
    let failure = fail(&*client, &large).await;
    assert_eq!(failure.kind, FailureKind::Other);
    assert_says(&failure.excerpt, &["max_payload"]);
    // The others are none the worse for it.
    deliver(&*client, &message(2)).await;
}
