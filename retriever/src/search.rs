//! Search, in one visible function: understand, gather candidates, derive signals, score, select.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use contexd_store::{ChunkId, FileEntry, FileId, Snapshot, SymbolId};

use crate::candidates::{self, Evidence, Pool};
use crate::filter::Filter;
use crate::names::{Beginnings, word_overlap, word_stems};
use crate::path_class::{PathClass, is_test_chunk};
use crate::score::score;
use crate::understand::{AsksFor, Found, Understanding, understand};
use crate::weights::{Selection, SignalWeights};
use crate::{Focus, Hit, Query, QueryKind, RetrieveError, SearchResult, Signals, Weights};

/// Most hits that one answer may hold.
pub const MAX_LIMIT: usize = 1_000;

/// Answers `query` from `snapshot`: the same snapshot, query and weights give the same hits in the same order.
///
/// # Errors
/// When the query is malformed or the index cannot be read.
pub fn search(snapshot: &Snapshot, query: &Query, weights: &Weights) -> Result<SearchResult, RetrieveError> {
    validate(query)?;
    let Ranked { kind, mut hits, .. } = rank(snapshot, query, weights)?;
    hits.truncate(query.limit);
    Ok(SearchResult { generation: snapshot.generation(), kind, hits })
}

/// All candidates in their order, with what led to it.
pub(crate) struct Ranked {
    pub(crate) understanding: Understanding,
    pub(crate) kind: QueryKind,
    pub(crate) pool: Pool,
    pub(crate) hits: Vec<Hit>,
}

/// Understands, gathers, scores and orders: [`search`] before the limit.
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
    let scales = Scales::of(&pool);
    let asked = Asked::of(&understanding, weights.signals(kind));
    let mut files = FileSignals::new(&asked, query.focus.as_ref());
    let scored: Vec<Hit> = pool
        .iter()
        .filter_map(|(&chunk, evidence)| {
            let file = snapshot.file(chunk.file)?;
            let signals = derive_signals(chunk, evidence, &scales, files.of(file), file, &asked);
            let score = score(&signals, kind, weights);
            hit(file, chunk, score, &signals)
        })
        .collect();
    let hits = select(scored, kind, &weights.selection);
    Ok(Ranked { understanding, kind, pool, hits })
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
    file_lexical: HashMap<FileId, f32>,
    best_file_lexical: f32,
}

/// Chunks of a file that count towards its coherence.
const COHERENT_CHUNKS: usize = 4;

impl Scales {
    fn of(pool: &Pool) -> Self {
        let mut by_file: BTreeMap<FileId, Vec<f32>> = BTreeMap::new();
        for (chunk, evidence) in pool {
            by_file.entry(chunk.file).or_default().push(evidence.lexical);
        }
        let file_lexical: HashMap<FileId, f32> =
            by_file.into_iter().map(|(file, scores)| (file, sum_of_best(scores, COHERENT_CHUNKS))).collect();
        Self {
            best_lexical: pool.values().map(|evidence| evidence.lexical).fold(0.0, f32::max),
            dense_static: Range::of(pool.values().filter_map(|evidence| evidence.dense_static)),
            dense_transformer: Range::of(pool.values().filter_map(|evidence| evidence.dense_transformer)),
            best_file_lexical: file_lexical.values().copied().fold(0.0, f32::max),
            file_lexical,
        }
    }
}

fn sum_of_best(mut scores: Vec<f32>, count: usize) -> f32 {
    scores.sort_unstable_by(|a, b| b.total_cmp(a));
    scores.iter().take(count).sum()
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
#[derive(Clone, Copy, Default)]
struct SharedSignals {
    file_words: f32,
    directory_words: f32,
    focus: f32,
    path_class: PathClass,
}

/// Derives the shared signals of each file once.
struct FileSignals<'a> {
    asked: &'a Asked<'a>,
    focus: Option<&'a Focus>,
    known: HashMap<FileId, SharedSignals>,
}

impl<'a> FileSignals<'a> {
    fn new(asked: &'a Asked<'a>, focus: Option<&'a Focus>) -> Self {
        Self { asked, focus, known: HashMap::new() }
    }

    fn of(&mut self, file: &FileEntry) -> SharedSignals {
        let (asked, focus) = (self.asked, self.focus);
        *self.known.entry(file.id).or_insert_with(|| shared_signals(&file.path, asked, focus))
    }
}

fn shared_signals(path: &str, asked: &Asked<'_>, focus: Option<&Focus>) -> SharedSignals {
    let (directories, name) = naming_parts(path);
    let stems = &asked.understanding.stems;
    let asked_in_directories =
        asked.stems_of(directories).iter().filter(|stem| stems.binary_search(stem).is_ok()).count();
    SharedSignals {
        file_words: word_overlap(&asked.stems_of(name), stems),
        directory_words: asked_in_directories as f32 / stems.len().clamp(1, 4) as f32,
        focus: focus.map_or(0.0, |focus| path_nearness(path, &focus.path)),
        path_class: PathClass::of(path).unless_asked(asked.understanding.asks_for),
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

/// 1 for the same file, else `1 / (1 + steps)` with the steps of the way from directory to directory.
fn path_nearness(path: &str, focus: &str) -> f32 {
    if path == focus {
        return 1.0;
    }
    let directories = |path: &str| -> Vec<String> {
        path.rsplit_once('/').map_or(Vec::new(), |(head, _)| head.split('/').map(str::to_owned).collect())
    };
    let (left, right) = (directories(path), directories(focus));
    let shared = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
    let steps = left.len() + right.len() - 2 * shared;
    1.0 / (2.0 + steps as f32)
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
    let file_lexical = scales.file_lexical.get(&chunk.file).copied().unwrap_or(0.0);
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
        file_coherence: ratio(file_lexical, scales.best_file_lexical),
        focus: shared.focus,
        path_class: chunk_class(shared.path_class, file, chunk, asked.understanding.asks_for),
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

/// The hits in order: those of a file whose second chunk answers too are raised, each further chunk of a file is damped, ties
/// go by path and start.
fn select(mut hits: Vec<Hit>, kind: QueryKind, selection: &Selection) -> Vec<Hit> {
    hits.sort_unstable_by(by_rank);
    let support = file_support(&hits, selection.second_chunk_for(kind));
    let mut seen: HashMap<FileId, i32> = HashMap::new();
    for hit in &mut hits {
        let earlier = seen.entry(hit.file.id).or_insert(0);
        hit.file_support = support.get(&hit.file.id).copied().unwrap_or(1.0);
        hit.same_file = selection.same_file.powi(*earlier);
        hit.score *= hit.file_support * hit.same_file;
        *earlier += 1;
    }
    hits.sort_unstable_by(by_rank);
    hits
}

/// The factor of each file that has two chunks or more among `hits`, which are sorted: one chunk may answer by chance, two
/// of a file hardly do.
fn file_support(hits: &[Hit], second_chunk: f32) -> HashMap<FileId, f32> {
    let mut best: HashMap<FileId, f32> = HashMap::new();
    let mut support = HashMap::new();
    for hit in hits {
        match best.get(&hit.file.id) {
            None => drop(best.insert(hit.file.id, hit.score)),
            Some(&first) => {
                support.entry(hit.file.id).or_insert(1.0 + second_chunk * ratio(hit.score, first));
            }
        }
    }
    support
}

fn by_rank(a: &Hit, b: &Hit) -> std::cmp::Ordering {
    b.score
        .total_cmp(&a.score)
        .then_with(|| a.file.path.cmp(&b.file.path))
        .then_with(|| a.span.start_byte.cmp(&b.span.start_byte))
}
