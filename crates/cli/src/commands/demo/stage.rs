//! The throw-away database, the server on it, and what tells the data platform.

use std::path::{Path, PathBuf};

use jumun_platform::PlatformSettings;
use jumun_platform::dispatch::Dispatchers;
use jumun_server::{Config, Services};
use jumun_store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::database::OpenShop;
use crate::failure::Failure;
use crate::platform;

/// Events come from /jumun/ and this name.
const DEPLOYMENT: &str = "demo";

/// A server on a database in a folder of its own.
pub(super) struct Stage {
    folder: TempDir,
    shop: OpenShop,
    dispatchers: Dispatchers,
    server: JoinHandle<Result<(), String>>,
    end_server: oneshot::Sender<()>,
}

/// What is left of it when the server has ended.
pub(super) struct Closed {
    folder: TempDir,
    shop: OpenShop,
    dispatchers: Dispatchers,
}

/// A fresh folder in the system's temporary one.
///
/// # Errors
///
/// When it cannot be made.
pub(super) fn folder() -> Result<TempDir, Failure> {
    tempfile::Builder::new()
        .prefix("jumun-demo-")
        .tempdir()
        .map_err(|error| {
            Failure::new(format!("cannot make a temporary folder: {error}"))
                .help("name a folder with room and the right to write in TMPDIR")
        })
}

impl Stage {
    /// Starts a server on a new database in `folder` that tells the platform.
    ///
    /// # Errors
    ///
    /// When the database cannot be created.
    pub(super) async fn begin(
        folder: TempDir,
        listener: TcpListener,
        told: PlatformSettings,
    ) -> Result<Self, Failure> {
        let path = database(folder.path());
        let store =
            tokio::task::spawn_blocking(move || SqliteStore::open(&path, &Options::default()))
                .await
                .map_err(|error| cannot(&error))?
                .map_err(Failure::engine)?;
        let shop = OpenShop::from(store);
        let services = Services {
            store: shop.store.clone(),
            platforms: shop.platforms.clone(),
            access: shop.access.clone(),
            jwt: None,
        };
        let metrics = jumun_server::install_metrics();
        let (end_server, ended) = oneshot::channel::<()>();
        let config = Config {
            deployment: DEPLOYMENT.to_owned(),
            ..Config::default()
        };
        let dispatchers = platform::start(&shop, DEPLOYMENT, vec![told]).await?;
        let server = tokio::spawn(async move {
            let stop = async {
                // A sender that is gone means the same.
                let _ = ended.await;
            };
            jumun_server::run(listener, config, services, metrics, stop)
                .await
                .map_err(|error| error.to_string())
        });
        Ok(Self {
            folder,
            shop,
            dispatchers,
            server,
            end_server,
        })
    }

    /// Waits for the server to end by itself, which it should not.
    pub(super) async fn broke(&mut self) -> Failure {
        match (&mut self.server).await {
            Ok(Ok(())) => cannot(&"the server stopped by itself"),
            Ok(Err(error)) => cannot(&error),
            Err(error) => cannot(&error),
        }
    }

    /// Stops the server in good order. Deliveries go on.
    ///
    /// # Errors
    ///
    /// When the server ended with an error.
    pub(super) async fn close(self) -> Result<Closed, Failure> {
        let _ = self.end_server.send(());
        let ended = self.server.await.map_err(|error| cannot(&error))?;
        let closed = Closed {
            folder: self.folder,
            shop: self.shop,
            dispatchers: self.dispatchers,
        };
        if let Err(error) = ended {
            closed.end().await;
            return Err(cannot(&error));
        }
        Ok(closed)
    }
}

impl Closed {
    /// How many events there are, all of which are to be told.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(super) async fn events(&self, platform: &str) -> Result<u64, Failure> {
        let known = self.shop.platforms.platform(platform).await;
        let known = known.map_err(|fault| Failure::fault(&fault))?;
        let known = known.ok_or_else(|| cannot(&"its data platform is not known"))?;
        Ok(known.newest - known.starts_after)
    }

    /// Stops deliveries and lets go of the database; the folder with it, to be
    /// removed after a last look.
    pub(super) async fn end(self) -> TempDir {
        self.dispatchers.stop().await;
        self.shop.store.close().await;
        self.folder
    }
}

/// The database in a demonstration's folder.
pub(super) fn database(folder: &Path) -> PathBuf {
    folder.join("shop.db")
}

pub(super) fn cannot(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!("the demonstration cannot run: {error}")).help(
        "start it again; if this repeats, run `jumun serve --log-level debug` and look at its log",
    )
}
