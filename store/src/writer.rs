//! All writes: one [`Writer`] an index, and the [`Reader`] that hands out its snapshots.

use std::path::Path;
use std::sync::Arc;

use crate::vectors::FileVectors;
use crate::{Batch, ContentHash, FileRecord, Snapshot, StoreError};

/// How an index is opened.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// Number of vectors from which an HNSW base is built instead of scanning exactly.
    pub hnsw_threshold: usize,
    /// Memory of the keyword writer in bytes.
    pub keyword_writer_bytes: usize,
    /// Threads of the keyword writer.
    pub keyword_writer_threads: usize,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { hnsw_threshold: 50_000, keyword_writer_bytes: 64 << 20, keyword_writer_threads: 1 }
    }
}

/// What identifies a parsed record: same bytes, same language, same parser.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordKey {
    /// Hash of the bytes.
    pub blob: ContentHash,
    /// Name of the language it was parsed as.
    pub language: Box<str>,
    /// Version of the parser, its queries and its chunker.
    pub parser_version: u32,
}

/// The only way to change an index. Holds its single-writer lock.
pub struct Writer {
    _private: (),
}

/// Hands out the newest snapshot; cheap to clone.
#[derive(Clone)]
pub struct Reader {
    _private: (),
}

/// Opens the index in `dir`, creating it when absent and repairing or rebuilding what a crash left behind.
///
/// `parser_version` is stored with the records; when it differs from the one the index was built with, the old
/// records are not found again and the next scan parses anew.
///
/// # Errors
/// [`StoreError::Locked`] when another process has the index open.
pub fn open(_dir: &Path, _options: &StoreOptions) -> Result<(Writer, Reader), StoreError> {
    todo!()
}

/// An index that lives in memory only, for tests and one-shot use.
///
/// # Errors
/// When the database library cannot be initialised.
pub fn open_in_memory(_options: &StoreOptions) -> Result<(Writer, Reader), StoreError> {
    todo!()
}

impl Writer {
    /// Applies `batch` as one generation and publishes its snapshot. A batch that changes no content (only touches)
    /// keeps the generation.
    ///
    /// # Errors
    /// When something cannot be written; the published snapshot is then the one before.
    pub fn commit(&mut self, _batch: Batch) -> Result<Arc<Snapshot>, StoreError> {
        todo!()
    }

    /// Removes records, texts and vectors that no file has used for a while and compacts the projections.
    ///
    /// # Errors
    /// When something cannot be written.
    pub fn collect_garbage(&mut self) -> Result<(), StoreError> {
        todo!()
    }
}

impl Reader {
    /// The newest published snapshot.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        todo!()
    }

    /// Records that are stored already, by position of their key.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn find_records(&self, _keys: &[RecordKey]) -> Result<Vec<Option<Arc<FileRecord>>>, StoreError> {
        todo!()
    }

    /// Vectors that are stored already for these embedding inputs of `model`, by position.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn find_vectors(
        &self,
        _model: ContentHash,
        _keys: &[ContentHash],
    ) -> Result<Vec<Option<Arc<FileVectors>>>, StoreError> {
        todo!()
    }
}
