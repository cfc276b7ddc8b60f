//! Rows: from unit vectors to int8 with a scale a row, and to bytes for the database of truth.

use super::FileVectors;
use crate::{ContentHash, StoreError};

/// Largest magnitude of a code.
const CODE_MAX: f32 = 127.0;

impl FileVectors {
    /// Quantises one row a chunk. A row of zeros becomes a row of scale 0.
    ///
    /// # Errors
    /// [`StoreError::InvalidVector`] when a row is not finite or not of `dimension` numbers.
    pub fn quantize(
        model: ContentHash,
        key: ContentHash,
        dimension: u32,
        rows: &[Vec<f32>],
    ) -> Result<Self, StoreError> {
        let mut scales = Vec::with_capacity(rows.len());
        let mut codes = Vec::with_capacity(rows.len() * dimension as usize);
        for row in rows {
            validate(row, dimension as usize)?;
            scales.push(quantize_row(row, &mut codes));
        }
        Ok(Self { model, key, dimension, scales, codes })
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.scales.len()
    }

    /// Refuses rows that are not of `dimension` numbers or whose scale is no length.
    pub(super) fn validate(&self, dimension: usize) -> Result<(), StoreError> {
        let lengths_agree = self.codes.len() == self.rows() * dimension;
        if self.dimension as usize != dimension || !lengths_agree {
            let detail = format!("rows of dimension {} where the model has {dimension}", self.dimension);
            return Err(StoreError::InvalidVector(detail));
        }
        if self.scales.iter().all(|scale| scale.is_finite() && *scale >= 0.0) {
            return Ok(());
        }
        Err(StoreError::InvalidVector("a row's scale is negative or not finite".to_owned()))
    }

    /// The rows as little-endian bytes: dimension, row count, scales, codes. Model and key are not part of it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + self.scales.len() * 4 + self.codes.len());
        bytes.extend(self.dimension.to_le_bytes());
        bytes.extend((self.scales.len() as u32).to_le_bytes());
        bytes.extend(self.scales.iter().flat_map(|scale| scale.to_le_bytes()));
        bytes.extend(self.codes.iter().map(|code| code.cast_unsigned()));
        bytes
    }

    /// The inverse of [`FileVectors::encode`]; `None` when the lengths do not add up.
    #[must_use]
    pub fn decode(model: ContentHash, key: ContentHash, bytes: &[u8]) -> Option<Self> {
        let (dimension, rest) = bytes.split_first_chunk::<4>()?;
        let (count, rest) = rest.split_first_chunk::<4>()?;
        let (dimension, count) = (u32::from_le_bytes(*dimension), u32::from_le_bytes(*count) as usize);
        let (scales, codes) = rest.split_at_checked(count.checked_mul(4)?)?;
        if codes.len() != count.checked_mul(dimension as usize)? {
            return None;
        }
        let scales = scales.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let codes = codes.iter().map(|byte| byte.cast_signed()).collect();
        Some(Self { model, key, dimension, scales, codes })
    }
}

/// Refuses a vector that is not finite or not of `dimension` numbers.
fn validate(vector: &[f32], dimension: usize) -> Result<(), StoreError> {
    if vector.len() != dimension {
        let detail = format!("has {} numbers where the model has {dimension}", vector.len());
        return Err(StoreError::InvalidVector(detail));
    }
    if vector.iter().all(|number| number.is_finite()) {
        return Ok(());
    }
    Err(StoreError::InvalidVector("has a number that is not finite".to_owned()))
}

/// Refuses a query that is not finite, not of `dimension` numbers, or without direction: nothing is nearer to it than
/// anything else.
pub(super) fn validate_query(query: &[f32], dimension: usize) -> Result<(), StoreError> {
    validate(query, dimension)?;
    if query.iter().all(|number| number.abs() <= f32::MIN_POSITIVE) {
        return Err(StoreError::InvalidVector("has no direction".to_owned()));
    }
    Ok(())
}

/// Appends the codes of `row` to `codes` and returns their scale.
pub(super) fn quantize_row(row: &[f32], codes: &mut Vec<i8>) -> f32 {
    let largest = row.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
    let scale = largest / CODE_MAX;
    if scale <= f32::MIN_POSITIVE {
        codes.extend(std::iter::repeat_n(0, row.len()));
        return 0.0;
    }
    codes.extend(row.iter().map(|number| (number / scale).round() as i8));
    scale
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn error_is_at_most_half_a_step(row in prop::collection::vec(-1.0_f32..1.0, 1..64)) {
            let mut codes = Vec::new();
            let scale = quantize_row(&row, &mut codes);
            for (code, exact) in codes.iter().zip(&row) {
                prop_assert!((f32::from(*code) * scale - exact).abs() <= scale * 0.5001);
            }
        }
    }

    const HASH: ContentHash = ContentHash([7; 32]);

    #[test]
    fn rows_survive_encoding() {
        let rows = vec![vec![0.6, -0.8, 0.0], vec![0.0; 3]];
        let vectors = FileVectors::quantize(HASH, HASH, 3, &rows).unwrap();
        assert_eq!(vectors.scales[1].to_bits(), 0);
        assert_eq!(FileVectors::decode(HASH, HASH, &vectors.encode()), Some(vectors.clone()));
        assert_eq!(FileVectors::decode(HASH, HASH, &vectors.encode()[..9]), None);
        let first: Vec<f32> =
            vectors.codes[..3].iter().map(|&code| f32::from(code) * vectors.scales[0]).collect();
        assert!(first.iter().zip(&rows[0]).all(|(a, b)| (a - b).abs() < 0.01), "{first:?}");
    }

    #[test]
    fn invalid_rows_are_refused() {
        for row in [vec![f32::NAN, 0.0], vec![f32::INFINITY, 0.0], vec![1.0]] {
            let refused = FileVectors::quantize(HASH, HASH, 2, std::slice::from_ref(&row));
            assert!(matches!(refused, Err(StoreError::InvalidVector(_))), "{row:?}");
        }
    }
}
