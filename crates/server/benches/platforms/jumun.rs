//! The child processes that have a shop open.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use jumun_load::Keys;
use jumun_platform::PlatformSettings;
use jumun_platform::dispatch::{Dispatchers, Means, SystemClock};
use jumun_server::{Services, render_event};
use jumun_store::Store;
use jumun_store::access::Access;
use jumun_store::delivery::{Outbox, Platforms};
use jumun_store_postgres::{PostgresStore, Target};
use jumun_store_sqlite::SqliteStore;
use uuid::Uuid;

use crate::options::Options;
use crate::plan::Engine;
use crate::shared::fill::FillPlan;
use crate::shared::{fill, serve};

/// The platform's name, whatever its URL is in a run.
const NAME: &str = "bench";
/// What events are signed with: most platforms will want that.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// What the documentation recommends.
pub(crate) const KEYS: Keys = Keys::TimeOrdered;
/// Of a lease that is given back at once.
const REGISTRATION: Duration = Duration::from_secs(5);
/// The deployment that events name.
const DEPLOYMENT: &str = "jumun";

struct Shop {
    services: Services,
    outbox: Arc<dyn Outbox>,
}

/// Serves, and delivers where it is told to.
pub(crate) fn serve(options: &Options) -> anyhow::Result<()> {
    serve::runtime(worker_threads(options.engine()?))?.block_on(async {
        let shop = open(options).await?;
        let platforms = options.target.as_deref().map(settings).transpose()?;
        let (deployment, view) = (DEPLOYMENT.to_owned(), shop.services.store.shop().clone());
        let means = Means {
            outbox: shop.outbox,
            render: Arc::new(move |event| render_event(event, &deployment, &view).into()),
            clock: Arc::new(SystemClock),
        };
        // They end with this. The bench throws its databases away, and what is
        // delivered at a stop is not measured.
        let _dispatchers = Dispatchers::start(&means, platforms.into_iter().collect()).await?;
        serve::serve(shop.services).await
    })
}

/// Creates a shop to which the platform is known from the start, and fills it.
pub(crate) fn fill(options: &Options) -> anyhow::Result<()> {
    serve::runtime(worker_threads(options.engine()?))?.block_on(async {
        let shop = open(options).await?;
        let lease = shop
            .outbox
            .take_lease(NAME, Uuid::new_v4(), REGISTRATION)
            .await?
            .context("a new database has a lease already")?;
        shop.outbox.release_lease(&lease).await?;
        let plan = FillPlan {
            orders: options.preload,
            ..FillPlan::empty(options.shop())
        };
        fill::fill(shop.services.store.clone(), plan).await?;
        shop.services.store.close().await;
        Ok(())
    })
}

fn settings(url: &str) -> anyhow::Result<PlatformSettings> {
    let mut settings = PlatformSettings::new(url)?;
    settings.name = NAME.to_owned();
    settings.allow_private_addresses = true;
    if settings.url.is_signable() {
        settings.secrets = vec![SECRET.parse()?];
    }
    Ok(settings)
}

async fn open(options: &Options) -> anyhow::Result<Shop> {
    match options.engine()? {
        Engine::Sqlite => {
            let path = Path::new(options.database()?);
            let store = SqliteStore::open(path, &jumun_store_sqlite::Options::default())?;
            let platforms = Arc::new(store.platforms());
            let access = Arc::new(store.access());
            Ok(shop(Arc::new(store), platforms, access))
        }
        Engine::Postgres => {
            let target = Target::parse(options.database()?)?;
            let options = jumun_store_postgres::Options::default();
            let store = PostgresStore::open(&target, &options).await?;
            let access = Arc::new(store.access());
            let store = Arc::new(store);
            Ok(shop(store.clone(), store, access))
        }
    }
}

fn shop<S: Store + Outbox>(
    store: Arc<S>,
    platforms: Arc<dyn Platforms>,
    access: Arc<dyn Access>,
) -> Shop {
    Shop {
        outbox: store.clone(),
        services: Services {
            platforms,
            store,
            access,
            jwt: None,
        },
    }
}

fn worker_threads(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => jumun_store_sqlite::worker_threads(),
        Engine::Postgres => jumun_store_postgres::worker_threads(),
    }
}
