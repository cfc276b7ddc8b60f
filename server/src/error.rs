//! Everything the service can answer instead of an answer, with its gRPC code and what to do about it.

use std::path::PathBuf;

use contexd_indexer::IndexerError;
use contexd_retriever::RetrieveError;
use contexd_store::StoreError;

/// Why a request, or the start of the daemon, failed. The variants differ in what the caller can do.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The request itself is at fault.
    #[error("invalid {field}: {detail}")]
    InvalidArgument {
        /// Name of the field, as in the wire protocol.
        field: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// The pattern of a search cannot be compiled.
    #[error("invalid pattern: {detail}")]
    InvalidPattern {
        /// What is wrong with it.
        detail: String,
        /// What to do about it.
        hint: &'static str,
    },
    /// The request names no repository and there is none.
    #[error("no repository is known")]
    NoRepository,
    /// The request names no repository and there are several.
    #[error("the request names no repository and {known} are known")]
    AmbiguousRepository {
        /// How many are known.
        known: usize,
    },
    /// The repository that the request names is not known.
    #[error("{repository} is not a known repository")]
    UnknownRepository {
        /// As the request named it.
        repository: String,
    },
    /// What should be a repository's root is not a directory that can be read.
    #[error("cannot index {}: {detail}", .path.display())]
    NoSuchDirectory {
        /// The path.
        path: PathBuf,
        /// The system's answer.
        detail: String,
    },
    /// The root would take in a whole machine or home directory.
    #[error("refusing to index {}: it is too broad", .path.display())]
    BroadRoot {
        /// The path.
        path: PathBuf,
    },
    /// The repository's own configuration is wrong.
    #[error("in {}: {detail}", .path.display())]
    Configuration {
        /// The configuration file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The path is not part of the index.
    #[error("{path} is not indexed")]
    NotIndexed {
        /// The path, relative to the root.
        path: String,
    },
    /// Past answers are not kept.
    #[error("the query log is off")]
    QueryLogOff,
    /// The query log holds no such answer.
    #[error("no past answer has the id {query_id}")]
    UnknownQuery {
        /// As the request named it.
        query_id: String,
    },
    /// The generation asked for did not come in time.
    #[error("generation {wanted} was not reached in time: the index is at {present}")]
    GenerationNotReached {
        /// Asked for.
        wanted: u64,
        /// Newest at the end of the wait.
        present: u64,
    },
    /// The request's deadline passed.
    #[error("the deadline of the request has passed")]
    DeadlineExceeded,
    /// Nobody takes the answer any more.
    #[error("the caller has gone")]
    Cancelled,
    /// Too many requests wait already.
    #[error("too many requests at once: {waiting} are waiting")]
    Busy {
        /// How many wait.
        waiting: usize,
    },
    /// The capability is not there yet.
    #[error("{what} is not available yet")]
    Unimplemented {
        /// The method or field.
        what: &'static str,
    },
    /// The server is stopping, or the repository was removed meanwhile.
    #[error("{what} is shutting down")]
    ShuttingDown {
        /// What.
        what: String,
    },
    /// Another process writes to the index.
    #[error("the index of {} is in use by another process", .root.display())]
    IndexInUse {
        /// The repository's root.
        root: PathBuf,
    },
    /// The index cannot be opened, read or written.
    #[error("the index of {} failed: {detail}", .root.display())]
    IndexFailed {
        /// The repository's root.
        root: PathBuf,
        /// What happened.
        detail: String,
    },
    /// A file or directory of the server's own cannot be used.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// A defect: the computation of one request panicked. The server goes on.
    #[error("internal error while answering: {detail}")]
    Panicked {
        /// The panic's message.
        detail: String,
    },
    /// A daemon serves this socket already.
    #[error("a daemon is already running on {}", .socket.display())]
    AlreadyRunning {
        /// The socket.
        socket: PathBuf,
    },
    /// What stands at the socket's path must not be replaced, or its directory is not safe.
    #[error("cannot use {} as the socket: {detail}", .socket.display())]
    UnsafeSocket {
        /// The socket.
        socket: PathBuf,
        /// Why not.
        detail: String,
    },
    /// The TCP address would be reachable from other machines.
    #[error("refusing to listen on {address}: it is not a loopback address")]
    NotLoopback {
        /// The address.
        address: std::net::SocketAddr,
    },
    /// The TCP address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The transport failed.
    #[error("transport: {0}")]
    Transport(#[from] tonic::transport::Error),
}

impl ServiceError {
    /// An [`ServiceError::InvalidArgument`].
    pub(crate) fn invalid(field: &'static str, detail: impl Into<String>) -> Self {
        Self::InvalidArgument { field, detail: detail.into() }
    }

    /// What the index of `root` said, told apart by what the caller can do.
    pub(crate) fn from_store(root: &std::path::Path, error: &StoreError) -> Self {
        match error {
            StoreError::Locked { .. } => Self::IndexInUse { root: root.to_owned() },
            other => Self::IndexFailed { root: root.to_owned(), detail: other.to_string() },
        }
    }

    /// What the indexer of `root` said.
    pub(crate) fn from_indexer(root: &std::path::Path, error: IndexerError) -> Self {
        match error {
            IndexerError::BroadRoot { path } => Self::BroadRoot { path },
            IndexerError::Root { path, source } => Self::NoSuchDirectory { path, detail: source.to_string() },
            IndexerError::Config { path, detail } => Self::Configuration { path, detail },
            IndexerError::Store(error) => Self::from_store(root, &error),
            IndexerError::Stopped => Self::ShuttingDown { what: root.display().to_string() },
            other => Self::IndexFailed { root: root.to_owned(), detail: other.to_string() },
        }
    }

    /// What the retriever said of a question to `root`.
    pub(crate) fn from_retriever(root: &std::path::Path, error: RetrieveError) -> Self {
        match error {
            RetrieveError::InvalidArgument { field, detail } => Self::InvalidArgument { field, detail },
            RetrieveError::Store(error) => Self::from_store(root, &error),
        }
    }

    /// The gRPC code that tells a client what to do.
    #[must_use]
    pub fn grpc_code(&self) -> tonic::Code {
        use tonic::Code;
        match self {
            Self::InvalidArgument { .. }
            | Self::InvalidPattern { .. }
            | Self::AmbiguousRepository { .. }
            | Self::NotLoopback { .. } => Code::InvalidArgument,
            Self::NoRepository
            | Self::UnknownRepository { .. }
            | Self::NoSuchDirectory { .. }
            | Self::NotIndexed { .. }
            | Self::UnknownQuery { .. } => Code::NotFound,
            Self::BroadRoot { .. }
            | Self::Configuration { .. }
            | Self::IndexInUse { .. }
            | Self::QueryLogOff => Code::FailedPrecondition,
            Self::AlreadyRunning { .. } => Code::AlreadyExists,
            Self::GenerationNotReached { .. } | Self::DeadlineExceeded => Code::DeadlineExceeded,
            Self::Cancelled => Code::Cancelled,
            Self::Busy { .. } => Code::ResourceExhausted,
            Self::Unimplemented { .. } => Code::Unimplemented,
            Self::ShuttingDown { .. } | Self::Transport(_) | Self::Listen { .. } => Code::Unavailable,
            Self::IndexFailed { .. } | Self::Io { .. } | Self::Panicked { .. } => Code::Internal,
            Self::UnsafeSocket { .. } => Code::PermissionDenied,
        }
    }

    /// What to do about it, where there is something to do.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::InvalidPattern { hint, .. } => Some(hint),
            Self::NoRepository | Self::UnknownRepository { .. } => {
                Some("add it first: `contexd repo add PATH`")
            }
            Self::AmbiguousRepository { .. } => {
                Some("name one by its root path or id; `contexd repo list` shows them")
            }
            Self::BroadRoot { .. } => {
                Some("name a project directory, or allow broad roots for this one request")
            }
            Self::NotIndexed { .. } => Some("`contexd why PATH` says what became of it"),
            Self::QueryLogOff => Some(
                "answers are kept from the next start with [query_log] enabled = true in config.toml, \
                 CONTEXD_QUERY_LOG=1 or --query-log; `contexd stop` ends a daemon that runs",
            ),
            Self::UnknownQuery { .. } => {
                Some("`contexd explain --list` shows the ones that are kept; the oldest go first")
            }
            Self::Busy { .. } => Some("try again in a moment"),
            Self::IndexInUse { .. } => {
                Some("a daemon probably serves it: leave out --no-daemon, or stop the daemon first")
            }
            Self::IndexFailed { .. } => {
                Some("`contexd repo remove` and `contexd repo add` build the index anew")
            }
            Self::Panicked { .. } => {
                Some("this is a defect of contexd: please report it with the server's log")
            }
            Self::AlreadyRunning { .. } => Some("stop it with `contexd stop`, or choose another --socket"),
            Self::NotLoopback { .. } => Some("use 127.0.0.1 or ::1: other addresses need TLS and a token"),
            Self::InvalidArgument { .. }
            | Self::NoSuchDirectory { .. }
            | Self::Configuration { .. }
            | Self::GenerationNotReached { .. }
            | Self::DeadlineExceeded
            | Self::Cancelled
            | Self::Unimplemented { .. }
            | Self::ShuttingDown { .. }
            | Self::Io { .. }
            | Self::UnsafeSocket { .. }
            | Self::Listen { .. }
            | Self::Transport(_) => None,
        }
    }
}

impl From<ServiceError> for tonic::Status {
    fn from(error: ServiceError) -> Self {
        let message = match error.hint() {
            Some(hint) => format!("{error}\nhint: {hint}"),
            None => error.to_string(),
        };
        Self::new(error.grpc_code(), message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_carries_code_message_and_hint() {
        let status = tonic::Status::from(ServiceError::UnknownRepository { repository: "/x".to_owned() });
        assert_eq!(status.code(), tonic::Code::NotFound);
        assert_eq!(
            status.message(),
            "/x is not a known repository\nhint: add it first: `contexd repo add PATH`"
        );
    }

    #[test]
    fn an_error_without_a_hint_is_one_line() {
        let status = tonic::Status::from(ServiceError::invalid("query", "is empty"));
        assert_eq!(
            (status.code(), status.message()),
            (tonic::Code::InvalidArgument, "invalid query: is empty")
        );
    }
}
