//! How a child process serves. It ends when its stdin does, so that it never
//! outlives the generator.

use std::net::Ipv4Addr;

use jumun_server::Services;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

/// Serves from this engine, as `jumun serve` does.
pub(crate) async fn serve(services: Services) -> anyhow::Result<()> {
    let listener = listen().await?;
    let config = jumun_server::Config::default();
    let metrics = jumun_server::install_metrics();
    let store = services.store.clone();
    jumun_server::run(listener, config, services, metrics, stdin_ends()).await?;
    store.close().await;
    Ok(())
}

/// Listens on a free port and tells the generator which.
pub(crate) async fn listen() -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?);
    Ok(listener)
}

/// Waits until the generator has ended.
pub(crate) async fn stdin_ends() {
    // An error on stdin is the end of it too.
    let _ = tokio::io::stdin().read_u8().await;
}

/// A runtime as `jumun serve` has it.
pub(crate) fn runtime(workers: usize) -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
}
