//! The vector projection as a whole: commits, reopening, compaction, graphs.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{FileId, Generation, StoreError};

const MODEL: ContentHash = ContentHash([3; 32]);
const DIMENSION: usize = 24;
const NEVER: GraphOptions = GraphOptions { threshold: usize::MAX, threads: 1 };
const ALWAYS: GraphOptions = GraphOptions { threshold: 1, threads: 2 };

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
    assert_refuses_bad_queries(&searcher);
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

fn assert_refuses_bad_queries(searcher: &VectorSearcher) {
    let (mut not_finite, mut infinite) = (unit(1), unit(1));
    not_finite[3] = f32::NAN;
    infinite[0] = f32::INFINITY;
    let wrong_lengths = [Vec::new(), vec![1.0; DIMENSION - 1], vec![1.0; DIMENSION + 1]];
    let bad = [not_finite, infinite, vec![0.0; DIMENSION]].into_iter().chain(wrong_lengths);
    let chunk = ChunkId { file: FileId(1), ordinal: 0 };
    for query in bad {
        let refused = searcher.nearest(MODEL, &query, 3, None);
        assert!(matches!(refused, Err(StoreError::InvalidVector(_))), "{query:?}: {refused:?}");
        assert!(searcher.similarities(MODEL, &query, &[chunk]).is_err(), "{query:?}");
    }
}

#[test]
fn bad_rows_leave_the_index_as_it_was() {
    let mut index = VectorIndex::in_memory(ALWAYS);
    let (_, good) = file_vectors(1, 1);
    index.commit(&[], &[(FileId(1), Arc::clone(&good))], Generation(1)).unwrap();
    let good = FileVectors::clone(&good);
    let bad = [
        FileVectors { dimension: 2, codes: vec![1, 1], ..good.clone() },
        FileVectors { codes: vec![1; DIMENSION + 1], ..good.clone() },
        FileVectors { codes: Vec::new(), ..good.clone() },
        FileVectors { scales: vec![f32::NAN], ..good.clone() },
        FileVectors { scales: vec![f32::INFINITY], ..good.clone() },
        FileVectors { scales: vec![-1.0], ..good },
    ];
    for vectors in bad {
        let refused = index.commit(&[], &[(FileId(2), Arc::new(vectors))], Generation(2));
        assert!(matches!(refused, Err(StoreError::InvalidVector(_))));
    }
    index.finish_graphs();
    assert_eq!(index.committed_generation(), Some(Generation(1)));
    assert_eq!(index.searcher().embedded(MODEL), 1);
}

#[test]
fn a_graph_refuses_what_a_scan_refuses() {
    let mut index = VectorIndex::in_memory(ALWAYS);
    let adds: Vec<_> = (0..50).map(|file| file_vectors(file, 2)).collect();
    let searcher = index.commit(&[], &adds, Generation(1)).unwrap();
    index.finish_graphs();
    assert_eq!(searcher.rows_in_graph(MODEL), 100);
    assert_refuses_bad_queries(&searcher);
    assert_eq!(nearest(&searcher, &unit(17_001), 1), [ChunkId { file: FileId(17), ordinal: 1 }]);
}

#[test]
fn rows_without_direction_are_never_found() {
    let mut index = VectorIndex::in_memory(ALWAYS);
    let zeros = vec![vec![0.0; DIMENSION]; 3];
    let vectors = FileVectors::quantize(MODEL, MODEL, DIMENSION as u32, &zeros).unwrap();
    let only_zeros = index.commit(&[], &[(FileId(1), Arc::new(vectors))], Generation(1)).unwrap();
    index.finish_graphs();
    assert!(nearest(&only_zeros, &unit(1), 5).is_empty());
    let searcher = index.commit(&[], &[file_vectors(2, 2)], Generation(2)).unwrap();
    index.finish_graphs();
    assert_eq!(searcher.rows_in_graph(MODEL), 5);
    assert_eq!(nearest(&searcher, &unit(2_000), 5).len(), 2);
}

/// Recall of 40 questions, of 400 hits.
fn found_of_400(searcher: &VectorSearcher, live: &BTreeMap<u32, u32>) -> usize {
    let mut found = 0;
    for query in (0..40).map(|seed| unit(seed * 77 + 5)) {
        let (expected, got) = (naive(live, &query, 10), nearest(searcher, &query, 10));
        assert!(got.iter().all(|chunk| live.contains_key(&chunk.file.0)));
        found += expected.iter().filter(|chunk| got.contains(chunk)).count();
    }
    found
}

#[test]
fn a_graph_answers_through_changes_and_is_built_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut index = VectorIndex::open(directory.path(), ALWAYS).unwrap();
    let mut live: BTreeMap<u32, u32> = (0..1_500).map(|file| (file, 1)).collect();
    let adds: Vec<_> = live.keys().map(|file| file_vectors(*file, 1)).collect();
    index.commit(&[], &adds, Generation(1)).unwrap();
    index.finish_graphs();
    assert!(found_of_400(&index.searcher(), &live) >= 390);

    // Few changes: the old graph stays, what it lacks is scanned.
    live.retain(|file, _| !(100..200).contains(file));
    live.insert(2_000, 1);
    let deletes: Vec<FileId> = (100..200).map(FileId).collect();
    let searcher = index.commit(&deletes, &[file_vectors(2_000, 1)], Generation(2)).unwrap();
    index.finish_graphs();
    assert_eq!(searcher.rows_in_graph(MODEL), 1_400);
    assert!(found_of_400(&searcher, &live) >= 390);
    assert_eq!(nearest(&searcher, &unit(2_000_000), 1), [ChunkId { file: FileId(2_000), ordinal: 0 }]);

    // Many changes: built again, and an older searcher keeps to its own rows.
    let deletes: Vec<FileId> = (500..1_000).map(FileId).collect();
    let adds: Vec<_> = (3_000..3_500).map(|file| file_vectors(file, 1)).collect();
    let older = live.clone();
    live.retain(|file, _| !(500..1_000).contains(file));
    live.extend((3_000..3_500).map(|file| (file, 1)));
    let newest = index.commit(&deletes, &adds, Generation(3)).unwrap();
    index.finish_graphs();
    assert_eq!(newest.rows_in_graph(MODEL), 1_401);
    assert!(found_of_400(&newest, &live) >= 390);
    assert!(found_of_400(&searcher, &older) >= 390);

    // The stored graph is read again.
    drop(index);
    let index = VectorIndex::open(directory.path(), ALWAYS).unwrap();
    index.finish_graphs();
    assert_eq!(index.searcher().rows_in_graph(MODEL), 1_401);
    assert!(found_of_400(&index.searcher(), &live) >= 390);
}

#[test]
fn filters_apply_to_a_graph_before_the_limit() {
    let mut index = VectorIndex::in_memory(ALWAYS);
    let adds: Vec<_> = (0..600).map(|file| file_vectors(file, 1)).collect();
    let searcher = index.commit(&[], &adds, Generation(1)).unwrap();
    index.finish_graphs();
    for step in [2, 5, 50] {
        let admits = |file: FileId| file.0.is_multiple_of(step);
        let live: BTreeMap<u32, u32> =
            (0..600u32).filter(|file| file.is_multiple_of(step)).map(|file| (file, 1)).collect();
        let hits = searcher.nearest(MODEL, &unit(5), 10, Some(&admits)).unwrap();
        let found: Vec<ChunkId> = hits.into_iter().map(|hit| hit.chunk).collect();
        assert_eq!(found, naive(&live, &unit(5), 10), "every {step}th file");
    }
}

#[test]
fn many_copies_of_a_row_do_not_hide_the_others() {
    let mut index = VectorIndex::in_memory(ALWAYS);
    let copies = vec![unit(1); 400];
    let copies = FileVectors::quantize(MODEL, MODEL, DIMENSION as u32, &copies).unwrap();
    let mut adds: Vec<_> = (0..300).map(|file| file_vectors(file, 1)).collect();
    adds.push((FileId(900), Arc::new(copies)));
    let searcher = index.commit(&[], &adds, Generation(1)).unwrap();
    index.finish_graphs();
    let hits = searcher.nearest(MODEL, &unit(1), 410, None).unwrap();
    assert_eq!(hits.iter().filter(|hit| hit.chunk.file == FileId(900)).count(), 400);
    for file in 0..300 {
        let expected = ChunkId { file: FileId(file), ordinal: 0 };
        assert_eq!(nearest(&searcher, &unit(u64::from(file) * 1_000), 1), [expected]);
    }
}

#[test]
fn a_damaged_graph_is_no_graph() {
    let directory = tempfile::tempdir().unwrap();
    let mut index = VectorIndex::open(directory.path(), ALWAYS).unwrap();
    let adds: Vec<_> = (0..60).map(|file| file_vectors(file, 1)).collect();
    index.commit(&[], &adds, Generation(1)).unwrap();
    index.finish_graphs();
    drop(index);
    let is_graph = |path: &std::path::PathBuf| path.is_dir();
    let entries = std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().path());
    let stored = entries.into_iter().find(is_graph).unwrap();
    assert!(graph::Graph::read(&stored).is_some());
    for entry in std::fs::read_dir(&stored).unwrap() {
        let path = entry.unwrap().path();
        let whole = std::fs::read(&path).unwrap();
        for at in (0..whole.len()).step_by(97) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x40;
            std::fs::write(&path, &damaged).unwrap();
            assert!(graph::Graph::read(&stored).is_none(), "{} at {at}", path.display());
            std::fs::write(&path, &damaged[..at]).unwrap();
            assert!(graph::Graph::read(&stored).is_none(), "{} cut at {at}", path.display());
        }
        std::fs::write(&path, &whole).unwrap();
    }
}
