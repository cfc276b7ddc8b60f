//! Texts to the int8 rows that the store keeps.

use contexd_store::document::embedding_key;
use contexd_store::vectors::FileVectors;

use super::{EmbedError, Embedder};

/// Embeds the texts of one file's chunks, one row a text.
///
/// # Errors
/// When the model fails, or answers with rows that are not finite or not of its dimension.
pub fn embed_file(embedder: &dyn Embedder, texts: &[&str]) -> Result<FileVectors, EmbedError> {
    let model = embedder.model();
    let rows = embedder.embed_documents(texts)?;
    let dimension = u32::try_from(model.dimension).expect("invariant: a dimension is a few thousand at most");
    FileVectors::quantize(model.fingerprint, embedding_key(texts), dimension, &rows)
        .map_err(|error| EmbedError::Inference { model: model.name.clone(), reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::{super::StaticModel, *};

    #[test]
    fn a_file_has_a_row_a_text() {
        let model = StaticModel::built_in();
        let file = embed_file(&model, &["open a file", "", "close a socket"]).unwrap();
        let width = model.model().dimension;
        assert_eq!((file.model, file.dimension as usize), (model.model().fingerprint, width));
        assert_eq!((file.scales.len(), file.codes.len()), (3, 3 * width));
        assert_eq!(file.scales[1], 0.0);
        assert!(file.codes[width..2 * width].iter().all(|code| *code == 0));
        let exact = model.embed_query("close a socket").unwrap();
        let dot: f32 =
            file.codes[2 * width..].iter().zip(&exact).map(|(code, exact)| f32::from(*code) * exact).sum();
        assert!((dot * file.scales[2] - 1.0).abs() < 0.005);
    }
}
