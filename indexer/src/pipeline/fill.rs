//! Vectors that come later: embedding, slice by slice, what the index holds and a model has no vectors of yet.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use contexd_store::vectors::FileVectors;
use contexd_store::{
    Batch, ContentHash, FileEntry, FileId, Generation, Reader, Snapshot, VectorFill, Writer, document,
};

use crate::IndexerError;
use crate::embed::{Embedder, embed_file};

/// Chunks embedded between two looks at whether something more urgent is to be done.
const SLICE_CHUNKS: usize = 32;
/// Finished files and chunks from which on they are committed.
const COMMIT_FILES: usize = 64;
const COMMIT_CHUNKS: usize = 512;

/// Brings the vectors of one model up to the index.
pub(crate) struct Fill {
    embedder: Arc<dyn Embedder>,
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
    pub(crate) fn new(embedder: Arc<dyn Embedder>) -> Self {
        let (queue, done) = (VecDeque::new(), HashSet::new());
        Self { embedder, seen: None, queue, done, current: None, finished: Vec::new() }
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
            let is_complete = partial.embed_slice(&*self.embedder)?;
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
            let current = self.current.as_ref().map(|partial| partial.file.id);
            let is_open = |file: &&Arc<FileEntry>| {
                !file.record.chunks.is_empty() && !self.done.contains(&file.id) && current != Some(file.id)
            };
            self.queue.extend(snapshot.files().filter(is_open).cloned());
        }
    }

    /// The next file of the queue that has to be embedded; what is cached is finished on the way.
    fn next_file(&mut self, snapshot: &Snapshot, reader: &Reader) -> Result<Option<Partial>, IndexerError> {
        while let Some(file) = self.queue.pop_front() {
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
    fn embed_slice(&mut self, embedder: &dyn Embedder) -> Result<bool, IndexerError> {
        let start = self.vectors.scales.len();
        let end = self.texts.len().min(start + SLICE_CHUNKS);
        let texts: Vec<&str> = self.texts[start..end].iter().map(String::as_str).collect();
        let rows = embed_file(embedder, &texts)?;
        self.vectors.scales.extend(rows.scales);
        self.vectors.codes.extend(rows.codes);
        Ok(end == self.texts.len())
    }
}
