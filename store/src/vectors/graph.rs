//! The approximate base: an immutable HNSW graph over the rows of the files that were live when it was built.
//!
//! Parameters as measured in ADR 0002. `hnsw_rs` cannot delete, and panics on vectors that are not finite or longer
//! than 1: rows are validated and shortened a little first, deletions are filtered out while searching, and a panic
//! that happens all the same is contained and answered by the exact scan.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use hnsw_rs::prelude::{AnnT, DistDot, Hnsw, HnswIo};
use serde::{Deserialize, Serialize};

use super::segment::{io_error, write_durably};
use crate::{ChunkId, ContentHash, FileId, StoreError};

/// Links a node (Malkov and Yashunin, 2018, call it M).
const LINKS: usize = 24;
/// Candidates considered while a node is linked.
const EF_CONSTRUCTION: usize = 200;
/// Candidates considered by a search, at least.
const EF_SEARCH: usize = 128;
const LAYERS: usize = 16;
/// Rows are made this much shorter than 1, so that rounding cannot make a dot product exceed 1.
const SHRINK: f32 = 1.0 - 1e-5;
const BASENAME: &str = "base";
const DESCRIPTION: &str = "base.files";

/// The graph and what its nodes stand for.
pub(super) struct Graph {
    pub(super) model: ContentHash,
    dimension: usize,
    /// The files it was built over with their row counts, ordered by id.
    pub(super) files: Vec<(FileId, u32)>,
    /// The chunk of each node, packed.
    nodes: Vec<u64>,
    index: Hnsw<'static, f32, DistDot>,
}

/// What is stored beside the dumped graph.
#[derive(Serialize, Deserialize)]
struct Description {
    model: ContentHash,
    dimension: usize,
    files: Vec<(FileId, u32)>,
}

impl Graph {
    /// Builds the graph over `rows`, which come a file at a time in the order of `files`. Rows without direction are
    /// left out. `None` when the library panics.
    pub(super) fn build(
        model: ContentHash,
        dimension: usize,
        files: Vec<(FileId, u32)>,
        rows: &[Vec<f32>],
    ) -> Option<Self> {
        let nodes = nodes_of(&files);
        debug_assert_eq!(nodes.len(), rows.len(), "a row a node");
        let units: Vec<(Vec<f32>, usize)> =
            rows.iter().enumerate().filter_map(|(node, row)| Some((shortened_unit(row)?, node))).collect();
        let build = || {
            let mut index = Hnsw::new(LINKS, units.len().max(1), LAYERS, EF_CONSTRUCTION, DistDot {});
            let inputs: Vec<(&Vec<f32>, usize)> = units.iter().map(|(unit, node)| (unit, *node)).collect();
            index.parallel_insert(&inputs);
            index.set_searching_mode(true);
            index
        };
        let index = catch_unwind(AssertUnwindSafe(build)).ok()?;
        Some(Self { model, dimension, files, nodes, index })
    }

    /// Number of nodes, live or not.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether `file` was there when the graph was built.
    pub(super) fn covers(&self, file: FileId) -> bool {
        self.files.binary_search_by_key(&file, |(covered, _)| *covered).is_ok()
    }

    /// The chunks nearest to `query` among those that `admits`; `None` when the library panics.
    pub(super) fn nearest(
        &self,
        query: &[f32],
        limit: usize,
        admits: &(dyn Fn(FileId) -> bool + Sync),
    ) -> Option<Vec<ChunkId>> {
        let Some(unit) = shortened_unit(query).filter(|unit| unit.len() == self.dimension) else {
            return Some(Vec::new());
        };
        let chunk_of = |node: usize| self.nodes.get(node).map(|packed| ChunkId::from_u64(*packed));
        let filter = |node: &usize| chunk_of(*node).is_some_and(|chunk| admits(chunk.file));
        let search = || self.index.search_filter(&unit, limit, EF_SEARCH.max(2 * limit), Some(&filter));
        let found = catch_unwind(AssertUnwindSafe(search)).ok()?;
        Some(found.into_iter().filter_map(|neighbour| chunk_of(neighbour.d_id)).collect())
    }

    /// Writes the graph to `directory`, replacing what is there, by way of a temporary directory.
    pub(super) fn write(&self, directory: &Path) -> Result<(), StoreError> {
        let temporary = directory.with_extension("tmp");
        remove_directory(&temporary)?;
        std::fs::create_dir_all(&temporary).map_err(|source| io_error("create", &temporary, source))?;
        let dumped = catch_unwind(AssertUnwindSafe(|| self.index.file_dump(&temporary, BASENAME)));
        let failure = match dumped {
            Ok(Ok(_)) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("the graph library panicked".to_owned()),
        };
        if let Some(detail) = failure {
            return Err(StoreError::Corrupt { place: temporary.display().to_string(), detail });
        }
        let description =
            Description { model: self.model, dimension: self.dimension, files: self.files.clone() };
        let encoded = postcard::to_stdvec(&description).map_err(|error| StoreError::Corrupt {
            place: DESCRIPTION.to_owned(),
            detail: error.to_string(),
        })?;
        write_durably(&temporary.join(DESCRIPTION), &encoded)?;
        remove_directory(directory)?;
        std::fs::rename(&temporary, directory).map_err(|source| io_error("rename", directory, source))
    }

    /// Reads the graph in `directory`; `None` when there is none or it cannot be used.
    pub(super) fn read(directory: &Path) -> Option<Self> {
        let encoded = std::fs::read(directory.join(DESCRIPTION)).ok()?;
        let description: Description = postcard::from_bytes(&encoded).ok()?;
        let load = || {
            // The library ties the graph's lifetime to its reader. The reader is three words and a path, and a graph is
            // read at most once a process and model, so it is given away.
            let reader: &'static mut HnswIo = Box::leak(Box::new(HnswIo::new(directory, BASENAME)));
            reader.load_hnsw::<f32, DistDot>().ok()
        };
        let index = catch_unwind(AssertUnwindSafe(load)).ok().flatten()?;
        let Description { model, dimension, files } = description;
        let nodes = nodes_of(&files);
        (index.get_nb_point() <= nodes.len()).then_some(Self { model, dimension, files, nodes, index })
    }
}

fn nodes_of(files: &[(FileId, u32)]) -> Vec<u64> {
    let chunks = |(file, rows): &(FileId, u32)| {
        let file = *file;
        (0..*rows).map(move |ordinal| ChunkId { file, ordinal }.to_u64())
    };
    files.iter().flat_map(chunks).collect()
}

/// The vector at a length just below 1; `None` when it has no direction or is not finite.
fn shortened_unit(vector: &[f32]) -> Option<Vec<f32>> {
    let norm = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    let usable = norm.is_finite() && norm > f32::EPSILON;
    usable.then(|| vector.iter().map(|number| number / norm * SHRINK).collect())
}

fn remove_directory(directory: &Path) -> Result<(), StoreError> {
    match std::fs::remove_dir_all(directory) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(io_error("remove", directory, source))
        }
        _ => Ok(()),
    }
}
