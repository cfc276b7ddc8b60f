//! The vector projection as a whole: commits, reopening, compaction, graphs.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{FileId, Generation};

const MODEL: ContentHash = ContentHash([3; 32]);
const DIMENSION: usize = 24;
const NEVER: usize = usize::MAX;

/// A unit vector that depends on `seed` alone.
fn unit(seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 24) as f32 - 0.5
    };
    let vector: Vec<f32> = (0..DIMENSION).map(|_| next()).collect();
    let norm = vector.iter().map(|n| n * n).sum::<f32>().sqrt();
    vector.into_iter().map(|n| n / norm).collect()
}

fn file_vectors(file: u32, rows: u32) -> (FileId, Arc<FileVectors>) {
    let vectors: Vec<Vec<f32>> =
        (0..rows).map(|row| unit(u64::from(file) * 1_000 + u64::from(row))).collect();
    let key = ContentHash::of(&file.to_le_bytes());
    (FileId(file), Arc::new(FileVectors::quantize(MODEL, key, DIMENSION as u32, &vectors).unwrap()))
}

fn nearest(searcher: &VectorSearcher, query: &[f32], limit: usize) -> Vec<ChunkId> {
    searcher.nearest(MODEL, query, limit, None).unwrap().into_iter().map(|hit| hit.chunk).collect()
}

/// What the scan must find: the similarities of the stored rows, in full precision.
fn naive(live: &BTreeMap<u32, u32>, query: &[f32], limit: usize) -> Vec<ChunkId> {
    let mut all: Vec<(f32, ChunkId)> = Vec::new();
    for (&file, &rows) in live {
        let (id, vectors) = file_vectors(file, rows);
        for (ordinal, (row, scale)) in vectors.codes.chunks(DIMENSION).zip(&vectors.scales).enumerate() {
            let dot: f32 = query.iter().zip(row).map(|(q, c)| q * f32::from(*c)).sum();
            all.push((dot * scale, ChunkId { file: id, ordinal: ordinal as u32 }));
        }
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    all.into_iter().take(limit).map(|(_, chunk)| chunk).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn commits_reopen_to_the_same_answers(
        commits in prop::collection::vec((prop::collection::vec(0u32..40, 0..6), prop::collection::vec(1u32..5, 0..4)), 1..14),
        seed in 0u64..1_000,
    ) {
        let directory = tempfile::tempdir().unwrap();
        let mut index = VectorIndex::open(directory.path(), NEVER).unwrap();
        let mut live: BTreeMap<u32, u32> = BTreeMap::new();
        let mut next_file = 0;
        for (number, (deletes, adds)) in commits.iter().enumerate() {
            let deleted: Vec<FileId> = deletes.iter().map(|&file| FileId(file)).collect();
            deletes.iter().for_each(|file| { live.remove(file); });
            let mut added = Vec::new();
            for &rows in adds {
                added.push(file_vectors(next_file, rows));
                live.insert(next_file, rows);
                next_file += 1;
            }
            index.commit(&deleted, &added, Generation(number as u64 + 1)).unwrap();
        }
        let query = unit(seed);
        let expected = naive(&live, &query, 5);
        prop_assert_eq!(nearest(&index.searcher(), &query, 5), expected.clone());
        drop(index);
        let reopened = VectorIndex::open(directory.path(), NEVER).unwrap();
        prop_assert_eq!(reopened.committed_generation(), Some(Generation(commits.len() as u64)));
        prop_assert_eq!(nearest(&reopened.searcher(), &query, 5), expected);
        prop_assert_eq!(reopened.searcher().embedded(MODEL), live.values().sum::<u32>() as usize);
    }
}

#[test]
fn compaction_keeps_the_number_of_files_small() {
    let directory = tempfile::tempdir().unwrap();
    let mut index = VectorIndex::open(directory.path(), NEVER).unwrap();
    for file in 0..40 {
        index.commit(&[], &[file_vectors(file, 2)], Generation(u64::from(file) + 1)).unwrap();
    }
    let files = std::fs::read_dir(directory.path()).unwrap().count();
    assert!(files <= 10, "{files} files");
    assert_eq!(nearest(&index.searcher(), &unit(17_001), 1), [ChunkId { file: FileId(17), ordinal: 1 }]);
}

#[test]
fn an_old_searcher_keeps_its_generation() {
    let mut index = VectorIndex::in_memory(NEVER);
    let before = index.commit(&[], &[file_vectors(1, 1)], Generation(1)).unwrap();
    let after = index.commit(&[FileId(1)], &[file_vectors(2, 1)], Generation(2)).unwrap();
    assert_eq!(nearest(&before, &unit(1_000), 9).len(), 1);
    assert_eq!(nearest(&after, &unit(1_000), 9), [ChunkId { file: FileId(2), ordinal: 0 }]);
}

#[test]
fn a_filter_applies_before_the_limit() {
    let mut index = VectorIndex::in_memory(NEVER);
    let adds: Vec<_> = (0..50).map(|file| file_vectors(file, 2)).collect();
    let searcher = index.commit(&[], &adds, Generation(1)).unwrap();
    let odd = |file: FileId| file.0 % 2 == 1;
    let hits = searcher.nearest(MODEL, &unit(5), 10, Some(&odd)).unwrap();
    assert!(hits.len() == 10 && hits.iter().all(|hit| odd(hit.chunk.file)));
}

#[test]
fn bad_queries_are_errors_and_unknown_models_empty() {
    let mut index = VectorIndex::in_memory(NEVER);
    let searcher = index.commit(&[], &[file_vectors(1, 1)], Generation(1)).unwrap();
    for query in [vec![f32::NAN; DIMENSION], vec![1.0; DIMENSION + 1]] {
        assert!(searcher.nearest(MODEL, &query, 3, None).is_err());
    }
    assert!(searcher.nearest(ContentHash([9; 32]), &unit(1), 3, None).unwrap().is_empty());
    assert_eq!(
        searcher.similarities(MODEL, &unit(1_000), &[ChunkId { file: FileId(8), ordinal: 0 }]).unwrap(),
        [None]
    );
}

#[test]
fn rows_of_another_dimension_leave_the_index_as_it_was() {
    let mut index = VectorIndex::in_memory(NEVER);
    index.commit(&[], &[file_vectors(1, 1)], Generation(1)).unwrap();
    let odd = FileVectors { model: MODEL, key: MODEL, dimension: 2, scales: vec![1.0], codes: vec![1, 1] };
    assert!(index.commit(&[], &[(FileId(2), Arc::new(odd))], Generation(2)).is_err());
    assert_eq!(index.committed_generation(), Some(Generation(1)));
    assert_eq!(index.searcher().embedded(MODEL), 1);
}

#[test]
fn a_graph_finds_what_the_scan_finds_and_respects_deletions() {
    let rows = 1_500_u32;
    let files: Vec<(FileId, u32)> = (0..rows).map(|file| (FileId(file), 1)).collect();
    let vectors: Vec<Vec<f32>> = (0..rows).map(|file| unit(u64::from(file) * 1_000)).collect();
    let graph = graph::Graph::build(MODEL, DIMENSION, files, &vectors).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let stored = directory.path().join("graph");
    graph.write(&stored).unwrap();
    let graph = graph::Graph::read(&stored).unwrap();
    let live: BTreeMap<u32, u32> = (0..rows).filter(|file| file % 3 != 0).map(|file| (file, 1)).collect();
    let is_live = |file: FileId| live.contains_key(&file.0);
    let mut found = 0;
    for query in (0..40).map(|seed| unit(seed * 77 + 5)) {
        let expected = naive(&live, &query, 10);
        let got = graph.nearest(&query, 10, &is_live).unwrap();
        assert!(got.iter().all(|chunk| is_live(chunk.file)));
        found += expected.iter().filter(|chunk| got.contains(chunk)).count();
    }
    assert!(found >= 380, "recall {found} of 400");
}
