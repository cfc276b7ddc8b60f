//! The vector projection: int8 rows in append-only segments, scanned exactly or searched through HNSW.

mod graph;
mod graph_file;
mod index;
mod quantize;
mod rebuild;
mod scan;
mod searcher;
mod segment;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub(crate) use index::VectorIndex;
pub(crate) use rebuild::GraphOptions;
pub(crate) use searcher::VectorSearcher;

use crate::{ChunkId, ContentHash};

/// The vectors of one file's chunks from one model: a row a chunk, in chunk order.
///
/// A row is the unit vector `v` stored as `round(v / scale)` with `scale = max|v| / 127`. A row of scale 0 stands
/// for a chunk that has no direction (nothing the model knows); it is never found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileVectors {
    /// Fingerprint of the model.
    pub model: ContentHash,
    /// Hash of the texts that were embedded, in order: the cache key together with the model.
    pub key: ContentHash,
    /// Numbers a row.
    pub dimension: u32,
    /// One a row.
    pub scales: Vec<f32>,
    /// `dimension` numbers a row, one row after the other.
    pub codes: Vec<i8>,
}

/// How far a model's vectors cover a snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Chunks that have a row.
    pub embedded: usize,
    /// Chunks in the snapshot.
    pub total: usize,
}

/// A chunk found by similarity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VectorHit {
    /// The chunk.
    pub chunk: ChunkId,
    /// Cosine similarity to the query, -1 to 1.
    pub similarity: f32,
}
