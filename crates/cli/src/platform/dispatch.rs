//! From settings to dispatchers at work.

use std::sync::Arc;

use jumun_platform::PlatformSettings;
use jumun_platform::dispatch::{Dispatchers, Means, Render, StartError, SystemClock};
use jumun_server::render_event;

use crate::database::OpenShop;
use crate::failure::Failure;

/// Starts to deliver, and tells in the log where events go. Orders that are
/// taken after this has returned are told to every platform, a new one too.
///
/// # Errors
///
/// A setting that cannot be used, or a database that fails. A platform that is
/// away is no error.
pub(crate) async fn start(
    shop: &OpenShop,
    deployment: &str,
    platforms: Vec<PlatformSettings>,
) -> Result<Dispatchers, Failure> {
    for platform in &platforms {
        tracing::info!(
            platform = platform.name,
            kind = platform.url.kind(),
            signed = !platform.secrets.is_empty(),
            "this data platform is told of every order"
        );
    }
    let means = Means {
        outbox: shop.outbox.clone(),
        render: render(shop, deployment),
        clock: Arc::new(SystemClock),
    };
    let started = Dispatchers::start(&means, platforms).await;
    started.map_err(|error| match error {
        StartError::Settings(error) => Failure::settings(error),
        StartError::Database(fault) => Failure::engine(fault),
    })
}

fn render(shop: &OpenShop, deployment: &str) -> Render {
    let (deployment, shop) = (deployment.to_owned(), shop.store.shop().clone());
    Arc::new(move |event| render_event(event, &deployment, &shop).into())
}
