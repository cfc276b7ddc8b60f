//! The approximate base: an immutable HNSW graph over the rows of the files that were live when it was built.
//!
//! Nodes are distinct int8 rows, compared as they are stored; ADR 0002 has the parameters and their measurements.
//! `hnsw_rs` cannot delete: what a search finds is filtered by the live rows afterwards. The library asserts in many
//! places, so that a panic is contained and answered by the exact scan.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use hnsw_rs::prelude::{Distance, Hnsw};

use super::scan::{ScanQuery, dot};
use super::searcher::Run;
use crate::{ChunkId, ContentHash, FileId};

/// Links a node (Malkov and Yashunin, 2018, call it M).
const LINKS: usize = 24;
/// Candidates considered while a node is linked.
const EF_CONSTRUCTION: usize = 200;
/// Candidates considered by a search, at least.
const EF_SEARCH: usize = 256;
/// Rows from which more candidates are considered, by the square root of their number: what is enough here finds less in
/// a larger graph (docs/adr/0002).
const ROWS_OF_EF: usize = 200_000;
const LAYERS: usize = 16;
/// Rows handed to the library at a time; between two such lots a build can be given up.
const LOT: usize = 4_096;
/// Bytes at the end of a row that hold the factor which makes its codes a unit vector.
const FACTOR_BYTES: usize = 4;
/// Stands for a row without direction, which has no node.
const NO_NODE: u32 = u32::MAX;

/// The graph and what its nodes stand for.
pub(super) struct Graph {
    pub(super) model: ContentHash,
    pub(super) dimension: usize,
    /// The files it was built over with their row counts, ordered by id.
    pub(super) files: Vec<(FileId, u32)>,
    /// The node of each row, a file at a time in the order of `files`.
    pub(super) node_of_row: Vec<u32>,
    members: Members,
    pub(super) index: Index,
}

pub(super) type Index = Hnsw<'static, i8, RowDistance>;

/// How many candidates a search looks at, and which of its finds count.
pub(super) struct Search<'a> {
    /// Hits wanted.
    pub(super) limit: usize,
    /// Share of the graph's rows that `admits` lets through, roughly.
    pub(super) admitted: f32,
    /// Whether a file's chunks may be found.
    pub(super) admits: &'a (dyn Fn(FileId) -> bool + Sync),
}

impl Graph {
    /// Builds the graph over `runs` with `threads` threads of its own. Rows without direction are left out. `None`
    /// when the library panics or `cancelled` is set meanwhile.
    pub(super) fn build(
        model: ContentHash,
        dimension: usize,
        runs: &[Run],
        threads: usize,
        cancelled: &AtomicBool,
    ) -> Option<Self> {
        let files: Vec<(FileId, u32)> = runs.iter().map(|run| (run.file, run.rows)).collect();
        let (node_of_row, first_rows) = distinct_rows(runs, dimension);
        // The rows of other work, queries among it, must not wait behind those of a build.
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.max(1))
            .thread_name(|number| format!("vector-graph-{number}"))
            .build()
            .ok()?;
        let index = Hnsw::new(LINKS, first_rows.len().max(1), LAYERS, EF_CONSTRUCTION, RowDistance);
        let insert = |lot: &[(Vec<i8>, usize)]| {
            let rows: Vec<(&[i8], usize)> = lot.iter().map(|(row, node)| (row.as_slice(), *node)).collect();
            pool.install(|| index.parallel_insert_slice(&rows));
        };
        let mut node = 0;
        for lot in first_rows.chunks(LOT) {
            if cancelled.load(Ordering::Relaxed) {
                return None;
            }
            let rows: Vec<(Vec<i8>, usize)> =
                lot.iter().zip(node..).map(|(codes, node)| (row_of(codes), node)).collect();
            node += rows.len();
            catch_unwind(AssertUnwindSafe(|| insert(&rows))).ok()?;
        }
        let mut index = index;
        index.set_searching_mode(true);
        Some(Self::assemble(model, dimension, files, node_of_row, index))
    }

    /// A graph out of its parts.
    pub(super) fn assemble(
        model: ContentHash,
        dimension: usize,
        files: Vec<(FileId, u32)>,
        node_of_row: Vec<u32>,
        index: Index,
    ) -> Self {
        let members = Members::new(&files, &node_of_row, index.get_nb_point());
        Self { model, dimension, files, node_of_row, members, index }
    }

    /// Whether it can answer for rows of `model` with `dimension` numbers.
    pub(super) fn is_of(&self, model: ContentHash, dimension: usize) -> bool {
        self.model == model && self.dimension == dimension
    }

    /// Number of rows it was built over, live or not.
    pub(super) fn rows(&self) -> usize {
        self.node_of_row.len()
    }

    /// Whether `file` was there when the graph was built.
    pub(super) fn covers(&self, file: FileId) -> bool {
        self.files.binary_search_by_key(&file, |(covered, _)| *covered).is_ok()
    }

    /// The chunks nearest to `query` among those that are admitted: more than wanted, in no order that counts. `None`
    /// when the library panics or the query is not one of this model.
    pub(super) fn nearest(&self, query: &ScanQuery<'_>, search: &Search<'_>) -> Option<Vec<ChunkId>> {
        if query.codes().len() != self.dimension {
            return None;
        }
        let row = row_of(query.codes());
        let breadth = (self.rows() as f32 / ROWS_OF_EF as f32).sqrt().max(1.0);
        let wanted = EF_SEARCH.max(3 * search.limit) as f32;
        let candidates = (wanted * breadth / search.admitted.max(0.1)) as usize;
        let find = || self.index.search(&row, candidates, candidates);
        let found = catch_unwind(AssertUnwindSafe(find)).ok()?;
        let admitted = |node: usize| {
            let chunks = self.members.of(node).iter().map(|packed| ChunkId::from_u64(*packed));
            chunks.filter(|chunk| (search.admits)(chunk.file)).take(search.limit)
        };
        Some(found.into_iter().flat_map(|neighbour| admitted(neighbour.d_id)).collect())
    }
}

/// The chunks of each node, packed: one list, cut at `starts`.
struct Members {
    starts: Vec<u32>,
    chunks: Vec<u64>,
}

impl Members {
    fn new(files: &[(FileId, u32)], node_of_row: &[u32], nodes: usize) -> Self {
        let mut starts = vec![0_u32; nodes + 1];
        for node in node_of_row.iter().filter(|node| **node != NO_NODE) {
            starts[*node as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut chunks = vec![0; starts[nodes] as usize];
        for (packed, node) in packed_chunks(files).zip(node_of_row) {
            if *node != NO_NODE {
                chunks[next[*node as usize] as usize] = packed;
                next[*node as usize] += 1;
            }
        }
        Self { starts, chunks }
    }

    fn of(&self, node: usize) -> &[u64] {
        match self.starts.get(node..node + 2) {
            Some([start, end]) => &self.chunks[*start as usize..*end as usize],
            _ => &[],
        }
    }
}

fn packed_chunks(files: &[(FileId, u32)]) -> impl Iterator<Item = u64> + '_ {
    let chunks = |(file, rows): &(FileId, u32)| {
        let file = *file;
        (0..*rows).map(move |ordinal| ChunkId { file, ordinal }.to_u64())
    };
    files.iter().flat_map(chunks)
}

/// The node of each row of `runs`, and the codes of each node. Equal rows share a node: linked to each other they
/// would crowd out every other link, and a graph of many copies falls apart.
fn distinct_rows(runs: &[Run], dimension: usize) -> (Vec<u32>, Vec<&[i8]>) {
    let mut nodes: HashMap<&[i8], u32> = HashMap::new();
    let mut first_rows: Vec<&[i8]> = Vec::new();
    let mut node_of_row = Vec::new();
    for run in runs {
        let (scales, codes) = run.segment.slice(run.start as usize, run.rows as usize);
        for (scale, codes) in scales.iter().zip(codes.chunks_exact(dimension.max(1))) {
            if *scale <= 0.0 || codes.iter().all(|code| *code == 0) {
                node_of_row.push(NO_NODE);
                continue;
            }
            let node = *nodes.entry(codes).or_insert_with(|| {
                first_rows.push(codes);
                first_rows.len() as u32 - 1
            });
            node_of_row.push(node);
        }
    }
    (node_of_row, first_rows)
}

/// A row as the graph keeps it: the codes, then the factor that makes them a unit vector.
fn row_of(codes: &[i8]) -> Vec<i8> {
    let factor = (dot(codes, codes) as f32).sqrt().recip();
    let factor = if factor.is_finite() { factor } else { 0.0 };
    codes.iter().copied().chain(factor.to_le_bytes().map(u8::cast_signed)).collect()
}

/// One minus the cosine of two rows, never under zero and never not a number, as the library demands.
#[derive(Clone, Copy, Default)]
pub(super) struct RowDistance;

impl Distance<i8> for RowDistance {
    fn eval(&self, a: &[i8], b: &[i8]) -> f32 {
        let (Some((a, a_factor)), Some((b, b_factor))) =
            (a.split_last_chunk::<FACTOR_BYTES>(), b.split_last_chunk::<FACTOR_BYTES>())
        else {
            return 1.0;
        };
        let factor = |bytes: &[i8; FACTOR_BYTES]| f32::from_le_bytes(bytes.map(i8::cast_unsigned));
        (1.0 - dot(a, b) as f32 * factor(a_factor) * factor(b_factor)).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_of_rows_is_that_of_their_directions() {
        let (right, up, far_up) = (row_of(&[100, 0]), row_of(&[0, 7]), row_of(&[0, 127]));
        assert!((RowDistance.eval(&right, &up) - 1.0).abs() < 1e-6);
        assert!(RowDistance.eval(&up, &far_up) < 1e-6);
        assert!((RowDistance.eval(&right, &row_of(&[-3, 0])) - 2.0).abs() < 1e-6);
    }

    #[test]
    fn no_row_has_a_distance_that_is_no_number() {
        for row in [row_of(&[0, 0]), Vec::new(), vec![1, 2, 3], vec![-1; 6]] {
            let distance = RowDistance.eval(&row, &row_of(&[3, 4]));
            assert!(distance >= 0.0, "{row:?}: {distance}");
        }
    }
}
