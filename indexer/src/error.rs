//! The crate's error type, its variants told apart by what the caller can do.

use std::io;
use std::path::{Path, PathBuf};

use contexd_store::StoreError;

use crate::embed::EmbedError;

/// Why the indexer could not do what was asked. Trouble with a single file is never an error: the file is counted
/// under a [`SkipReason`](contexd_store::SkipReason) instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexerError {
    /// The root would take in a whole machine or a whole home directory.
    #[error(
        "refusing to index {}: it is too broad (hint: name a project directory, or allow broad roots)",
        .path.display()
    )]
    BroadRoot {
        /// The root.
        path: PathBuf,
    },
    /// The root cannot be read, or is not a directory.
    #[error("cannot index {}: {source}", .path.display())]
    Root {
        /// The root.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The repository's configuration file is wrong.
    #[error("in {}: {detail}", .path.display())]
    Config {
        /// The configuration file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The index failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The embedding model failed.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// A thread could not be started.
    #[error("cannot start a thread for {}: {source}", .path.display())]
    Thread {
        /// The repository that it was for.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The caller asked to stop; what was committed until then stays.
    #[error("indexing was stopped before it was complete")]
    Stopped,
}

impl IndexerError {
    pub(crate) fn root(path: &Path, source: io::Error) -> Self {
        Self::Root { path: path.to_owned(), source }
    }
}
