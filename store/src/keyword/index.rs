//! The writing side: one tantivy index and its one long-lived writer.

use std::fmt::Display;
use std::path::Path;

use tantivy::directory::{Directory, MmapDirectory};
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, NoMergePolicy, UserOperation};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, TantivyError, Term};

use super::document::{ChunkDocument, Fields, schema, settings, tokenizers};
use super::searcher::{KeywordSearcher, SegmentCache};
use crate::document::FileDocument;
use crate::{ChunkId, FileEntry, FileId, Generation, StoreError};

/// What tantivy asks for a writer thread at least.
const LEAST_WRITER_BYTES: usize = 15 << 20;
/// Share of deleted documents from which a segment is rewritten.
const DELETED_RATIO: f32 = 0.3;

/// The keyword index of one repository.
pub(crate) struct KeywordIndex {
    fields: Fields,
    /// Taken only when dropped.
    writer: Option<IndexWriter<ChunkDocument>>,
    reader: IndexReader,
    segments: SegmentCache,
    committed: Option<Generation>,
}

impl KeywordIndex {
    /// Opens the index in `dir`, creating it when there is none.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when what is there cannot be opened, fails its checksums or has another schema.
    pub(crate) fn open(dir: &Path, writer_bytes: usize, threads: usize) -> Result<Self, StoreError> {
        std::fs::create_dir_all(dir).map_err(|source| io_error("create", dir, source))?;
        let corrupt = |error: TantivyError| StoreError::Corrupt {
            place: dir.display().to_string(),
            detail: error.to_string(),
        };
        let (schema, fields) = schema();
        let directory = MmapDirectory::open(dir).map_err(|error| corrupt(error.into()))?;
        let index = Index::builder()
            .schema(schema)
            .settings(settings())
            .tokenizers(tokenizers())
            .open_or_create(directory)
            .map_err(corrupt)?;
        refuse_damaged_files(&index, dir)?;
        Self::with_index(index, fields, writer_bytes, threads).map_err(|error| match error {
            StoreError::Keyword(error @ TantivyError::LockFailure(..)) => error.into(),
            StoreError::Keyword(error) => corrupt(error),
            other => other,
        })
    }

    /// An index in memory.
    pub(crate) fn in_memory(writer_bytes: usize) -> Result<Self, StoreError> {
        let (schema, fields) = schema();
        let builder = Index::builder().schema(schema).settings(settings()).tokenizers(tokenizers());
        Self::with_index(builder.create_in_ram()?, fields, writer_bytes, 1)
    }

    /// Removes the index in `dir`, which must not be open.
    pub(crate) fn wipe(dir: &Path) -> Result<(), StoreError> {
        match std::fs::remove_dir_all(dir) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(io_error("remove", dir, source))
            }
            _ => Ok(()),
        }
    }

    fn with_index(
        index: Index,
        fields: Fields,
        writer_bytes: usize,
        threads: usize,
    ) -> Result<Self, StoreError> {
        let writer = index.writer_with_options(writer_options(writer_bytes, threads))?;
        writer.set_merge_policy(Box::new(merge_policy()));
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let committed = index.load_metas()?.payload.and_then(|payload| payload.parse().ok()).map(Generation);
        let this =
            Self { fields, writer: Some(writer), reader, segments: SegmentCache::default(), committed };
        this.searcher()?;
        Ok(this)
    }

    /// The generation of the last commit; `None` before the first.
    pub(crate) fn committed_generation(&self) -> Option<Generation> {
        self.committed
    }

    /// Adds the chunks of `file`, a document each. Several threads may add at once.
    pub(crate) fn add(&self, file: &FileEntry, text: &str) -> Result<(), StoreError> {
        let document = FileDocument::new(&file.path, &file.record, text);
        let chunk_count = file.record.chunks.len();
        let documents: Vec<_> = (0..chunk_count)
            .map(|ordinal| {
                let chunk = ChunkId { file: file.id, ordinal: ordinal as u32 };
                UserOperation::Add(ChunkDocument::new(self.fields, chunk, &document.fields(ordinal)))
            })
            .collect();
        // As one operation, so that the chunks of a file stand together in one segment.
        self.writer().run(documents)?;
        Ok(())
    }

    /// Deletes what was added for `file` before.
    pub(crate) fn delete(&self, file: FileId) {
        let FileId(id) = file;
        self.writer().delete_term(Term::from_field_u64(self.fields.file, u64::from(id)));
    }

    /// Waits until everything added stands in segment files, so that a commit right after it has little to do. The
    /// files belong to no commit yet.
    pub(crate) fn flush(&mut self) -> Result<(), StoreError> {
        drop(self.writer_mut().prepare_commit()?);
        Ok(())
    }

    /// Makes what was added and deleted durable under the number `generation` and opens it for reading.
    ///
    /// # Errors
    /// When the index cannot be written; [`KeywordIndex::rollback`] then restores the state of the last commit.
    pub(crate) fn commit(&mut self, generation: Generation) -> Result<KeywordSearcher, StoreError> {
        let mut commit = self.writer_mut().prepare_commit()?;
        commit.set_payload(&generation.to_string());
        commit.commit()?;
        self.committed = Some(generation);
        self.reader.reload()?;
        self.searcher()
    }

    /// The state of the last commit.
    pub(crate) fn searcher(&self) -> Result<KeywordSearcher, StoreError> {
        KeywordSearcher::new(&self.reader.searcher(), self.fields, &self.segments)
    }

    /// Forgets what was added and deleted since the last commit.
    pub(crate) fn rollback(&mut self) -> Result<(), StoreError> {
        self.writer_mut().rollback()?;
        self.writer().set_merge_policy(Box::new(merge_policy()));
        Ok(())
    }

    fn writer(&self) -> &IndexWriter<ChunkDocument> {
        self.writer.as_ref().expect("invariant: the writer is taken only when the index is dropped")
    }

    fn writer_mut(&mut self) -> &mut IndexWriter<ChunkDocument> {
        self.writer.as_mut().expect("invariant: the writer is taken only when the index is dropped")
    }
}

impl Drop for KeywordIndex {
    /// Waits for the merges that are running: whoever opens the directory next must not meet their threads.
    fn drop(&mut self) {
        let Some(writer) = self.writer.take() else { return };
        writer.set_merge_policy(Box::new(NoMergePolicy));
        if let Err(error) = writer.wait_merging_threads() {
            tracing::warn!(%error, "a merge of the keyword index failed");
        }
    }
}

fn writer_options(writer_bytes: usize, threads: usize) -> IndexWriterOptions {
    let threads = threads.max(1);
    IndexWriterOptions::builder()
        .memory_budget_per_thread((writer_bytes / threads).max(LEAST_WRITER_BYTES))
        .num_worker_threads(threads)
        .num_merge_threads(1)
        .build()
}

fn merge_policy() -> LogMergePolicy {
    let mut policy = LogMergePolicy::default();
    policy.set_del_docs_ratio_before_merge(DELETED_RATIO);
    policy
}

/// Verifies the checksums of the files of all segments, because tantivy trusts what it maps and a search would panic.
/// A file that is missing shows when the segment is opened.
fn refuse_damaged_files(index: &Index, dir: &Path) -> Result<(), StoreError> {
    let corrupt = |error: &dyn Display| corrupt_index(dir, error.to_string());
    for file in index.load_metas().map_err(|error| corrupt(&error))?.list_segment_files() {
        let exists = index.directory().exists(&file).map_err(|error| corrupt(&error))?;
        if exists && !index.directory().validate_checksum(&file).map_err(|error| corrupt(&error))? {
            return Err(corrupt(&format!("checksum of {} does not match", file.display())));
        }
    }
    Ok(())
}

fn corrupt_index(dir: &Path, detail: String) -> StoreError {
    StoreError::Corrupt { place: dir.display().to_string(), detail }
}

fn io_error(action: &'static str, path: &Path, source: std::io::Error) -> StoreError {
    StoreError::Io { action, path: path.to_owned(), source }
}
