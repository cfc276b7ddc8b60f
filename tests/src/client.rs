//! A blocking client of the service, over the daemon's Unix socket.

use std::path::{Path, PathBuf};

use contexd_proto::v1;
use contexd_proto::v1::consistency::Level;
use contexd_proto::v1::context_service_client::ContextServiceClient;
use contexd_proto::v1::grep_response::Part;
use contexd_proto::v1::overlay_service_client::OverlayServiceClient;
use contexd_proto::v1::repository_service_client::RepositoryServiceClient;
use contexd_proto::v1::search_service_client::SearchServiceClient;
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use tokio::runtime::Runtime;
use tonic::transport::{Channel, Endpoint, Uri};
use tonic::{Response, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tower::service_fn;

/// Milliseconds that a request may wait for the index to catch up with the disk.
const CATCH_UP_MS: u32 = 60_000;

/// A connection with its own runtime.
#[derive(Debug)]
pub struct Client {
    runtime: Runtime,
    channel: Channel,
}

impl Client {
    /// Connects; `None` when nobody listens at `socket`.
    ///
    /// # Panics
    /// When the system gives no runtime.
    #[must_use]
    pub fn connect(socket: &Path) -> Option<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime can be built");
        let socket: PathBuf = socket.to_owned();
        let connector = service_fn(move |_: Uri| {
            let socket = socket.clone();
            async move { UnixStream::connect(socket).await.map(TokioIo::new) }
        });
        let endpoint = Endpoint::from_static("http://contexd.invalid");
        let channel = runtime.block_on(endpoint.connect_with_connector(connector)).ok()?;
        Some(Self { runtime, channel })
    }

    /// Waits for a call.
    ///
    /// # Errors
    /// What the service answered.
    pub fn wait<T>(&self, call: impl Future<Output = Result<Response<T>, Status>>) -> Result<T, Status> {
        self.runtime.block_on(call).map(Response::into_inner)
    }

    /// Runs anything that needs the connection's runtime.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// The client of `RepositoryService`.
    #[must_use]
    pub fn repositories(&self) -> RepositoryServiceClient<Channel> {
        RepositoryServiceClient::new(self.channel.clone())
    }

    /// The client of `SearchService`.
    #[must_use]
    pub fn searching(&self) -> SearchServiceClient<Channel> {
        SearchServiceClient::new(self.channel.clone())
    }

    /// The client of `ContextService`.
    #[must_use]
    pub fn packing(&self) -> ContextServiceClient<Channel> {
        ContextServiceClient::new(self.channel.clone())
    }

    /// The client of `OverlayService`.
    #[must_use]
    pub fn overlays(&self) -> OverlayServiceClient<Channel> {
        OverlayServiceClient::new(self.channel.clone())
    }

    /// Whether the standard health service says that the server serves.
    #[must_use]
    pub fn is_serving(&self) -> bool {
        let mut health = HealthClient::new(self.channel.clone());
        let reply = self.wait(health.check(HealthCheckRequest::default()));
        reply.is_ok_and(|reply| reply.status() == ServingStatus::Serving)
    }

    /// The services that reflection lists, in order.
    ///
    /// # Panics
    /// When reflection does not answer.
    #[must_use]
    pub fn reflected_services(&self) -> Vec<String> {
        let question = ServerReflectionRequest {
            host: String::new(),
            message_request: Some(MessageRequest::ListServices(String::new())),
        };
        let mut reflection = ServerReflectionClient::new(self.channel.clone());
        let answer = self.block_on(async {
            let mut answers =
                reflection.server_reflection_info(tokio_stream::once(question)).await?.into_inner();
            answers.message().await
        });
        let answer = answer.expect("reflection answers").and_then(|answer| answer.message_response);
        let Some(MessageResponse::ListServicesResponse(list)) = answer else { panic!("no list: {answer:?}") };
        let mut names: Vec<String> = list.service.into_iter().map(|service| service.name).collect();
        names.sort();
        names
    }

    /// Adds a repository and waits until it is indexed.
    ///
    /// # Panics
    /// When it cannot be added.
    pub fn add(&self, root: &str) -> v1::RepositoryStatus {
        let request =
            v1::AddRepositoryRequest { root: root.to_owned(), wait_ms: CATCH_UP_MS, ..Default::default() };
        let reply = self.wait(self.repositories().add(request)).expect("the repository can be added");
        reply.repository.expect("the reply has a status")
    }

    /// The status of a repository that has caught up with the disk.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn status(&self, root: &str) -> v1::RepositoryStatus {
        let request = v1::RepositoryStatusRequest { repository: root.to_owned(), consistency: caught_up() };
        let mut reply = self.wait(self.repositories().status(request)).expect("the repository is known");
        assert_eq!(reply.repositories.len(), 1, "one repository was asked for");
        reply.repositories.remove(0)
    }

    /// Searches an index that has caught up with the disk.
    ///
    /// # Panics
    /// When the search fails.
    #[must_use]
    pub fn search(&self, root: &str, query: &str) -> v1::SearchResponse {
        let request = v1::SearchRequest {
            repository: root.to_owned(),
            consistency: caught_up(),
            query: query.to_owned(),
            include_text: true,
            ..Default::default()
        };
        self.wait(self.searching().search(request)).expect("the search succeeds")
    }

    /// What matches a pattern: the parts as they came, and the summary.
    ///
    /// # Errors
    /// What the service answered.
    ///
    /// # Panics
    /// When the stream ends without a summary.
    pub fn grep(&self, request: v1::GrepRequest) -> Result<(Vec<Part>, v1::GrepSummary), Status> {
        self.block_on(async {
            let mut stream = self.searching().grep(request).await?.into_inner();
            let mut parts = Vec::new();
            while let Some(reply) = stream.message().await? {
                match reply.part.expect("every reply has a part") {
                    Part::Summary(summary) => return Ok((parts, summary)),
                    part => parts.push(part),
                }
            }
            panic!("no summary after {} parts", parts.len());
        })
    }

    /// Definitions whose name is `name`, in an index that has caught up with the disk.
    ///
    /// # Panics
    /// When the search fails.
    #[must_use]
    pub fn definitions(&self, root: &str, name: &str) -> Vec<v1::SymbolHit> {
        let request = v1::SearchSymbolsRequest {
            repository: root.to_owned(),
            consistency: caught_up(),
            name: name.to_owned(),
            exact_only: true,
            ..Default::default()
        };
        self.wait(self.searching().search_symbols(request)).expect("the search succeeds").hits
    }
}

/// The bytes of a reply, less where the server's time went (`meta.timings`), which no two replies have in common.
#[must_use]
pub fn lasting_bytes(mut reply: impl Reply) -> Vec<u8> {
    if let Some(meta) = reply.meta_mut() {
        meta.timings = None;
    }
    reply.encode_to_vec()
}

/// A reply that says something of itself.
pub trait Reply: prost::Message {
    /// What it says.
    fn meta_mut(&mut self) -> Option<&mut v1::ReplyMeta>;
}

impl Reply for v1::SearchResponse {
    fn meta_mut(&mut self) -> Option<&mut v1::ReplyMeta> {
        self.meta.as_mut()
    }
}

impl Reply for v1::AssembleContextResponse {
    fn meta_mut(&mut self) -> Option<&mut v1::ReplyMeta> {
        self.meta.as_mut()
    }
}

/// Asks for an index that holds everything that is on disk now.
#[must_use]
pub fn caught_up() -> Option<v1::Consistency> {
    Some(v1::Consistency { level: Some(Level::WaitForDiskMs(CATCH_UP_MS)) })
}
