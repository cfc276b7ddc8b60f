//! The weighted sum of int8 rows: the one hot loop of the static model.
//!
//! Integers throughout, so the order of the additions does not matter and the vector unit's way and the plain way
//! give the same bits.

/// One row that goes into a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Term {
    /// Index of the row's first component.
    pub(super) start: usize,
    /// Factor of the whole row, not negative.
    pub(super) weight: i16,
}

/// Sets `sums` to the sum of `row * weight` over `terms`.
///
/// `rows` holds i8 components; the length of `sums` is that of a row and a multiple of 64.
///
/// # Panics
/// Where a term reaches beyond `rows`.
pub(super) fn weighted_sum(rows: &[u8], terms: &[Term], sums: &mut [i32]) {
    let dimension = sums.len();
    assert!(dimension.is_multiple_of(BLOCK), "rows come in blocks of {BLOCK} components");
    assert!(terms.iter().all(|term| term.start + dimension <= rows.len()), "every row lies in the table");
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2, and every term's row lies within `rows`, both checked above.
        unsafe { avx2::weighted_sum(rows, terms, sums) };
        return;
    }
    weighted_sum_portable(rows, terms, sums);
}

/// Components that are summed up in registers at a time: one cache line of a row.
const BLOCK: usize = 64;

fn weighted_sum_portable(rows: &[u8], terms: &[Term], sums: &mut [i32]) {
    let dimension = sums.len();
    sums.fill(0);
    for term in terms {
        let row = &rows[term.start..term.start + dimension];
        let weight = i32::from(term.weight);
        for (sum, component) in sums.iter_mut().zip(row) {
            *sum += i32::from(*component as i8) * weight;
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    //! Two rows at a time: their components interleaved, multiplied and added in pairs by one instruction.

    use std::arch::x86_64::{
        __m256i, _mm_loadu_si128, _mm256_add_epi32, _mm256_cvtepi8_epi16, _mm256_madd_epi16,
        _mm256_permute2x128_si256, _mm256_set1_epi32, _mm256_setzero_si256, _mm256_storeu_si256,
        _mm256_unpackhi_epi16, _mm256_unpacklo_epi16,
    };

    use super::{BLOCK, Term};

    /// Components that one register of 16-bit numbers holds.
    const LANES: usize = 16;
    /// Lower and upper half of each group of lanes.
    type Pair = (__m256i, __m256i);

    /// # Safety
    /// The processor has AVX2, and each `term.start + sums.len()` is at most `rows.len()`.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn weighted_sum(rows: &[u8], terms: &[Term], sums: &mut [i32]) {
        for (index, block) in sums.chunks_exact_mut(BLOCK).enumerate() {
            // SAFETY: the block's columns end at or before `sums.len()`, so within each row.
            let totals = unsafe { block_sum(&rows[index * BLOCK..], terms) };
            for (lanes, total) in block.chunks_exact_mut(LANES).zip(totals) {
                store(lanes, total);
            }
        }
    }

    /// The sums of the first [`BLOCK`] components of each row, `columns` being the table without the columns left
    /// of the block.
    ///
    /// # Safety
    /// Each `term.start + BLOCK` is at most `columns.len()`.
    #[target_feature(enable = "avx2")]
    unsafe fn block_sum(columns: &[u8], terms: &[Term]) -> [Pair; BLOCK / LANES] {
        let mut totals = [(_mm256_setzero_si256(), _mm256_setzero_si256()); BLOCK / LANES];
        for pair in terms.chunks(2) {
            let first = pair[0];
            let second = pair.get(1).copied().unwrap_or(Term { weight: 0, ..first });
            let weights = _mm256_set1_epi32(i32::from(first.weight) | i32::from(second.weight) << 16);
            for (group, total) in totals.iter_mut().enumerate() {
                let column = group * LANES;
                // SAFETY: `column + LANES` is at most `BLOCK`, so both loads end within the term's block.
                let (a, b) =
                    unsafe { (load(columns, first.start + column), load(columns, second.start + column)) };
                let low = _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), weights);
                let high = _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), weights);
                *total = (_mm256_add_epi32(total.0, low), _mm256_add_epi32(total.1, high));
            }
        }
        totals
    }

    /// [`LANES`] components from `at`, widened.
    ///
    /// # Safety
    /// `at + LANES` is at most `bytes.len()`.
    #[target_feature(enable = "avx2")]
    unsafe fn load(bytes: &[u8], at: usize) -> __m256i {
        debug_assert!(at + LANES <= bytes.len());
        // SAFETY: the caller keeps the 16 bytes within `bytes`; the load needs no alignment.
        let narrow = unsafe { _mm_loadu_si128(bytes.as_ptr().add(at).cast()) };
        _mm256_cvtepi8_epi16(narrow)
    }

    /// Writes 16 sums in their natural order: interleaving has left components 0-3 and 8-11 in the lower part,
    /// 4-7 and 12-15 in the upper.
    #[target_feature(enable = "avx2")]
    fn store(lanes: &mut [i32], (low, high): Pair) {
        let (front, back) = lanes.split_at_mut(LANES / 2);
        assert_eq!((front.len(), back.len()), (LANES / 2, LANES / 2));
        // SAFETY: each half holds exactly the 8 numbers of one register; the stores need no alignment.
        unsafe {
            _mm256_storeu_si256(front.as_mut_ptr().cast(), _mm256_permute2x128_si256::<0x20>(low, high));
            _mm256_storeu_si256(back.as_mut_ptr().cast(), _mm256_permute2x128_si256::<0x31>(low, high));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(dimension: usize, picks: &[(usize, i16)]) -> Vec<Term> {
        picks.iter().map(|&(row, weight)| Term { start: row * dimension, weight }).collect()
    }

    #[test]
    fn extremes_do_not_overflow() {
        let rows = [i8::MIN + 1; 64].map(|component| component as u8);
        let mut sums = [0; 64];
        weighted_sum(&rows, &terms(64, &[(0, i16::MAX); 512]), &mut sums);
        assert_eq!(sums, [-127 * 32_767 * 512; 64]);
    }

    #[test]
    fn no_terms_give_zero() {
        let mut sums = [7; 64];
        weighted_sum(&[], &[], &mut sums);
        assert_eq!(sums, [0; 64]);
    }

    proptest! {
        #[test]
        fn both_ways_give_the_same_bits(
            rows in proptest::collection::vec(any::<u8>(), 6 * 192),
            picks in proptest::collection::vec((0..6_usize, 0..=i16::MAX), 0..40),
        ) {
            let terms = terms(192, &picks);
            let (mut fast, mut plain) = ([0; 192], [0; 192]);
            weighted_sum(&rows, &terms, &mut fast);
            weighted_sum_portable(&rows, &terms, &mut plain);
            prop_assert_eq!(fast, plain);
        }
    }
}
