//! The stream that takes a subject, where it is to be created.

use async_nats::jetstream::Context;
use async_nats::jetstream::stream::Config;

/// Creates a stream, on disk and without limits, for the subject; whether there
/// is one now. An operator who wants it otherwise creates it, or changes it.
pub(super) async fn create(jetstream: &Context, subject: &str) -> bool {
    let config = Config {
        name: name(subject),
        subjects: vec![subject.to_owned()],
        description: Some("orders of a shop, created by jumun".to_owned()),
        ..Config::default()
    };
    match jetstream.get_or_create_stream(config).await {
        Ok(_) => {
            tracing::info!(subject, "there is a stream for the subject");
            true
        }
        Err(error) => {
            tracing::warn!(subject, %error, "the stream for the subject could not be created");
            false
        }
    }
}

/// A stream's name has no full stops.
fn name(subject: &str) -> String {
    format!("JUMUN_{}", subject.replace('.', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_named_by_its_subject() {
        assert_eq!(name("orders"), "JUMUN_orders");
        assert_eq!(name("shop.orders.paid"), "JUMUN_shop_orders_paid");
    }
}
