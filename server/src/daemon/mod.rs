//! The daemon: one process a socket, serving the engine until it is told to stop.

pub mod logging;
mod socket;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::server::TcpIncoming;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::engine::{Engine, EngineOptions};
use crate::error::ServiceError;
use crate::rpc;
use socket::BoundSocket;

/// The services whose health is told.
const SERVICES: [&str; 5] = [
    "",
    "contexd.v1.RepositoryService",
    "contexd.v1.SearchService",
    "contexd.v1.ContextService",
    "contexd.v1.OverlayService",
];

/// How a daemon runs.
#[derive(Clone, Debug)]
pub struct DaemonOptions {
    /// The engine behind it.
    pub engine: EngineOptions,
    /// Where its Unix socket stands.
    pub socket: PathBuf,
    /// A loopback address to listen on as well; port 0 lets the system choose.
    pub tcp: Option<SocketAddr>,
    /// How long requests in flight may take after the daemon was told to stop.
    pub drain: Duration,
}

impl DaemonOptions {
    /// A daemon on `socket` alone, that keeps its indexes below `cache_dir`.
    #[must_use]
    pub fn new(socket: PathBuf, cache_dir: PathBuf) -> Self {
        Self { engine: EngineOptions::new(cache_dir), socket, tcp: None, drain: Duration::from_secs(10) }
    }
}

/// A daemon that is bound to its addresses and not serving yet. Clients may connect; they are answered once it runs.
pub struct Daemon {
    engine: Arc<Engine>,
    socket: BoundSocket,
    tcp: Option<TcpIncoming>,
    drain: Duration,
}

impl Daemon {
    /// Takes the socket and the address, and reads which repositories are known.
    ///
    /// # Errors
    /// When another daemon has the socket, when it or the address cannot be had safely, or when the cache directory
    /// cannot be used.
    pub fn bind(options: DaemonOptions) -> Result<Self, ServiceError> {
        let tcp = options.tcp.map(listen_on_loopback).transpose()?;
        let socket = BoundSocket::bind(&options.socket)?;
        let engine = Engine::new(options.engine)?;
        Ok(Self { engine, socket, tcp, drain: options.drain })
    }

    /// The TCP address, if there is one.
    #[must_use]
    pub fn tcp_address(&self) -> Option<SocketAddr> {
        self.tcp.as_ref().and_then(|incoming| incoming.local_addr().ok())
    }

    /// Serves until `stop` is cancelled; then finishes the requests in flight, within bounds, and closes all indexes.
    ///
    /// # Errors
    /// When a transport fails.
    pub async fn run(self, stop: CancellationToken) -> Result<(), ServiceError> {
        let tcp_address = self.tcp_address();
        let Self { engine, socket, tcp, drain } = self;
        let (health, health_service) = tonic_health::server::health_reporter();
        set_health(&health, ServingStatus::Serving).await;
        let routes = rpc::routes(&engine).add_service(health_service);
        let connections = socket.accept();
        tracing::info!(socket = %socket.path().display(), tcp = ?tcp_address, pid = std::process::id(), "serving");
        let opening = tokio::spawn({
            let engine = Arc::clone(&engine);
            async move { engine.open_all().await }
        });
        let serving = serve_all(routes, connections, tcp, &stop);
        tokio::pin!(serving);
        let mut outcome = tokio::select! {
            outcome = &mut serving => Some(outcome),
            () = stop.cancelled() => None,
        };
        tracing::info!("stopping");
        stop.cancel();
        set_health(&health, ServingStatus::NotServing).await;
        engine.stopping().cancel();
        if outcome.is_none() {
            outcome = tokio::time::timeout(drain, serving).await.ok();
        }
        if outcome.is_none() {
            tracing::warn!(drain = ?drain, "requests in flight were cut off");
        }
        engine.close().await;
        if let Err(error) = opening.await {
            tracing::error!(%error, "opening the repositories failed");
        }
        drop(socket);
        tracing::info!("stopped");
        outcome.unwrap_or(Ok(()))
    }
}

/// Runs a daemon in this process until SIGTERM or SIGINT.
///
/// # Errors
/// When it cannot be bound, see [`Daemon::bind`], or a transport fails.
pub async fn serve(options: DaemonOptions) -> Result<(), ServiceError> {
    let daemon = Daemon::bind(options)?;
    let stop = CancellationToken::new();
    cancel_on_signal(&stop)?;
    daemon.run(stop).await
}

async fn serve_all(
    routes: Routes,
    unix: ReceiverStream<std::io::Result<tokio::net::UnixStream>>,
    tcp: Option<TcpIncoming>,
    stop: &CancellationToken,
) -> Result<(), ServiceError> {
    let over_unix = rpc::server()
        .add_routes(routes.clone())
        .serve_with_incoming_shutdown(unix, stop.clone().cancelled_owned());
    let over_tcp = async {
        match tcp {
            Some(incoming) => {
                let stopped = stop.clone().cancelled_owned();
                rpc::server().add_routes(routes).serve_with_incoming_shutdown(incoming, stopped).await
            }
            None => Ok(()),
        }
    };
    let (unix, tcp) = tokio::join!(over_unix, over_tcp);
    unix.and(tcp).map_err(ServiceError::from)
}

fn listen_on_loopback(address: SocketAddr) -> Result<TcpIncoming, ServiceError> {
    if !address.ip().is_loopback() {
        return Err(ServiceError::NotLoopback { address });
    }
    let incoming = TcpIncoming::bind(address).map_err(|source| ServiceError::Listen { address, source })?;
    Ok(incoming.with_nodelay(Some(true)))
}

async fn set_health(health: &HealthReporter, status: ServingStatus) {
    for service in SERVICES {
        health.set_service_status(service, status).await;
    }
}

fn cancel_on_signal(stop: &CancellationToken) -> Result<(), ServiceError> {
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let mut signals = signal(kind).map_err(|source| ServiceError::Io {
            action: "handle signals in",
            path: PathBuf::from("/proc/self"),
            source,
        })?;
        let stop = stop.clone();
        tokio::spawn(async move {
            signals.recv().await;
            stop.cancel();
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
