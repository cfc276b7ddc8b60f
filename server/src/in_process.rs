//! The services without a socket: a client's channel to an engine in the same process.

use std::io;
use std::sync::Arc;

use hyper_util::rt::TokioIo;
use tokio::io::DuplexStream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

use crate::engine::Engine;
use crate::error::ServiceError;
use crate::rpc;

/// Bytes in flight in each direction.
const PIPE_BYTES: usize = 1 << 20;

/// A channel on which `engine` answers, by the same code as a daemon's. The server lives as long as the channel and
/// its clones.
///
/// # Errors
/// When the connection cannot be set up.
pub async fn in_process_channel(engine: &Arc<Engine>) -> Result<Channel, ServiceError> {
    let (sender, incoming) = mpsc::channel::<io::Result<DuplexStream>>(1);
    let server =
        rpc::server().add_routes(rpc::routes(engine)).serve_with_incoming(ReceiverStream::new(incoming));
    tokio::spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(%error, "in-process server failed");
        }
    });
    let connector = service_fn(move |_| {
        let sender = sender.clone();
        async move {
            let (client, server) = tokio::io::duplex(PIPE_BYTES);
            let handed_over = sender.send(Ok(server)).await;
            handed_over.map_err(|_| io::Error::from(io::ErrorKind::ConnectionRefused))?;
            Ok::<_, io::Error>(TokioIo::new(client))
        }
    });
    let endpoint = Endpoint::from_static("http://contexd.invalid");
    Ok(endpoint.connect_with_connector(connector).await?)
}
