//! All reads: an immutable view of the index at one generation.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::files::PathEntry;
use crate::keyword::{LexicalHit, LexicalQuery};
use crate::projections::Searchers;
use crate::tables::Tables;
use crate::truth::ReadPool;
use crate::vectors::{Coverage, VectorHit};
use crate::{
    ChunkId, ChunkRecord, ContentHash, FileId, FileRecord, FileStat, Generation, SkipReason, StoreError,
    SymbolId, SymbolRecord, TrigramFilter,
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
    tables: Tables,
    searchers: Searchers,
    pool: Arc<ReadPool>,
    digest: OnceLock<ContentHash>,
}

impl Snapshot {
    pub(crate) fn new(
        generation: Generation,
        tables: Tables,
        searchers: Searchers,
        pool: Arc<ReadPool>,
    ) -> Self {
        Self { generation, tables, searchers, pool, digest: OnceLock::new() }
    }

    /// The same generation under `tables`, which differ in nothing but stats.
    pub(crate) fn with_stats_of(&self, tables: Tables) -> Self {
        let (searchers, pool) = (self.searchers.clone(), Arc::clone(&self.pool));
        Self { generation: self.generation, tables, searchers, pool, digest: self.digest.clone() }
    }

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
        *self.digest.get_or_init(|| self.tables.files.digest())
    }

    /// Sizes.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.tables.files.counts()
    }

    /// The indexed files in path order.
    pub fn files(&self) -> impl Iterator<Item = &Arc<FileEntry>> {
        self.tables.files.indexed().map(|file| &file.entry)
    }

    /// The indexed files in path order, each with what rules it out of a search for bytes.
    pub fn files_with_trigrams(&self) -> impl Iterator<Item = (&Arc<FileEntry>, &Arc<TrigramFilter>)> {
        self.tables.files.indexed().map(|file| (&file.entry, &file.trigrams))
    }

    /// The skipped files in path order.
    pub fn skipped_files(&self) -> impl Iterator<Item = &Arc<SkippedFile>> {
        self.tables.files.skipped()
    }

    /// A file version, if it is part of this snapshot.
    #[must_use]
    pub fn file(&self, id: FileId) -> Option<&Arc<FileEntry>> {
        self.tables.files.by_id(id)
    }

    /// The indexed file at `path`.
    #[must_use]
    pub fn file_by_path(&self, path: &str) -> Option<&Arc<FileEntry>> {
        Some(&self.tables.files.at(path)?.indexed()?.entry)
    }

    /// What became of `path`; `None` when the walk did not find it.
    #[must_use]
    pub fn fate(&self, path: &str) -> Option<Fate<'_>> {
        Some(match self.tables.files.at(path)? {
            PathEntry::Indexed(file) => Fate::Indexed(&file.entry),
            PathEntry::Skipped(file) => Fate::Skipped(file),
        })
    }

    /// A chunk, if it is part of this snapshot.
    #[must_use]
    pub fn chunk(&self, id: ChunkId) -> Option<Chunk<'_>> {
        let file = self.file(id.file)?;
        let record = file.record.chunks.get(id.ordinal as usize)?;
        Some(Chunk { id, file, record })
    }

    /// A symbol, if it is part of this snapshot.
    #[must_use]
    pub fn symbol(&self, id: SymbolId) -> Option<Symbol<'_>> {
        let file = self.file(id.file)?;
        let record = file.record.symbols.get(id.ordinal as usize)?;
        Some(Symbol { id, file, record })
    }

    /// The text of an indexed file, exactly as it was read and hashed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn text(&self, file: &FileEntry) -> Result<Arc<str>, StoreError> {
        self.pool.text(file.blob)
    }

    /// Symbols whose name equals `name` when both are lower-cased, in (path, start) order.
    #[must_use]
    pub fn symbols_named(&self, name: &str) -> Vec<SymbolId> {
        self.tables.symbols.named(&name.to_lowercase()).to_vec()
    }

    /// Distinct lower-cased symbol names that start with `prefix` (lower-cased by the callee), in order, at most
    /// `limit`.
    #[must_use]
    pub fn symbol_names_with_prefix(&self, prefix: &str, limit: usize) -> Vec<Arc<str>> {
        self.tables.symbols.with_prefix(&prefix.to_lowercase(), limit)
    }

    /// Distinct lower-cased symbol names that contain `part` (lower-cased by the callee), in order, at most
    /// `limit`.
    #[must_use]
    pub fn symbol_names_containing(&self, part: &str, limit: usize) -> Vec<Arc<str>> {
        self.tables.symbols.containing(&part.to_lowercase(), limit)
    }

    /// Distinct lower-cased symbol names within `max_distance` edits (Damerau-Levenshtein) of `name`, nearest first,
    /// at most `limit`.
    #[must_use]
    pub fn symbol_names_near(&self, name: &str, max_distance: usize, limit: usize) -> Vec<Arc<str>> {
        self.tables.symbols.near(&name.to_lowercase(), max_distance, limit)
    }

    /// Runs a BM25F query. Hits come by falling score, ties by path and start.
    ///
    /// # Errors
    /// When the keyword index cannot be read.
    pub fn lexical(&self, query: &LexicalQuery<'_>) -> Result<Vec<LexicalHit>, StoreError> {
        let fetch = |limit| self.searchers.keyword.search(&LexicalQuery { limit, ..*query });
        self.best(query.limit, fetch, |hit| (hit.score, hit.chunk))
    }

    /// Fingerprints of the models that have vectors in this snapshot.
    #[must_use]
    pub fn vector_models(&self) -> Vec<ContentHash> {
        self.searchers.vectors.models()
    }

    /// How far `model`'s vectors cover the snapshot.
    #[must_use]
    pub fn vector_coverage(&self, model: ContentHash) -> Coverage {
        Coverage { embedded: self.searchers.vectors.embedded(model), total: self.counts().chunks }
    }

    /// Number of this snapshot's chunks that the HNSW base of `model` covers; 0 while every search scans all rows. Grows
    /// when a base has been built in the background.
    #[must_use]
    pub fn chunks_in_graph(&self, model: ContentHash) -> usize {
        self.searchers.vectors.rows_in_graph(model)
    }

    /// Numbers a row of `model`'s vectors.
    pub(crate) fn vector_dimension(&self, model: ContentHash) -> Option<u32> {
        self.searchers.vectors.dimension(model)
    }

    /// The chunks most similar to `query` (a unit vector of the model's dimension) by cosine, best first, ties by
    /// path and start. `filter` is applied before the limit.
    ///
    /// # Errors
    /// When the query is not finite, of another dimension, or without direction (all zeros).
    pub fn nearest(
        &self,
        model: ContentHash,
        query: &[f32],
        limit: usize,
        filter: Option<&(dyn Fn(FileId) -> bool + Sync)>,
    ) -> Result<Vec<VectorHit>, StoreError> {
        let fetch = |limit| self.searchers.vectors.nearest(model, query, limit, filter);
        self.best(limit, fetch, |hit| (hit.similarity, hit.chunk))
    }

    /// Similarity of `query` to each of `chunks`; `None` for a chunk without a row.
    ///
    /// # Errors
    /// When the query is not finite, of another dimension, or without direction (all zeros).
    pub fn similarities(
        &self,
        model: ContentHash,
        query: &[f32],
        chunks: &[ChunkId],
    ) -> Result<Vec<Option<f32>>, StoreError> {
        self.searchers.vectors.similarities(model, query, chunks)
    }

    /// The best `limit` of what `fetch(n)`, which gives the best n in no particular order of ties, can give.
    ///
    /// Ties are broken by path and start, which a projection does not know: when the last wanted hit ties with the
    /// last fetched one, more are fetched until the tie is whole. Otherwise the answer would hang on how the index
    /// came about.
    fn best<H>(
        &self,
        limit: usize,
        mut fetch: impl FnMut(usize) -> Result<Vec<H>, StoreError>,
        rank: impl Fn(&H) -> (f32, ChunkId),
    ) -> Result<Vec<H>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut wanted = limit + TIE_ROOM;
        let mut hits = fetch(wanted)?;
        while hits.len() == wanted && rank(&hits[limit - 1]).0 == rank(&hits[wanted - 1]).0 {
            wanted *= 4;
            hits = fetch(wanted)?;
        }
        let path = |chunk: ChunkId| self.file(chunk.file).map(|file| &file.path);
        hits.sort_by(|a, b| {
            let ((a_score, a), (b_score, b)) = (rank(a), rank(b));
            let by_place = || path(a).cmp(&path(b)).then(a.ordinal.cmp(&b.ordinal));
            b_score.total_cmp(&a_score).then_with(by_place)
        });
        hits.truncate(limit);
        Ok(hits)
    }
}

/// Hits fetched beyond the limit, so that a tie at the limit is seldom fetched twice.
const TIE_ROOM: usize = 16;
