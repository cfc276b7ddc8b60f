//! The service that answers: a daemon's over its socket, or the same code within this process.

use std::path::PathBuf;

use contexd::engine::{Engine, EngineOptions, QueryLogOptions};
use contexd_proto::v1;
use contexd_proto::v1::context_service_client::ContextServiceClient;
use contexd_proto::v1::graph_service_client::GraphServiceClient;
use contexd_proto::v1::repository_service_client::RepositoryServiceClient;
use contexd_proto::v1::search_service_client::SearchServiceClient;
use tonic::transport::Channel;
use tonic::{Code, Response, Status};

use crate::cli::daemon::{self, Daemon};
use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;
use crate::cli::scan;

/// Longest reply taken, in bytes: a pack of a million tokens fits.
const REPLY_LIMIT: usize = 64 << 20;

/// A connection to the service.
pub(crate) struct Service {
    channel: Channel,
    /// The process that answers.
    pub(crate) host: Host,
}

/// Whose process answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// A daemon's, which goes on following the disk.
    Daemon,
    /// This one.
    Own,
}

impl Service {
    /// The daemon's service, starting a daemon where none runs; this process's own with `--no-daemon`.
    pub(crate) async fn start(invocation: &Invocation) -> Result<Self, CommandError> {
        if invocation.no_daemon {
            return Self::own(invocation).await;
        }
        let settings = &invocation.settings;
        if let Some(daemon) = daemon::find(&settings.socket).await? {
            return Ok(daemon.into());
        }
        let daemon = daemon::start(settings).await?;
        invocation.notes.say(format!("started the daemon (pid {}); `contexd stop` ends it", daemon.pid));
        Ok(daemon.into())
    }

    /// The daemon's service where one runs, else this process's own; nothing is started.
    pub(crate) async fn running_or_own(invocation: &Invocation) -> Result<Self, CommandError> {
        if !invocation.no_daemon
            && let Some(daemon) = daemon::find(&invocation.settings.socket).await?
        {
            return Ok(daemon.into());
        }
        Self::own(invocation).await
    }

    async fn own(invocation: &Invocation) -> Result<Self, CommandError> {
        Self::open(invocation, invocation.settings.engine_options()).await
    }

    /// This process's own service, whatever runs elsewhere, with its indexes below `cache_dir`; it logs no queries.
    pub(crate) async fn own_in(invocation: &Invocation, cache_dir: PathBuf) -> Result<Self, CommandError> {
        let query_log = QueryLogOptions::default();
        let options = EngineOptions { cache_dir, query_log, ..invocation.settings.engine_options() };
        Self::open(invocation, options).await
    }

    async fn open(invocation: &Invocation, options: EngineOptions) -> Result<Self, CommandError> {
        let options = EngineOptions { watch: false, ..options };
        let engine = invocation.own_engine(Engine::new(options)?);
        let channel = contexd::in_process_channel(engine).await?;
        Ok(Self { channel, host: Host::Own })
    }

    /// Repositories: which there are and how they are doing.
    pub(crate) fn repositories(&self) -> RepositoryServiceClient<Channel> {
        RepositoryServiceClient::new(self.channel.clone()).max_decoding_message_size(REPLY_LIMIT)
    }

    /// Questions about places.
    pub(crate) fn search(&self) -> SearchServiceClient<Channel> {
        SearchServiceClient::new(self.channel.clone()).max_decoding_message_size(REPLY_LIMIT)
    }

    /// Questions to the code graph.
    pub(crate) fn graph(&self) -> GraphServiceClient<Channel> {
        GraphServiceClient::new(self.channel.clone()).max_decoding_message_size(REPLY_LIMIT)
    }

    /// Questions for packs.
    pub(crate) fn context(&self) -> ContextServiceClient<Channel> {
        ContextServiceClient::new(self.channel.clone()).max_decoding_message_size(REPLY_LIMIT)
    }

    /// Asks about the invocation's repository, bringing its index to completion first where that is needed: always
    /// in this process, and in a daemon's when the repository is new to it or its first scan is still under way.
    /// What the reply notes about itself is passed on to people.
    pub(crate) async fn ask<T: Reply>(
        &self,
        invocation: &Invocation,
        question: impl AsyncFn() -> Result<Response<T>, Status>,
    ) -> Result<T, CommandError> {
        if self.host == Host::Own {
            scan::complete(self, invocation, false).await?;
        }
        let first = question().await;
        let reply = if needs_scan(self, invocation, &first).await? {
            scan::complete(self, invocation, false).await?;
            question().await?
        } else {
            first?
        };
        let reply = reply.into_inner();
        if let Some(meta) = reply.meta() {
            pass_on_notices(meta, invocation);
        }
        Ok(reply)
    }
}

impl From<Daemon> for Service {
    fn from(daemon: Daemon) -> Self {
        Self { channel: daemon.channel, host: Host::Daemon }
    }
}

/// Whether the answer would be another after a scan: the repository is new to the service, answered for by one that
/// it lies beneath, or not scanned to its end yet.
async fn needs_scan<T: Reply>(
    service: &Service,
    invocation: &Invocation,
    first: &Result<Response<T>, Status>,
) -> Result<bool, CommandError> {
    match first {
        Ok(reply) => {
            let reply = reply.get_ref();
            let root = invocation.repository_name()?;
            let is_anothers = reply.meta().is_some_and(|meta| meta.root != root);
            Ok(is_anothers || has_notice(reply, "first_scan"))
        }
        Err(status) if status.code() == Code::NotFound => scan::is_unknown(service, invocation).await,
        Err(_) => Ok(false),
    }
}

fn has_notice(reply: &impl Reply, code: &str) -> bool {
    reply.meta().is_some_and(|meta| meta.notices.iter().any(|notice| notice.code == code))
}

/// Tells people what a reply notes about itself.
pub(crate) fn pass_on_notices(meta: &v1::ReplyMeta, invocation: &Invocation) {
    for notice in &meta.notices {
        invocation.notes.say(format!("note: {}", notice.message));
    }
}

/// A reply that says something of itself.
pub(crate) trait Reply {
    /// What it says.
    fn meta(&self) -> Option<&v1::ReplyMeta>;
}

macro_rules! replies {
    ($($message:ident),+ $(,)?) => {
        $(impl Reply for v1::$message {
            fn meta(&self) -> Option<&v1::ReplyMeta> {
                self.meta.as_ref()
            }
        })+
    };
}

replies!(
    SearchResponse,
    SearchSymbolsResponse,
    GetDefinitionResponse,
    FindReferencesResponse,
    GetOutlineResponse,
    GetRelatedResponse,
    GetFileNeighboursResponse,
    GetMapResponse,
    AssembleContextResponse,
    ExplainResponse,
    WhyResponse,
);
