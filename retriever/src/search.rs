//! Search, in one visible function: understand, gather candidates, derive signals, score, select.

use std::sync::Arc;

use contexd_store::{ChunkId, FileEntry, Snapshot, SymbolId};

use crate::candidates::{self, Evidence, Pool};
use crate::filter::Filter;
use crate::names::{Beginnings, word_overlap, word_stems};
use crate::path_class::{PathClass, is_test_chunk};
use crate::score::score;
use crate::understand::{AsksFor, Found, Understanding, understand};
use crate::weights::{Selection, SignalWeights};
use crate::{Hit, Nearness, Query, QueryKind, RetrieveError, SearchResult, Signals, Weights};

/// Most hits that one answer may hold.
pub const MAX_LIMIT: usize = 1_000;

/// Answers `query` from `snapshot`: the same snapshot, query and weights give the same hits in the same order.
///
/// # Errors
/// When the query is malformed or the index cannot be read.
pub fn search(snapshot: &Snapshot, query: &Query, weights: &Weights) -> Result<SearchResult, RetrieveError> {
    validate(query)?;
    let Ranked { kind, hits, .. } = rank(snapshot, query, weights)?;
    Ok(SearchResult { generation: snapshot.generation(), kind, hits: best(hits, query.limit) })
}

/// All candidates with their scores, and what led to them.
pub(crate) struct Ranked {
    pub(crate) understanding: Understanding,
    pub(crate) kind: QueryKind,
    pub(crate) pool: Pool,
    /// By file; [`best`] orders them.
    pub(crate) hits: Vec<Hit>,
}

/// Understands, gathers and scores: [`search`] before the order and the limit.
pub(crate) fn rank(snapshot: &Snapshot, query: &Query, weights: &Weights) -> Result<Ranked, RetrieveError> {
    let filter = Filter::new(&query.filter)?;
    let mut understanding = understand(&query.text, &weights.sections);
    let pool = candidates::gather(snapshot, query, &understanding, &filter, weights)?;
    let kind = understanding.kind(Found {
        path: pool.values().any(|evidence| evidence.path_match > 0.0),
        frame: pool.values().any(|evidence| evidence.frame > 0.0),
        verbatim: pool.values().map(|evidence| evidence.verbatim).fold(0.0, f32::max),
    });
    if kind == QueryKind::Snippet {
        // Code is looked for wherever it stands.
        understanding.asks_for = AsksFor::everything();
    }
    let candidates: Vec<Candidate<'_>> = pool.iter().collect();
    let scales = Scales::of(&candidates);
    let asked = Asked::of(&understanding, weights.signals(kind));
    let mut directories = DirectoryWords { asked: &asked, last: ("", 0.0) };
    let mut hits = Vec::with_capacity(candidates.len());
    for candidates in by_file(&candidates) {
        let Some(file) = snapshot.file(candidates[0].0.file) else { continue };
        let near = query.near.get(&file.path).copied().unwrap_or_default();
        let coherence = ratio(lexical_of_file(candidates), scales.best_file_lexical);
        let shared = shared_signals(&file.path, &mut directories, coherence, near);
        let first = hits.len();
        hits.extend(candidates.iter().filter_map(|&(&chunk, evidence)| {
            let signals = derive_signals(chunk, evidence, &scales, shared, file, &asked);
            hit(file, chunk, score(&signals, kind, weights), &signals)
        }));
        weigh_against_each_other(&mut hits[first..], weights.signals(kind).second_chunk, &weights.selection);
    }
    Ok(Ranked { understanding, kind, pool, hits })
}

/// A chunk, and what the sources said of it.
type Candidate<'a> = (&'a ChunkId, &'a Evidence);

/// The candidates of each file; they are ordered by file.
fn by_file<'c, 'a>(candidates: &'c [Candidate<'a>]) -> impl Iterator<Item = &'c [Candidate<'a>]> {
    candidates.chunk_by(|(a, _), (b, _)| a.file == b.file)
}

fn validate(query: &Query) -> Result<(), RetrieveError> {
    let invalid =
        |field, detail: &str| Err(RetrieveError::InvalidArgument { field, detail: detail.to_owned() });
    if query.text.trim().is_empty() {
        return invalid("query", "is empty");
    }
    if query.limit == 0 || query.limit > MAX_LIMIT {
        return invalid("limit", "must be between 1 and 1000");
    }
    Ok(())
}

/// What raw evidence is measured against, so that sources become comparable.
struct Scales {
    best_lexical: f32,
    dense_static: Range,
    dense_transformer: Range,
    best_file_lexical: f32,
}

/// Chunks of a file that count towards its coherence.
const COHERENT_CHUNKS: usize = 4;

impl Scales {
    /// Of candidates that are ordered by file.
    fn of(candidates: &[Candidate<'_>]) -> Self {
        let evidence = || candidates.iter().map(|(_, evidence)| *evidence);
        Self {
            best_lexical: evidence().map(|evidence| evidence.lexical).fold(0.0, f32::max),
            dense_static: Range::of(evidence().filter_map(|evidence| evidence.dense_static)),
            dense_transformer: Range::of(evidence().filter_map(|evidence| evidence.dense_transformer)),
            best_file_lexical: by_file(candidates).map(lexical_of_file).fold(0.0, f32::max),
        }
    }
}

/// The lexical evidence of a file: that of its best candidates, added up.
fn lexical_of_file(candidates: &[Candidate<'_>]) -> f32 {
    let mut best = [0.0_f32; COHERENT_CHUNKS];
    for (_, evidence) in candidates {
        let place = best.partition_point(|better| *better >= evidence.lexical);
        if place < best.len() {
            best[place..].rotate_right(1);
            best[place] = evidence.lexical;
        }
    }
    best.iter().sum()
}

/// The least and the greatest of some similarities.
struct Range {
    low: f32,
    high: f32,
}

impl Range {
    fn of(values: impl Iterator<Item = f32>) -> Self {
        values.fold(Self { low: f32::INFINITY, high: f32::NEG_INFINITY }, |range, value| Self {
            low: range.low.min(value),
            high: range.high.max(value),
        })
    }

    /// Position of `value` between low (0) and high (1); 0 for an absent value, 1 when all are equal.
    fn rescale(&self, value: Option<f32>) -> f32 {
        match value {
            Some(value) if self.high > self.low => (value - self.low) / (self.high - self.low),
            Some(_) => 1.0,
            None => 0.0,
        }
    }
}

/// The signals that all chunks of a file share.
#[derive(Clone, Copy)]
struct SharedSignals {
    file_words: f32,
    directory_words: f32,
    file_coherence: f32,
    linked: f32,
    changed_together: f32,
    /// What is asked for, as far as this file goes.
    asks_for: AsksFor,
    path_class: PathClass,
}

/// The shared signals of the file at `path`.
fn shared_signals<'a>(
    path: &'a str,
    directory_words: &mut DirectoryWords<'a>,
    file_coherence: f32,
    near: Nearness,
) -> SharedSignals {
    let asked = directory_words.asked;
    let mut asks_for = asked.understanding.asks_for;
    // A test of the focus is not any test: who changes the one wants to see the other.
    asks_for.tests |= near.is_any();
    let (directories, name) = naming_parts(path);
    SharedSignals {
        file_words: word_overlap(&asked.stems_of(name), &asked.understanding.stems),
        directory_words: directory_words.share_in(directories),
        file_coherence,
        linked: f32::from(u8::from(near.is_linked)),
        changed_together: near.changed_together.sqrt(),
        asks_for,
        path_class: PathClass::of(path).unless_asked(asks_for),
    }
}

/// Which share of the question's words the words of directories have. Files of one directory follow one another, so that the
/// last answer is often the next one.
struct DirectoryWords<'a> {
    asked: &'a Asked<'a>,
    last: (&'a str, f32),
}

impl<'a> DirectoryWords<'a> {
    fn share_in(&mut self, directories: &'a str) -> f32 {
        if self.last.0 != directories {
            let stems = &self.asked.understanding.stems;
            let words = self.asked.stems_of(directories);
            let asked = words.iter().filter(|stem| stems.binary_search(stem).is_ok()).count();
            self.last = (directories, asked as f32 / stems.len().clamp(1, 4) as f32);
        }
        self.last.1
    }
}

/// Splits a path into its directories and the part that names it: the file's stem, or the directory's name where the
/// language gives the file a fixed name (`mod.rs`, `index.ts`, `__init__.py`, `main.go`).
fn naming_parts(path: &str) -> (&str, &str) {
    let (directories, file_name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file_name.split('.').next().unwrap_or(file_name);
    if matches!(stem, "mod" | "index" | "__init__" | "lib" | "main" | "init") && !directories.is_empty() {
        return directories.rsplit_once('/').unwrap_or(("", directories));
    }
    (directories, stem)
}

/// The question, and what makes comparing names with it quick.
struct Asked<'a> {
    understanding: &'a Understanding,
    beginnings: Beginnings,
    /// Whether [`Signals::name_words`] counts: it takes longer to work out than all others together.
    weighs_names: bool,
}

impl<'a> Asked<'a> {
    fn of(understanding: &'a Understanding, weights: &SignalWeights) -> Self {
        let weighs_names = weights.name_words > 0.0;
        Self { understanding, beginnings: Beginnings::of(&understanding.stems), weighs_names }
    }

    /// The stems of the words of `name`; none where none of them is asked for and that is quickly seen.
    fn stems_of(&self, name: &str) -> Vec<String> {
        if self.beginnings.may_be_in(name) { word_stems(name) } else { Vec::new() }
    }
}

fn derive_signals(
    chunk: ChunkId,
    evidence: &Evidence,
    scales: &Scales,
    shared: SharedSignals,
    file: &FileEntry,
    asked: &Asked<'_>,
) -> Signals {
    Signals {
        lexical: ratio(evidence.lexical, scales.best_lexical),
        dense_static: scales.dense_static.rescale(evidence.dense_static),
        dense_transformer: scales.dense_transformer.rescale(evidence.dense_transformer),
        definition: evidence.definition,
        name_words: if asked.weighs_names { name_words(file, chunk, asked) } else { 0.0 },
        file_words: shared.file_words,
        directory_words: shared.directory_words,
        path_match: evidence.path_match,
        frame: evidence.frame,
        verbatim: evidence.verbatim,
        file_coherence: shared.file_coherence,
        linked: shared.linked,
        changed_together: shared.changed_together,
        path_class: chunk_class(shared.path_class, file, chunk, shared.asks_for),
    }
}

/// The class of the file; a test also where only the chunk is one, unless tests are asked for.
fn chunk_class(class: PathClass, file: &FileEntry, chunk: ChunkId, asked_for: AsksFor) -> PathClass {
    let test = class.test || (!asked_for.tests && is_test_chunk(&file.record, chunk.ordinal));
    PathClass { test, ..class }
}

fn ratio(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Symbols of one chunk whose names are compared with the question.
const NAMES_PER_CHUNK: usize = 12;

fn name_words(file: &FileEntry, chunk: ChunkId, asked: &Asked<'_>) -> f32 {
    let Some(record) = file.record.chunks.get(chunk.ordinal as usize) else { return 0.0 };
    record
        .defines
        .iter()
        .take(NAMES_PER_CHUNK)
        .filter_map(|&ordinal| file.record.symbols.get(ordinal as usize))
        .map(|symbol| word_overlap(&asked.stems_of(&symbol.name), &asked.understanding.stems))
        .fold(0.0, f32::max)
}

fn hit(file: &Arc<FileEntry>, chunk: ChunkId, score: f32, signals: &Signals) -> Option<Hit> {
    let record = file.record.chunks.get(chunk.ordinal as usize)?;
    Some(Hit {
        file: Arc::clone(file),
        chunk,
        span: record.span,
        score,
        symbol: record.symbol.map(|ordinal| SymbolId { file: file.id, ordinal }),
        signals: *signals,
        file_support: 1.0,
        same_file: 1.0,
    })
}

/// Orders the hits of one file and completes their scores: one chunk may answer by chance, two of a file hardly do, so that
/// a good second one raises them all; and each further chunk is damped, to leave room for other files.
fn weigh_against_each_other(hits: &mut [Hit], second_chunk: f32, selection: &Selection) {
    hits.sort_unstable_by(by_rank);
    let support = match hits {
        [first, second, ..] => 1.0 + second_chunk * ratio(second.score, first.score),
        _ => 1.0,
    };
    let mut same_file = 1.0;
    for hit in hits {
        (hit.file_support, hit.same_file) = (support, same_file);
        hit.score *= support * same_file;
        same_file *= selection.same_file;
    }
}

/// The `limit` best of `hits`, best first; ties go by path and start.
pub(crate) fn best(mut hits: Vec<Hit>, limit: usize) -> Vec<Hit> {
    if limit < hits.len() {
        hits.select_nth_unstable_by(limit, by_rank);
        hits.truncate(limit);
    }
    hits.sort_unstable_by(by_rank);
    hits
}

fn by_rank(a: &Hit, b: &Hit) -> std::cmp::Ordering {
    b.score
        .total_cmp(&a.score)
        .then_with(|| a.file.path.cmp(&b.file.path))
        .then_with(|| a.span.start_byte.cmp(&b.span.start_byte))
}
