//! What goes into the index: a [`Batch`] of file changes that one commit applies together.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::vectors::FileVectors;
use crate::{ContentHash, FileRecord, SkipReason};

/// What the file system says of a file. A hint that its content may be unchanged, never proof.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStat {
    /// Size in bytes.
    pub size: u64,
    /// Time of the last modification, nanoseconds since the Unix epoch.
    pub modified_ns: i64,
}

/// File changes that become visible together, as one generation.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// At most one change a path.
    pub changes: Vec<FileChange>,
    /// Vectors for files that are already indexed (the second embedding tier arrives later than the first).
    pub vectors: Vec<VectorFill>,
}

impl Batch {
    /// Whether there is nothing to commit.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.vectors.is_empty()
    }
}

/// What happened to one path, relative to the repository root with `/` between its parts.
#[derive(Clone, Debug)]
pub enum FileChange {
    /// The path now has this content, or is skipped for this reason.
    Upsert(FileUpsert),
    /// Same content as before under a new stat (a `touch`): no new file version.
    Touch {
        /// The path.
        path: Arc<str>,
        /// Its present stat.
        stat: FileStat,
    },
    /// The path is gone, or no longer in the scope of the index.
    Remove {
        /// The path.
        path: Arc<str>,
    },
}

/// A path's new content.
#[derive(Clone, Debug)]
pub struct FileUpsert {
    /// The path, relative to the root, with `/`.
    pub path: Arc<str>,
    /// Its stat when the content was read.
    pub stat: FileStat,
    /// What was read.
    pub content: FileContent,
}

/// What became of a file's bytes.
#[derive(Clone, Debug)]
pub enum FileContent {
    /// It is indexed.
    Indexed(IndexedContent),
    /// It is counted, not indexed.
    Skipped {
        /// Why.
        reason: SkipReason,
        /// A person-readable detail, for example the size found; may be empty.
        detail: Box<str>,
    },
}

/// An indexed file's content and all that was derived from it.
#[derive(Clone, Debug)]
pub struct IndexedContent {
    /// Hash of the bytes.
    pub blob: ContentHash,
    /// The bytes as text.
    pub text: Arc<str>,
    /// What the parser said of them.
    pub record: Arc<FileRecord>,
    /// One entry an embedding model that has vectors for the file already.
    pub vectors: Vec<Arc<FileVectors>>,
}

/// Vectors that arrive after the file did. Dropped silently when the path has another blob by then.
#[derive(Clone, Debug)]
pub struct VectorFill {
    /// The path.
    pub path: Arc<str>,
    /// The content that the vectors were computed from.
    pub blob: ContentHash,
    /// The vectors.
    pub vectors: Arc<FileVectors>,
}
