//! Vectors that come later: embedding, slice by slice, what the index holds and a model has no vectors of yet.
//!
//! Files that were asked for come first, the last one asked for before the others; then those that were edited last.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use contexd_store::vectors::FileVectors;
use contexd_store::{
    Batch, CachedRow, ContentHash, FileEntry, FileId, Generation, Reader, Snapshot, StoreError, VectorCache,
    VectorFill, Writer, document,
};

use crate::IndexerError;
use crate::embed::{Embedder, embed_file};

/// Chunks embedded between two looks at whether something more urgent is to be done.
const SLICE_CHUNKS: usize = 32;
/// Finished files and chunks from which on they are committed.
const COMMIT_FILES: usize = 64;
const COMMIT_CHUNKS: usize = 512;
/// Paths that are remembered as asked for.
const MAX_ASKED: usize = 256;

/// Paths that answers have named lately, and whose vectors are therefore wanted first.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    paths: Mutex<VecDeque<Arc<str>>>,
}

impl Asked {
    /// Adds paths in this order; the longest ago are forgotten when there are too many.
    pub(crate) fn add<'a>(&self, added: impl IntoIterator<Item = &'a Arc<str>>) {
        let mut paths = self.lock();
        for path in added {
            if paths.len() >= MAX_ASKED {
                paths.pop_front();
            }
            paths.push_back(Arc::clone(path));
        }
    }

    /// Takes out the path that was asked for last.
    fn take_last(&self) -> Option<Arc<str>> {
        self.lock().pop_back()
    }

    fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<str>>> {
        self.paths.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Brings the vectors of one model up to the index.
pub(crate) struct Fill {
    embedder: Arc<dyn Embedder>,
    /// Vectors of texts that this or another index had before.
    cache: Option<Arc<VectorCache>>,
    asked: Arc<Asked>,
    /// The generation that the queue was made of.
    seen: Option<Generation>,
    queue: VecDeque<Arc<FileEntry>>,
    /// Files that need nothing more.
    done: HashSet<FileId>,
    current: Option<Partial>,
    finished: Vec<VectorFill>,
}

/// A file in the middle of being embedded.
struct Partial {
    file: Arc<FileEntry>,
    texts: Vec<String>,
    vectors: FileVectors,
}

impl Fill {
    pub(crate) fn new(
        embedder: Arc<dyn Embedder>,
        cache: Option<Arc<VectorCache>>,
        asked: Arc<Asked>,
    ) -> Self {
        let (queue, done) = (VecDeque::new(), HashSet::new());
        Self { embedder, cache, asked, seen: None, queue, done, current: None, finished: Vec::new() }
    }

    /// The embedder that is filled with.
    pub(crate) fn embedder(&self) -> &dyn Embedder {
        &*self.embedder
    }

    /// Embeds one slice, and commits when enough is finished. `false` when nothing is left to be done.
    pub(crate) fn step(&mut self, writer: &mut Writer, reader: &Reader) -> Result<bool, IndexerError> {
        let snapshot = reader.snapshot();
        self.follow(&snapshot);
        if self.current.is_none() {
            self.current = self.next_file(&snapshot, reader)?;
        }
        if let Some(partial) = &mut self.current {
            let is_complete = partial.embed_slice(&*self.embedder, self.cache.as_deref())?;
            if is_complete && let Some(partial) = self.current.take() {
                self.finish(&partial.file, Arc::new(partial.vectors));
            }
        }
        let is_exhausted = self.current.is_none() && self.queue.is_empty();
        if is_exhausted || self.finished.len() >= COMMIT_FILES || self.finished_chunks() >= COMMIT_CHUNKS {
            self.commit(writer)?;
        }
        Ok(!is_exhausted)
    }

    /// Whether a step would find the queue to be of an older generation.
    pub(crate) fn is_behind(&self, generation: Generation) -> bool {
        self.seen != Some(generation)
    }

    /// Makes the queue anew when files came or left.
    fn follow(&mut self, snapshot: &Snapshot) {
        if !self.is_behind(snapshot.generation()) {
            return;
        }
        self.seen = Some(snapshot.generation());
        self.done.retain(|file| snapshot.file(*file).is_some());
        if self.current.as_ref().is_some_and(|partial| snapshot.file(partial.file.id).is_none()) {
            self.current = None;
        }
        self.queue.clear();
        let coverage = snapshot.vector_coverage(self.embedder.model().fingerprint);
        if coverage.embedded < coverage.total {
            let mut open: Vec<_> = snapshot.files().filter(|file| self.is_open(file)).cloned().collect();
            open.sort_by(|a, b| {
                b.stat.modified_ns.cmp(&a.stat.modified_ns).then_with(|| a.path.cmp(&b.path))
            });
            self.queue.extend(open);
        }
    }

    fn is_open(&self, file: &FileEntry) -> bool {
        let is_current = self.current.as_ref().is_some_and(|partial| partial.file.id == file.id);
        !file.record.chunks.is_empty() && !self.done.contains(&file.id) && !is_current
    }

    /// The file whose turn it is.
    fn next_in_line(&mut self, snapshot: &Snapshot) -> Option<Arc<FileEntry>> {
        if self.queue.is_empty() {
            self.asked.clear();
        }
        while let Some(path) = self.asked.take_last() {
            if let Some(file) = snapshot.file_by_path(&path).filter(|file| self.is_open(file)) {
                return Some(Arc::clone(file));
            }
        }
        while let Some(file) = self.queue.pop_front() {
            if self.is_open(&file) {
                return Some(file);
            }
        }
        None
    }

    /// The next file of the queue that has to be embedded; what is cached is finished on the way.
    fn next_file(&mut self, snapshot: &Snapshot, reader: &Reader) -> Result<Option<Partial>, IndexerError> {
        while let Some(file) = self.next_in_line(snapshot) {
            let text = snapshot.text(&file)?;
            let chunks = 0..file.record.chunks.len();
            let texts: Vec<String> = chunks
                .map(|ordinal| document::embedding_text(&file.path, &file.record, &text, ordinal))
                .collect();
            let key = document::embedding_key(&texts);
            let model = self.embedder.model().fingerprint;
            match reader.find_vectors(model, &[key])?.into_iter().next().flatten() {
                Some(vectors) => self.finish(&file, vectors),
                None => return Ok(Some(Partial::new(file, texts, key, &*self.embedder))),
            }
            if self.finished.len() >= COMMIT_FILES {
                break;
            }
        }
        Ok(None)
    }

    fn finish(&mut self, file: &FileEntry, vectors: Arc<FileVectors>) {
        self.done.insert(file.id);
        self.finished.push(VectorFill { path: Arc::clone(&file.path), blob: file.blob, vectors });
    }

    fn finished_chunks(&self) -> usize {
        self.finished.iter().map(|fill| fill.vectors.scales.len()).sum()
    }

    fn commit(&mut self, writer: &mut Writer) -> Result<(), IndexerError> {
        if self.finished.is_empty() {
            return Ok(());
        }
        let vectors = std::mem::take(&mut self.finished);
        match writer.commit(Batch { changes: Vec::new(), vectors }) {
            Ok(snapshot) => self.seen = Some(snapshot.generation()),
            Err(error) => {
                // What was not written is not done.
                self.done.clear();
                self.seen = None;
                return Err(error.into());
            }
        }
        Ok(())
    }
}

impl Partial {
    fn new(file: Arc<FileEntry>, texts: Vec<String>, key: ContentHash, embedder: &dyn Embedder) -> Self {
        let model = embedder.model();
        let dimension =
            u32::try_from(model.dimension).expect("invariant: a dimension is a few thousand at most");
        let (scales, codes) = (Vec::new(), Vec::new());
        let vectors = FileVectors { model: model.fingerprint, key, dimension, scales, codes };
        Self { file, texts, vectors }
    }

    /// Embeds the next chunks; `true` when they were the last.
    fn embed_slice(
        &mut self,
        embedder: &dyn Embedder,
        cache: Option<&VectorCache>,
    ) -> Result<bool, IndexerError> {
        let start = self.vectors.scales.len();
        let end = self.texts.len().min(start + SLICE_CHUNKS);
        let texts: Vec<&str> = self.texts[start..end].iter().map(String::as_str).collect();
        for row in embed_cached(embedder, cache, &texts)? {
            self.vectors.scales.push(row.scale);
            self.vectors.codes.extend(row.codes);
        }
        Ok(end == self.texts.len())
    }
}

/// A row a text, out of the cache where it has one, else computed and put there before anything else is done with it.
/// A cache that fails costs time, not vectors.
fn embed_cached(
    embedder: &dyn Embedder,
    cache: Option<&VectorCache>,
    texts: &[&str],
) -> Result<Vec<CachedRow>, IndexerError> {
    let model = embedder.model();
    let keys: Vec<ContentHash> = texts.iter().map(|text| VectorCache::key(model.fingerprint, text)).collect();
    let mut rows = cache.map_or_else(Vec::new, |cache| tolerate(cache.find(&keys)));
    rows.resize(texts.len(), None);
    let is_missing =
        |row: &Option<CachedRow>| row.as_ref().is_none_or(|row| row.codes.len() != model.dimension);
    let missing: Vec<usize> = (0..texts.len()).filter(|index| is_missing(&rows[*index])).collect();
    if missing.is_empty() {
        return Ok(rows.into_iter().flatten().collect());
    }
    tracing::debug!(model = %model.name, texts = missing.len(), "embedding");
    let wanted: Vec<&str> = missing.iter().map(|index| texts[*index]).collect();
    let vectors = embed_file(embedder, &wanted)?;
    let made = vectors.scales.iter().zip(vectors.codes.chunks_exact(model.dimension));
    let made: Vec<CachedRow> =
        made.map(|(scale, codes)| CachedRow { scale: *scale, codes: codes.to_vec() }).collect();
    if let Some(cache) = cache {
        let named = missing.iter().map(|index| keys[*index]).zip(made.iter().cloned());
        tolerate(cache.insert(&named.collect::<Vec<_>>()));
    }
    for (index, row) in missing.into_iter().zip(made) {
        rows[index] = Some(row);
    }
    Ok(rows.into_iter().flatten().collect())
}

fn tolerate<T: Default>(result: Result<T, StoreError>) -> T {
    result.unwrap_or_else(|error| {
        tracing::warn!(%error, "vector cache not usable");
        T::default()
    })
}
