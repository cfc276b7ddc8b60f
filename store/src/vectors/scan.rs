//! The exact scan: int8 dot products over all rows, then a rescore of the best with the float query.

use std::collections::BinaryHeap;

use super::quantize::quantize_row;

/// Candidates kept for the rescore, as a multiple of the hits wanted. The query is quantised too for the first pass, so
/// that its order is slightly off.
const OVERSAMPLE: usize = 2;
/// Candidates kept at least.
const OVERSAMPLE_LEAST: usize = 64;

/// A query prepared for scanning.
pub(super) struct ScanQuery<'a> {
    exact: &'a [f32],
    codes: Vec<i8>,
}

impl<'a> ScanQuery<'a> {
    /// Prepares `query`, which must be finite.
    pub(super) fn new(query: &'a [f32]) -> Self {
        let mut codes = Vec::with_capacity(query.len());
        quantize_row(query, &mut codes);
        Self { exact: query, codes }
    }

    /// The query as a row's codes.
    pub(super) fn codes(&self) -> &[i8] {
        &self.codes
    }

    /// Number of candidates that a scan for `limit` hits keeps.
    pub(super) fn candidates(limit: usize) -> usize {
        (limit * OVERSAMPLE).max(OVERSAMPLE_LEAST)
    }

    /// Appends to `out` a number a row that orders the rows nearly as their similarity does.
    pub(super) fn rank_rows(&self, scales: &[f32], codes: &[i8], out: &mut Vec<f32>) {
        dot_rows(&self.codes, codes, scales, out);
    }

    /// Cosine similarity of the query and one row.
    pub(super) fn similarity(&self, scale: f32, codes: &[i8]) -> f32 {
        let sum: f32 = self.exact.iter().zip(codes).map(|(number, code)| number * f32::from(*code)).sum();
        sum * scale
    }
}

/// Appends `scale * (query . row)` for every row of `codes`.
fn dot_rows(query: &[i8], codes: &[i8], scales: &[f32], out: &mut Vec<f32>) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2, as just asked; the function has no other precondition.
        unsafe { dot_rows_avx2(query, codes, scales, out) };
        return;
    }
    dot_rows_portable(query, codes, scales, out);
}

/// The portable loop compiled for AVX2. Integer arithmetic, so that both give the same numbers.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn dot_rows_avx2(query: &[i8], codes: &[i8], scales: &[f32], out: &mut Vec<f32>) {
    dot_rows_portable(query, codes, scales, out);
}

#[inline(always)]
fn dot_rows_portable(query: &[i8], codes: &[i8], scales: &[f32], out: &mut Vec<f32>) {
    for (row, scale) in codes.chunks_exact(query.len().max(1)).zip(scales) {
        out.push(dot_portable(query, row) as f32 * scale);
    }
}

/// The integer dot product of two rows; of the common part when one is longer.
pub(super) fn dot(a: &[i8], b: &[i8]) -> i32 {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2, as just asked; the function has no other precondition.
        return unsafe { dot_avx2(a, b) };
    }
    dot_portable(a, b)
}

/// The portable loop compiled for AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn dot_avx2(a: &[i8], b: &[i8]) -> i32 {
    dot_portable(a, b)
}

#[inline(always)]
fn dot_portable(a: &[i8], b: &[i8]) -> i32 {
    a.iter().zip(b).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
}

/// Keeps the `limit` greatest of the items pushed, by (value, then smaller key).
pub(super) struct TopK {
    limit: usize,
    heap: BinaryHeap<Entry>,
}

/// Ordered so that the heap's greatest is the worst entry kept.
#[derive(PartialEq)]
struct Entry {
    value: f32,
    key: u64,
}

impl Eq for Entry {}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.value.total_cmp(&self.value).then_with(|| self.key.cmp(&other.key))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl TopK {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, heap: BinaryHeap::with_capacity(limit + 1) }
    }

    pub(super) fn push(&mut self, value: f32, key: u64) {
        if self.heap.len() < self.limit {
            self.heap.push(Entry { value, key });
        } else if let Some(mut worst) = self.heap.peek_mut() {
            let entry = Entry { value, key };
            if entry < *worst {
                *worst = entry;
            }
        }
    }

    /// Adds what another scan kept.
    pub(super) fn merge(mut self, other: Self) -> Self {
        other.heap.into_iter().for_each(|entry| self.push(entry.value, entry.key));
        self
    }

    /// The items kept, greatest value first, equal values by key.
    pub(super) fn into_sorted(self) -> Vec<(f32, u64)> {
        self.heap.into_sorted_vec().into_iter().map(|entry| (entry.value, entry.key)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_loops_give_the_same_numbers() {
        let query: Vec<i8> = (0..67).map(|n| (n * 37 % 255 - 127) as i8).collect();
        let codes: Vec<i8> = (0..67 * 9).map(|n| (n * 91 % 255 - 127) as i8).collect();
        let scales: Vec<f32> = (1..=9).map(|n| n as f32 / 7.0).collect();
        let (mut detected, mut portable) = (Vec::new(), Vec::new());
        dot_rows(&query, &codes, &scales, &mut detected);
        dot_rows_portable(&query, &codes, &scales, &mut portable);
        assert_eq!(detected, portable);
    }

    #[test]
    fn the_best_are_kept_and_ties_go_to_the_smaller_key() {
        let mut best = TopK::new(3);
        for (value, key) in [(0.1, 1), (0.9, 9), (0.9, 2), (0.5, 3), (0.5, 4), (0.2, 5)] {
            best.push(value, key);
        }
        assert_eq!(best.into_sorted(), [(0.9, 2), (0.9, 9), (0.5, 3)]);
    }
}
