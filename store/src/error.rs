//! The store's one error type, its variants told apart by what the caller can do.

use std::path::PathBuf;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the single-writer lock of this index.
    #[error("the index at {path} is in use by another process")]
    Locked {
        /// The index directory.
        path: PathBuf,
    },
    /// The file system refused.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried, for example `create`.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The database of truth failed.
    #[error("index database: {0}")]
    Database(#[from] rusqlite::Error),
    /// The keyword projection failed.
    #[error("keyword index: {0}")]
    Keyword(#[from] tantivy::TantivyError),
    /// A stored record or segment cannot be decoded; the index must be rebuilt.
    #[error("corrupt index data in {place}: {detail}")]
    Corrupt {
        /// Table, file or segment.
        place: String,
        /// What was wrong with it.
        detail: String,
    },
    /// A vector was refused (not finite, zero where a direction is needed, or of another dimension).
    #[error("invalid vector: {0}")]
    InvalidVector(String),
}
