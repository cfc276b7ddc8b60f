//! Candidates: the chunks worth scoring, gathered from the keyword index, the symbols, the vectors, the paths and the
//! places that error output names; and what they quote.

use std::collections::{BTreeMap, HashMap};

use contexd_store::keyword::LexicalQuery;
use contexd_store::vectors::VectorHit;
use contexd_store::{Chunk, ChunkId, FileEntry, FileId, Snapshot, Span, SymbolId, parallel};

use crate::filter::Filter;
use crate::names::definition_strength;
use crate::understand::{Frame, NamedIdentifier, Strength, Understanding};
use crate::verbatim::add_verbatim;
use crate::wildcard::{Wildcard, holds_qualifier};
use crate::{DenseQuery, Query, RetrieveError, Weights};

/// Chunks taken from the keyword index. Signals are measured against the other candidates, so that their number must not
/// depend on how many hits are asked for: a long answer begins as a short one does.
const LEXICAL_CANDIDATES: usize = 400;
/// Chunks taken from each embedding model.
const DENSE_CANDIDATES: usize = 200;
/// Hits up to which an answer is made of these.
const HITS_OF_CANDIDATES: usize = 200;
/// Symbols considered for one name.
const SYMBOLS_PER_NAME: usize = 200;
/// How well a chunk answers to a name that it only exports again, when nothing in the repository defines it.
const EXPORTED_AGAIN: f32 = 0.6;
/// Files considered for one path.
const FILES_PER_PATH: usize = 20;
/// Chunks taken of a file whose path is named.
const CHUNKS_PER_FILE: usize = 10;
/// Similarity that a chunk must have when nothing but its vector speaks for it and no chunk has any other evidence: the
/// nearest vectors to a question that the repository does not know are near by chance.
const SIMILARITY_ALONE: f32 = 0.5;

/// What the sources said of one chunk, not yet comparable between sources.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Evidence {
    /// BM25F score.
    pub(crate) lexical: f32,
    /// Cosine in the built-in model, if it found the chunk.
    pub(crate) dense_static: Option<f32>,
    /// Cosine in the transformer model, if it found the chunk.
    pub(crate) dense_transformer: Option<f32>,
    /// How well a symbol defined here matches a name in the question.
    pub(crate) definition: f32,
    /// Whether the question names the file's path (1) or file name (0.5).
    pub(crate) path_match: f32,
    /// Whether error output in the question names a line of the chunk.
    pub(crate) frame: f32,
    /// Share of the question's quotations or code that stands here.
    pub(crate) verbatim: f32,
}

impl Evidence {
    /// Whether no term, name, path, place or quotation of the question is in the chunk.
    fn is_dense_only(&self) -> bool {
        let Self { lexical, definition, path_match, frame, verbatim, .. } = *self;
        [lexical, definition, path_match, frame, verbatim].iter().all(|evidence| *evidence <= 0.0)
    }

    /// The greater of the similarities.
    fn similarity(&self) -> f32 {
        self.dense_static.unwrap_or(0.0).max(self.dense_transformer.unwrap_or(0.0))
    }
}

/// The candidates by chunk; ordered, so that nothing downstream depends on hashing.
pub(crate) type Pool = BTreeMap<ChunkId, Evidence>;

/// Gathers the candidates for `query`.
pub(crate) fn gather(
    snapshot: &Snapshot,
    query: &Query,
    understanding: &Understanding,
    filter: &Filter,
    weights: &Weights,
) -> Result<Pool, RetrieveError> {
    let admits = |file: FileId| snapshot.file(file).is_some_and(|entry| filter.admits_file(entry));
    let file_filter: Option<&(dyn Fn(FileId) -> bool + Sync)> =
        if filter.restricts_files() { Some(&admits) } else { None };
    let by_words = || -> Result<Pool, RetrieveError> {
        let mut pool = Pool::new();
        add_lexical(&mut pool, snapshot, query, understanding, weights, file_filter)?;
        add_verbatim(&mut pool, snapshot, understanding, filter)?;
        Ok(pool)
    };
    let (pool, dense) = parallel::join(by_words, || nearest(snapshot, query, file_filter));
    let mut pool = pool?;
    add_dense(&mut pool, dense?);
    add_definitions(&mut pool, snapshot, understanding, filter);
    add_paths(&mut pool, snapshot, understanding, filter);
    add_frames(&mut pool, snapshot, &understanding.frames, filter);
    if pool.values().all(Evidence::is_dense_only) {
        pool.retain(|_, evidence| evidence.similarity() >= SIMILARITY_ALONE);
    }
    if !filter.is_trivial() {
        pool.retain(|chunk, _| admits_chunk(snapshot, *chunk, filter));
    }
    Ok(pool)
}

fn add_lexical(
    pool: &mut Pool,
    snapshot: &Snapshot,
    query: &Query,
    understanding: &Understanding,
    weights: &Weights,
    filter: Option<&(dyn Fn(FileId) -> bool + Sync)>,
) -> Result<(), RetrieveError> {
    let lexical_query = LexicalQuery {
        terms: &understanding.terms,
        fields: weights.bm25f.fields(),
        k1: weights.bm25f.k1,
        limit: if query.limit <= HITS_OF_CANDIDATES { LEXICAL_CANDIDATES } else { query.limit * 2 },
        filter,
    };
    for hit in snapshot.lexical(&lexical_query)? {
        pool.entry(hit.chunk).or_default().lexical = hit.score;
    }
    Ok(())
}

/// What each embedding model found, and whether it is the built-in one.
type DenseHits = Vec<(bool, Vec<VectorHit>)>;

fn nearest(
    snapshot: &Snapshot,
    query: &Query,
    filter: Option<&(dyn Fn(FileId) -> bool + Sync)>,
) -> Result<DenseHits, RetrieveError> {
    let limit = if query.limit <= HITS_OF_CANDIDATES { DENSE_CANDIDATES } else { query.limit };
    let found = |dense: &DenseQuery| {
        Ok((dense.built_in, snapshot.nearest(dense.model, &dense.vector, limit, filter)?))
    };
    query.dense.iter().map(found).collect()
}

fn add_dense(pool: &mut Pool, found: DenseHits) {
    for (built_in, hits) in found {
        for hit in hits {
            let evidence = pool.entry(hit.chunk).or_default();
            let slot = if built_in { &mut evidence.dense_static } else { &mut evidence.dense_transformer };
            *slot = Some(hit.similarity);
        }
    }
}

fn add_definitions(pool: &mut Pool, snapshot: &Snapshot, understanding: &Understanding, filter: &Filter) {
    for identifier in &understanding.identifiers {
        let mut chunks = chunks_defining(snapshot, identifier, filter);
        if chunks.is_empty() && identifier.strength == Strength::Code {
            chunks = chunks_exporting(snapshot, pool, &identifier.name);
        }
        for (chunk, strength) in chunks {
            let evidence = pool.entry(chunk).or_default();
            // Several names defined in one chunk add up without passing 1 (noisy or).
            evidence.definition = 1.0 - (1.0 - evidence.definition) * (1.0 - strength);
        }
    }
}

/// The chunks that define symbols of the name, each with how well its best one answers to it.
fn chunks_defining(
    snapshot: &Snapshot,
    identifier: &NamedIdentifier,
    filter: &Filter,
) -> BTreeMap<ChunkId, f32> {
    let found = symbols_meant(snapshot, identifier);
    let rivals = found.len();
    let mut chunks: BTreeMap<ChunkId, f32> = BTreeMap::new();
    for id in found.into_iter().take(SYMBOLS_PER_NAME) {
        let Some(symbol) = snapshot.symbol(id).filter(|symbol| filter.admits_file(symbol.file)) else {
            continue;
        };
        if let Some(chunk) = chunk_of_symbol(symbol.file, id) {
            let best = chunks.entry(chunk).or_default();
            *best = best.max(definition_strength(identifier, symbol.record, rivals));
        }
    }
    chunks
}

/// The candidates so far that export `name` again: where to look for what is defined in another package.
fn chunks_exporting(snapshot: &Snapshot, pool: &Pool, name: &str) -> BTreeMap<ChunkId, f32> {
    let exports = |chunk: &ChunkId| {
        snapshot.chunk(*chunk).is_some_and(|Chunk { file, record, .. }| {
            file.record.imports.iter().any(|import| {
                let exported = if import.alias.is_empty() { &import.name } else { &import.alias };
                let lines = record.span.start_line..=record.span.end_line;
                import.is_reexport && **exported == *name && lines.contains(&import.line)
            })
        })
    };
    pool.keys().filter(|chunk| exports(chunk)).map(|&chunk| (chunk, EXPORTED_AGAIN)).collect()
}

/// The symbols that the name may mean; for one with wildcards those within what qualifies it.
fn symbols_meant(snapshot: &Snapshot, identifier: &NamedIdentifier) -> Vec<SymbolId> {
    let NamedIdentifier { qualifier, name, .. } = identifier;
    let wildcard = Wildcard::of(name);
    if wildcard.is_none() && !qualifier.iter().any(|part| part.contains('*')) {
        return snapshot.symbols_named(name);
    }
    let mut symbols = match wildcard {
        Some(wildcard) => wildcard.symbols(snapshot, qualifier.last().map(String::as_str)),
        None => snapshot.symbols_named(name),
    };
    symbols.retain(|id| snapshot.symbol(*id).is_some_and(|symbol| holds_qualifier(symbol.record, qualifier)));
    symbols
}

fn add_paths(pool: &mut Pool, snapshot: &Snapshot, understanding: &Understanding, filter: &Filter) {
    for path in &understanding.paths {
        let matches = snapshot.files().filter_map(|file| Some((file, path_similarity(&file.path, path)?)));
        let matches: Vec<_> = matches.filter(|(file, _)| filter.admits_file(file)).collect();
        // A file name that many files bear says little, unless it is all that is asked for.
        let is_telling = path.contains('/') || understanding.is_path_alone;
        let share = if is_telling { 1.0 } else { share_of_one(matches.len()) };
        for (file, similarity) in matches.into_iter().take(FILES_PER_PATH) {
            add_path(pool, file, similarity * share);
        }
    }
}

/// Adds the first chunks of a file whose path is named.
fn add_path(pool: &mut Pool, file: &FileEntry, similarity: f32) {
    for ordinal in 0..file.record.chunks.len().min(CHUNKS_PER_FILE) {
        let chunk = ChunkId { file: file.id, ordinal: ordinal as u32 };
        pool.entry(chunk).or_default();
    }
    let whole_file = ChunkId { file: file.id, ordinal: 0 }..=ChunkId { file: file.id, ordinal: u32::MAX };
    for (_, evidence) in pool.range_mut(whole_file) {
        evidence.path_match = evidence.path_match.max(similarity);
    }
}

/// What a name that `files` bear says of one of them.
fn share_of_one(files: usize) -> f32 {
    1.0 / (files.max(1) as f32).sqrt()
}

/// Pins the chunks at the places that error output names: the innermost place that the repository has counts in full,
/// the one after it half, then a third.
fn add_frames(pool: &mut Pool, snapshot: &Snapshot, frames: &[Frame], filter: &Filter) {
    let mut places = 0.0;
    for (frame, files) in frames.iter().zip(files_of_frames(snapshot, frames)) {
        let files = files.into_iter().filter(|(file, _)| filter.admits_file(file));
        let pinned: Vec<(ChunkId, f32)> = files
            .filter_map(|(file, similarity)| Some((chunk_at_line(file, frame.line)?, similarity)))
            .collect();
        places += if pinned.is_empty() { 0.0 } else { 1.0 };
        for (chunk, similarity) in pinned {
            let evidence = pool.entry(chunk).or_default();
            evidence.frame = evidence.frame.max(similarity / places);
        }
    }
}

/// The files that each of `frames` may mean, with how well the paths agree: those that agree best.
fn files_of_frames<'s>(snapshot: &'s Snapshot, frames: &[Frame]) -> Vec<Vec<(&'s FileEntry, f32)>> {
    let mut found: Vec<Vec<(&FileEntry, f32)>> = vec![Vec::new(); frames.len()];
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for (number, frame) in frames.iter().enumerate() {
        by_name.entry(file_name(&frame.path)).or_default().push(number);
    }
    let files = if frames.is_empty() { None } else { Some(snapshot.files()) };
    for file in files.into_iter().flatten() {
        for &number in by_name.get(file_name(&file.path)).map_or(&[][..], Vec::as_slice) {
            if let Some(similarity) = path_similarity(&file.path, &frames[number].path) {
                found[number].push((file, similarity));
            }
        }
    }
    for files in &mut found {
        let best = files.iter().map(|(_, similarity)| *similarity).fold(0.0, f32::max);
        files.retain(|(_, similarity)| *similarity >= best);
        let share = share_of_one(files.len());
        files.iter_mut().for_each(|(_, similarity)| *similarity *= share);
    }
    found
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// 1 when `path` ends in the whole of `named`, 0.8 when it is, or shares with it, more than the file name, 0.5 when only the
/// file names agree, `None` otherwise.
fn path_similarity(path: &str, named: &str) -> Option<f32> {
    let ends_at_part = |suffix: &str| {
        path.strip_suffix(suffix).is_some_and(|before| before.is_empty() || before.ends_with('/'))
    };
    if ends_at_part(named) {
        return Some(1.0);
    }
    // A frame of a trace often shows more leading directories than the repository has.
    let mut tail = named;
    while let Some((_, rest)) = tail.split_once('/') {
        tail = rest;
        if ends_at_part(tail) {
            // A file at the root has no directories to share.
            return Some(if tail.contains('/') || tail == path { 0.8 } else { 0.5 });
        }
    }
    None
}

fn admits_chunk(snapshot: &Snapshot, id: ChunkId, filter: &Filter) -> bool {
    snapshot.chunk(id).is_some_and(|chunk| {
        let symbol = chunk.record.symbol.and_then(|ordinal| chunk.file.record.symbols.get(ordinal as usize));
        filter.admits_file(chunk.file) && filter.admits_kind(symbol.map(|symbol| symbol.kind))
    })
}

/// The chunk of `file` in which the name of `symbol` stands.
pub(crate) fn chunk_of_symbol(file: &FileEntry, symbol: SymbolId) -> Option<ChunkId> {
    let name_start = file.record.symbols.get(symbol.ordinal as usize)?.name_span.start_byte;
    chunk_at_byte(file, name_start)
}

/// The chunk of `file` that holds `line`, or the last one when the file is shorter.
fn chunk_at_line(file: &FileEntry, line: u32) -> Option<ChunkId> {
    last_chunk(file, |span| span.start_line <= line)
}

/// The chunk of `file` that holds the byte at `offset`.
pub(crate) fn chunk_at_byte(file: &FileEntry, offset: u32) -> Option<ChunkId> {
    last_chunk(file, |span| span.start_byte <= offset)
}

/// The last chunk of `file` that starts in time: `starts` holds for the first ones and for no later one.
fn last_chunk(file: &FileEntry, starts: impl Fn(&Span) -> bool) -> Option<ChunkId> {
    let after = file.record.chunks.partition_point(|chunk| starts(&chunk.span));
    let ordinal = u32::try_from(after.checked_sub(1)?).ok()?;
    Some(ChunkId { file: file.id, ordinal })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_match_by_whole_parts() {
        assert_eq!(path_similarity("src/a/mod.rs", "a/mod.rs"), Some(1.0));
        assert_eq!(path_similarity("src/a/mod.rs", "/home/me/src/a/mod.rs"), Some(0.8));
        assert_eq!(path_similarity("src/a/mod.rs", "b/mod.rs"), Some(0.5));
        assert_eq!(path_similarity("lex.go", "/home/me/project/lex.go"), Some(0.8));
        assert_eq!(path_similarity("src/a/mod.rs", "od.rs"), None);
    }
}
