//! Reads: the vectors of one generation.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, Weak};

use rayon::prelude::*;

use super::VectorHit;
use super::graph::{Graph, Search};
use super::quantize::validate_query;
use super::scan::ScanQuery;
use super::segment::Segment;
use crate::top_k::TopK;
use crate::{ChunkId, ContentHash, FileId, StoreError};

/// Rows from which a scan is shared among threads.
const PARALLEL_SCAN_ROWS: usize = 100_000;
/// Runs that one thread scans at a time.
const PARALLEL_RUNS: usize = 512;
/// A filter that keeps less than this share of the rows is answered by an exact scan: the graph would have to find ten
/// times as many rows as are wanted.
const GRAPH_FILTER_SHARE: f32 = 0.1;
/// Rows from which a hit's chunk ordinal could not be packed into a key; far above any chunk count.
const ORDINAL_BITS: u32 = 32;

/// The live rows of one file: where they stand.
#[derive(Clone)]
pub(super) struct Run {
    pub(super) file: FileId,
    pub(super) rows: u32,
    pub(super) start: u32,
    pub(super) segment: Arc<Segment>,
}

/// The vectors of one model at one generation.
pub(super) struct ModelRows {
    pub(super) dimension: usize,
    /// The segments, oldest first, dead rows included.
    pub(super) segments: Vec<Arc<Segment>>,
    /// The live rows, ordered by file.
    pub(super) runs: Vec<Run>,
    /// Number of live rows.
    pub(super) live_rows: usize,
    /// How far the graph that was asked last covers the rows.
    cover: RwLock<(Weak<Graph>, Arc<Cover>)>,
}

/// How far a graph covers the live rows.
#[derive(Default)]
struct Cover {
    /// Live rows that the graph has.
    rows: usize,
    /// The live rows that it does not have.
    uncovered: Vec<Run>,
}

impl ModelRows {
    pub(super) fn new(dimension: usize, segments: Vec<Arc<Segment>>, mut runs: Vec<Run>) -> Self {
        runs.sort_by_key(|run| run.file);
        let live_rows = runs.iter().map(|run| run.rows as usize).sum();
        Self { dimension, segments, runs, live_rows, cover: RwLock::default() }
    }

    /// How far `graph` covers the rows. Worked out once a graph, since both are immutable.
    fn cover(&self, graph: &Arc<Graph>) -> Arc<Cover> {
        let known = self.cover.read().unwrap_or_else(PoisonError::into_inner);
        if std::ptr::eq(known.0.as_ptr(), Arc::as_ptr(graph)) {
            return Arc::clone(&known.1);
        }
        drop(known);
        let uncovered: Vec<Run> = self.runs.iter().filter(|run| !graph.covers(run.file)).cloned().collect();
        let missing: usize = uncovered.iter().map(|run| run.rows as usize).sum();
        let cover = Arc::new(Cover { rows: self.live_rows - missing, uncovered });
        *self.cover.write().unwrap_or_else(PoisonError::into_inner) =
            (Arc::downgrade(graph), Arc::clone(&cover));
        cover
    }

    /// Number of live rows that `graph` has.
    pub(super) fn rows_in(&self, graph: &Arc<Graph>) -> usize {
        self.cover(graph).rows
    }

    /// Number of live rows of the files that `filter` admits.
    fn admitted(&self, filter: FileFilter<'_>) -> usize {
        let Some(admits) = filter else { return self.live_rows };
        self.runs.iter().filter(|run| admits(run.file)).map(|run| run.rows as usize).sum()
    }

    pub(super) fn run_of(&self, file: FileId) -> Option<&Run> {
        let position = self.runs.binary_search_by_key(&file, |run| run.file).ok()?;
        self.runs.get(position)
    }
}

/// The newest graph of each model; shared by all searchers, since a graph is only a hint that the live rows check.
pub(super) type Graphs = Arc<RwLock<BTreeMap<ContentHash, Arc<Graph>>>>;

/// The vectors of one generation. Cheap to clone.
#[derive(Clone)]
pub(crate) struct VectorSearcher {
    pub(super) models: Arc<BTreeMap<ContentHash, Arc<ModelRows>>>,
    pub(super) graphs: Graphs,
    /// Rows under which a scan is as quick as the graph.
    pub(super) graph_threshold: usize,
}

type FileFilter<'a> = Option<&'a (dyn Fn(FileId) -> bool + Sync)>;

impl VectorSearcher {
    /// The models that have live rows.
    pub(crate) fn models(&self) -> Vec<ContentHash> {
        self.models.iter().filter(|(_, rows)| rows.live_rows > 0).map(|(model, _)| *model).collect()
    }

    /// Numbers a row of `model`; `None` when it has never had a row.
    pub(crate) fn dimension(&self, model: ContentHash) -> Option<u32> {
        self.rows_of(model).map(|rows| rows.dimension as u32)
    }

    /// The rows of `model`. One whose rows are all gone has no dimension any more once the index was opened again,
    /// and counts as one that never had any.
    fn rows_of(&self, model: ContentHash) -> Option<&ModelRows> {
        self.models.get(&model).map(|rows| &**rows).filter(|rows| rows.dimension > 0)
    }

    /// Number of live rows of `model`.
    pub(crate) fn embedded(&self, model: ContentHash) -> usize {
        self.models.get(&model).map_or(0, |rows| rows.live_rows)
    }

    /// Number of live rows of `model` that its graph has; 0 without a graph.
    pub(crate) fn rows_in_graph(&self, model: ContentHash) -> usize {
        let (Some(rows), Some(graph)) = (self.rows_of(model), self.graph_of(model)) else { return 0 };
        rows.rows_in(&graph)
    }

    fn graph_of(&self, model: ContentHash) -> Option<Arc<Graph>> {
        self.graphs.read().unwrap_or_else(PoisonError::into_inner).get(&model).cloned()
    }

    /// The chunks most similar to `query`, best first, equal similarities by chunk.
    pub(crate) fn nearest(
        &self,
        model: ContentHash,
        query: &[f32],
        limit: usize,
        filter: FileFilter<'_>,
    ) -> Result<Vec<VectorHit>, StoreError> {
        let Some(rows) = self.rows_of(model) else { return Ok(Vec::new()) };
        validate_query(query, rows.dimension)?;
        let scan_query = ScanQuery::new(query);
        let approximate = self
            .usable_graph(model, rows, filter)
            .and_then(|(graph, admitted)| approximate(&graph, rows, &scan_query, limit, filter, admitted));
        let found = approximate.unwrap_or_else(|| exact(&rows.runs, &scan_query, limit, filter));
        Ok(rescore(rows, &scan_query, found, limit))
    }

    /// Similarity of `query` to each of `chunks`; `None` for a chunk that has no row or no direction.
    pub(crate) fn similarities(
        &self,
        model: ContentHash,
        query: &[f32],
        chunks: &[ChunkId],
    ) -> Result<Vec<Option<f32>>, StoreError> {
        let Some(rows) = self.rows_of(model) else { return Ok(vec![None; chunks.len()]) };
        validate_query(query, rows.dimension)?;
        let scan_query = ScanQuery::new(query);
        Ok(chunks.iter().map(|chunk| similarity(rows, &scan_query, *chunk)).collect())
    }

    /// The graph, when it is worth asking, and the share of its rows that are live and admitted.
    fn usable_graph(
        &self,
        model: ContentHash,
        rows: &ModelRows,
        filter: FileFilter<'_>,
    ) -> Option<(Arc<Graph>, f32)> {
        let graph = self.graph_of(model)?;
        let admitted = rows.admitted(filter);
        let share = admitted as f32 / rows.live_rows.max(1) as f32;
        let is_narrow = filter.is_some() && (admitted < self.graph_threshold || share < GRAPH_FILTER_SHARE);
        let live = rows.rows_in(&graph) as f32 / graph.rows().max(1) as f32;
        (!is_narrow && live > 0.0).then_some((graph, share * live))
    }
}

/// The rows that best match by their first-pass values, in no order that counts, by a scan of the runs that `filter`
/// admits.
fn exact(runs: &[Run], query: &ScanQuery<'_>, limit: usize, filter: FileFilter<'_>) -> Vec<ChunkId> {
    let wanted = ScanQuery::candidates(limit);
    let scan = |runs: &[Run]| {
        let mut best = TopK::new(wanted);
        let mut values = Vec::new();
        for run in runs.iter().filter(|run| filter.is_none_or(|admits| admits(run.file))) {
            scan_run(run, query, &mut values, &mut best);
        }
        best
    };
    let rows: usize = runs.iter().map(|run| run.rows as usize).sum();
    let best = if rows < PARALLEL_SCAN_ROWS {
        scan(runs)
    } else {
        runs.par_chunks(PARALLEL_RUNS).map(scan).reduce(|| TopK::new(wanted), TopK::merge)
    };
    best.into_keys().map(ChunkId::from_u64).collect()
}

fn scan_run(run: &Run, query: &ScanQuery<'_>, values: &mut Vec<f32>, best: &mut TopK) {
    let (scales, codes) = run.segment.slice(run.start as usize, run.rows as usize);
    values.clear();
    query.rank_rows(scales, codes, values);
    let first = u64::from(run.file.0) << ORDINAL_BITS;
    for (ordinal, (value, scale)) in values.iter().zip(scales).enumerate() {
        if *scale > 0.0 {
            best.push(*value, first | ordinal as u64);
        }
    }
}

/// The graph's nearest live chunks, and an exact scan of the files it does not cover. `None` when the graph fails, or
/// finds fewer chunks than wanted because those nearest to the query are dead or not admitted.
fn approximate(
    graph: &Arc<Graph>,
    rows: &ModelRows,
    query: &ScanQuery<'_>,
    limit: usize,
    filter: FileFilter<'_>,
    admitted: f32,
) -> Option<Vec<ChunkId>> {
    let admits = |file: FileId| rows.run_of(file).is_some() && filter.is_none_or(|admits| admits(file));
    let mut found = graph.nearest(query, &Search { limit, admitted, admits: &admits })?;
    let cover = rows.cover(graph);
    if found.len() < limit.min(cover.rows) {
        return None;
    }
    found.extend(exact(&cover.uncovered, query, limit, filter));
    Some(found)
}

fn rescore(rows: &ModelRows, query: &ScanQuery<'_>, found: Vec<ChunkId>, limit: usize) -> Vec<VectorHit> {
    let mut hits: Vec<VectorHit> = found
        .into_iter()
        .filter_map(|chunk| Some(VectorHit { chunk, similarity: similarity(rows, query, chunk)? }))
        .collect();
    hits.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then_with(|| a.chunk.cmp(&b.chunk)));
    hits.truncate(limit);
    hits
}

fn similarity(rows: &ModelRows, query: &ScanQuery<'_>, chunk: ChunkId) -> Option<f32> {
    let run = rows.run_of(chunk.file).filter(|run| chunk.ordinal < run.rows)?;
    let (scales, codes) = run.segment.slice((run.start + chunk.ordinal) as usize, 1);
    let scale = *scales.first()?;
    (scale > 0.0).then(|| query.similarity(scale, codes))
}
