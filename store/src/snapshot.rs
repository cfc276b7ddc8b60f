//! All reads: an immutable view of the index at one generation.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::keyword::{LexicalHit, LexicalQuery};
use crate::vectors::{Coverage, VectorHit};
use crate::{
    ChunkId, ChunkRecord, ContentHash, FileId, FileRecord, FileStat, Generation, SkipReason, StoreError,
    SymbolId, SymbolRecord,
};

/// An indexed file in a snapshot.
#[derive(Clone, Debug)]
pub struct FileEntry {
    /// The file version.
    pub id: FileId,
    /// Path relative to the repository root, with `/`.
    pub path: Arc<str>,
    /// Hash of its bytes.
    pub blob: ContentHash,
    /// Its stat when it was read.
    pub stat: FileStat,
    /// What the parser said of it.
    pub record: Arc<FileRecord>,
    /// The generation that brought this version.
    pub generation: Generation,
}

/// A file that the walk found and that is not indexed.
#[derive(Clone, Debug)]
pub struct SkippedFile {
    /// Path relative to the repository root, with `/`.
    pub path: Arc<str>,
    /// Its stat when it was looked at.
    pub stat: FileStat,
    /// Why it is not indexed.
    pub reason: SkipReason,
    /// A person-readable detail; may be empty.
    pub detail: Box<str>,
}

/// What became of a path that the walk found.
#[derive(Clone, Debug)]
pub enum Fate<'a> {
    /// It is indexed.
    Indexed(&'a Arc<FileEntry>),
    /// It is skipped.
    Skipped(&'a Arc<SkippedFile>),
}

/// Sizes of a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files that are indexed.
    pub files_indexed: usize,
    /// Files that are not, by reason.
    pub files_skipped: BTreeMap<SkipReason, usize>,
    /// Chunks of the indexed files.
    pub chunks: usize,
    /// Symbols of the indexed files.
    pub symbols: usize,
}

/// A chunk with the file it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// The chunk's id.
    pub id: ChunkId,
    /// The file.
    pub file: &'a Arc<FileEntry>,
    /// The chunk.
    pub record: &'a ChunkRecord,
}

/// A symbol with the file it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Symbol<'a> {
    /// The symbol's id.
    pub id: SymbolId,
    /// The file.
    pub file: &'a Arc<FileEntry>,
    /// The symbol.
    pub record: &'a SymbolRecord,
}

/// An immutable view of the index at one generation: files, symbols, keyword searcher and vectors of that
/// generation and no other. Cheap to share; readers never wait for the writer.
pub struct Snapshot {
    generation: Generation,
}

impl Snapshot {
    /// The generation shown.
    #[must_use]
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// One hash over all records of the generation in path order: path, blob and record of every indexed file,
    /// path and reason of every skipped one. Holds no ids, so that two indexes of the same tree agree however they
    /// came about.
    #[must_use]
    pub fn digest(&self) -> ContentHash {
        todo!()
    }

    /// Sizes.
    #[must_use]
    pub fn counts(&self) -> Counts {
        todo!()
    }

    /// The indexed files in path order.
    pub fn files(&self) -> impl Iterator<Item = &Arc<FileEntry>> {
        std::iter::empty()
    }

    /// The skipped files in path order.
    pub fn skipped_files(&self) -> impl Iterator<Item = &Arc<SkippedFile>> {
        std::iter::empty()
    }

    /// A file version, if it is part of this snapshot.
    #[must_use]
    pub fn file(&self, _id: FileId) -> Option<&Arc<FileEntry>> {
        todo!()
    }

    /// The indexed file at `path`.
    #[must_use]
    pub fn file_by_path(&self, _path: &str) -> Option<&Arc<FileEntry>> {
        todo!()
    }

    /// What became of `path`; `None` when the walk did not find it.
    #[must_use]
    pub fn fate(&self, _path: &str) -> Option<Fate<'_>> {
        todo!()
    }

    /// A chunk, if it is part of this snapshot.
    #[must_use]
    pub fn chunk(&self, _id: ChunkId) -> Option<Chunk<'_>> {
        todo!()
    }

    /// A symbol, if it is part of this snapshot.
    #[must_use]
    pub fn symbol(&self, _id: SymbolId) -> Option<Symbol<'_>> {
        todo!()
    }

    /// The text of an indexed file, exactly as it was read and hashed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn text(&self, _file: &FileEntry) -> Result<Arc<str>, StoreError> {
        todo!()
    }

    /// Symbols whose name equals `name` when both are lower-cased, in (path, start) order.
    #[must_use]
    pub fn symbols_named(&self, _name: &str) -> Vec<SymbolId> {
        todo!()
    }

    /// Distinct lower-cased symbol names that start with `prefix` (lower-cased by the callee), in order, at most
    /// `limit`.
    #[must_use]
    pub fn symbol_names_with_prefix(&self, _prefix: &str, _limit: usize) -> Vec<Arc<str>> {
        todo!()
    }

    /// Distinct lower-cased symbol names that contain `part` (lower-cased by the callee), at most `limit`.
    #[must_use]
    pub fn symbol_names_containing(&self, _part: &str, _limit: usize) -> Vec<Arc<str>> {
        todo!()
    }

    /// Distinct lower-cased symbol names within `max_distance` edits (Damerau-Levenshtein) of `name`, nearest first,
    /// at most `limit`.
    #[must_use]
    pub fn symbol_names_near(&self, _name: &str, _max_distance: usize, _limit: usize) -> Vec<Arc<str>> {
        todo!()
    }

    /// Runs a BM25F query. Hits come by falling score, ties by path and start.
    ///
    /// # Errors
    /// When the keyword index cannot be read.
    pub fn lexical(&self, _query: &LexicalQuery<'_>) -> Result<Vec<LexicalHit>, StoreError> {
        todo!()
    }

    /// Fingerprints of the models that have vectors in this snapshot.
    #[must_use]
    pub fn vector_models(&self) -> Vec<ContentHash> {
        todo!()
    }

    /// How far `model`'s vectors cover the snapshot.
    #[must_use]
    pub fn vector_coverage(&self, _model: ContentHash) -> Coverage {
        todo!()
    }

    /// The chunks most similar to `query` (a unit vector of the model's dimension) by cosine, best first, ties by
    /// path and start. `filter` is applied before the limit.
    ///
    /// # Errors
    /// When the query is not finite or of another dimension.
    pub fn nearest(
        &self,
        _model: ContentHash,
        _query: &[f32],
        _limit: usize,
        _filter: Option<&(dyn Fn(FileId) -> bool + Sync)>,
    ) -> Result<Vec<VectorHit>, StoreError> {
        todo!()
    }

    /// Similarity of `query` to each of `chunks`; `None` for a chunk without a row.
    ///
    /// # Errors
    /// When the query is not finite or of another dimension.
    pub fn similarities(
        &self,
        _model: ContentHash,
        _query: &[f32],
        _chunks: &[ChunkId],
    ) -> Result<Vec<Option<f32>>, StoreError> {
        todo!()
    }
}
