//! The gRPC services: one file a service, one method a request. They convert, ask the engine, convert back.

mod call;
mod context;
mod graph;
mod overlay;
mod reflection;
mod repository;
mod search;
#[cfg(test)]
mod tests;

use std::pin::Pin;
use std::sync::Arc;

use contexd_proto::v1::context_service_server::ContextServiceServer;
use contexd_proto::v1::graph_service_server::GraphServiceServer;
use contexd_proto::v1::overlay_service_server::OverlayServiceServer;
use contexd_proto::v1::repository_service_server::RepositoryServiceServer;
use contexd_proto::v1::search_service_server::SearchServiceServer;
use tonic::service::Routes;
use tonic::transport::Server;

use crate::engine::Engine;

/// Largest request, in bytes.
const MAX_REQUEST_BYTES: usize = 4 << 20;
/// Largest reply message, in bytes.
const MAX_REPLY_BYTES: usize = 64 << 20;
/// Requests of one connection that are worked on at once; more wait.
const REQUESTS_PER_CONNECTION: usize = 128;
/// Streams of one connection that are open at once.
const STREAMS_PER_CONNECTION: u32 = 256;

/// A stream of replies.
type ReplyStream<T> = Pin<Box<dyn tokio_stream::Stream<Item = Result<T, tonic::Status>> + Send>>;

/// The services of `engine`, with standard health and reflection, to be served over any transport.
pub(crate) fn routes(engine: &Arc<Engine>) -> Routes {
    macro_rules! limited {
        ($server:expr) => {
            $server.max_decoding_message_size(MAX_REQUEST_BYTES).max_encoding_message_size(MAX_REPLY_BYTES)
        };
    }
    let repository = repository::RepositoryRpc::new(Arc::clone(engine));
    let mut routes = Routes::builder();
    routes
        .add_service(limited!(RepositoryServiceServer::new(repository)))
        .add_service(limited!(SearchServiceServer::new(search::SearchRpc::new(Arc::clone(engine)))))
        .add_service(limited!(GraphServiceServer::new(graph::GraphRpc::new(Arc::clone(engine)))))
        .add_service(limited!(ContextServiceServer::new(context::ContextRpc::new(Arc::clone(engine)))))
        .add_service(limited!(OverlayServiceServer::new(overlay::OverlayRpc)));
    reflection::add_to(&mut routes);
    routes.routes()
}

/// A server with the limits and the request span that every transport gets.
pub(crate) fn server() -> Server {
    Server::builder()
        .trace_fn(|request| {
            let method = request.uri().path();
            tracing::info_span!("request", method)
        })
        .concurrency_limit_per_connection(REQUESTS_PER_CONNECTION)
        .max_concurrent_streams(STREAMS_PER_CONNECTION)
        .tcp_nodelay(true)
}
