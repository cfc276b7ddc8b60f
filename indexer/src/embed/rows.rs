//! Texts to the int8 rows that the store keeps.

use contexd_store::{ContentHash, vectors::FileVectors};

use super::{EmbedError, Embedder};

/// Names the texts of one file's chunks, in order: with the model's fingerprint, the key of their cached vectors.
#[must_use]
pub fn texts_key(texts: &[&str]) -> ContentHash {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    ContentHash(*hasher.finalize().as_bytes())
}

/// Embeds the texts of one file's chunks, one row a text.
pub fn embed_file(embedder: &dyn Embedder, texts: &[&str]) -> Result<FileVectors, EmbedError> {
    let model = embedder.model();
    let mut scales = Vec::with_capacity(texts.len());
    let mut codes = Vec::with_capacity(texts.len() * model.dimension);
    for vector in embedder.embed_documents(texts)? {
        let (scale, row) = quantize(&vector);
        scales.push(scale);
        codes.extend(row);
    }
    let dimension = u32::try_from(model.dimension).expect("invariant: a dimension is a few thousand at most");
    Ok(FileVectors { model: model.fingerprint, key: texts_key(texts), dimension, scales, codes })
}

/// Quantises a vector symmetrically: `row[i] * scale` is within half a `scale` of `vector[i]`, and -128 never occurs.
///
/// A zero vector gives scale 0 and a zero row. The components must be finite.
#[must_use]
pub fn quantize(vector: &[f32]) -> (f32, Vec<i8>) {
    debug_assert!(vector.iter().all(|component| component.is_finite()), "vectors are finite");
    let largest = vector.iter().fold(0.0_f32, |largest, component| largest.max(component.abs()));
    if largest == 0.0 {
        return (0.0, vec![0; vector.len()]);
    }
    let scale = largest / 127.0;
    let row = vector.iter().map(|component| (component / scale).round().clamp(-127.0, 127.0) as i8).collect();
    (scale, row)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::{super::StaticModel, *};

    #[test]
    fn a_file_has_a_row_a_text() {
        let model = StaticModel::built_in();
        let file = embed_file(&model, &["open a file", "", "close a socket"]).unwrap();
        assert_eq!((file.model, file.dimension), (model.model().fingerprint, 256));
        assert_eq!((file.scales.len(), file.codes.len()), (3, 3 * 256));
        assert_eq!((file.scales[1], &file.codes[256..512]), (0.0, &[0; 256][..]));
        let exact = model.embed_query("close a socket").unwrap();
        let dot: f32 =
            file.codes[512..].iter().zip(&exact).map(|(code, exact)| f32::from(*code) * exact).sum();
        assert!((dot * file.scales[2] - 1.0).abs() < 0.005);
    }

    #[test]
    fn the_key_tells_texts_and_their_borders_apart() {
        let keys = [&["ab", "c"][..], &["a", "bc"], &["abc"], &["abc", ""], &["c", "ab"], &[]].map(texts_key);
        let distinct: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
        assert_eq!(keys[2], texts_key(&["abc"]));
    }

    #[test]
    fn a_zero_vector_stays_zero() {
        assert_eq!(quantize(&[0.0, 0.0]), (0.0, vec![0, 0]));
        assert_eq!(quantize(&[]), (0.0, vec![]));
    }

    #[test]
    fn the_largest_component_takes_the_whole_range() {
        let (_, row) = quantize(&[0.25, -0.5, 0.0]);
        assert_eq!(row, [64, -127, 0]);
    }

    proptest! {
        #[test]
        fn error_is_at_most_half_a_step(vector in proptest::collection::vec(-1.0_f32..1.0, 1..64)) {
            let (scale, row) = quantize(&vector);
            for (quantised, exact) in row.iter().zip(&vector) {
                prop_assert!((f32::from(*quantised) * scale - exact).abs() <= scale * 0.5001);
            }
        }
    }
}
